import { createHash } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { request } from 'node:http';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { Hub } from '../../server/hub.js';
import { makeKeys } from '../support/api-keys.js';
import { migratedDatabase } from '../support/database.js';
import { RawSocket } from '../support/raw-socket.js';
import { ADMIN_KEY, startHub } from '../support/running-hub.js';
import { tempFolders } from '../support/temp-folder.js';
import { sendOver, TRANSPORTS } from '../support/transports.js';

let hub: Hub;
let databaseUrl: string;
const ends: (() => Promise<unknown> | unknown)[] = [];
const folders = tempFolders();
ends.push(() => folders.clear());
const demoKeys = folders.make();

const WARNINGS = 'query Warnings { warnings(first: 1) { edges { node { identifier } } } }';
const TYPENAME = '{ __typename }';
const sha256 = (of: string): string => createHash('sha256').update(of).digest('hex');
const HASH = sha256(WARNINGS);
/** As Code Generator writes them: SHA-1 by default. */
const SHORT = createHash('sha1').update(TYPENAME).digest('hex');

beforeAll(async () => {
  const file = join(folders.make(), 'persisted-documents.json');
  writeFileSync(file, JSON.stringify({ [HASH]: WARNINGS, [SHORT]: TYPENAME }));
  const database = await migratedDatabase();
  databaseUrl = database.url;
  ends.push(() => database.drop());
  hub = await startHub(
    database.url,
    '',
    { demo: { sources: {}, devices: [] }, demoKeys },
    [
      '  trustedProxies: [127.0.0.1]',
      `  trustedDocuments: { file: "${file}", required: anonymous }`,
      '  limits: { perMinute: { known: { requests: 30, cost: 3000 }, anonymous: { requests: 12, cost: 3000 } } }',
    ].join('\n'),
  );
  ends.push(() => hub.stop());
});
afterAll(async () => {
  for (const end of ends.reverse()) await end();
});

const anonymously = (address: string, sent: unknown): Promise<Response> =>
  fetch(`${hub.url}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', 'x-forwarded-for': address },
    body: JSON.stringify(sent),
  });

describe('budgets', () => {
  test('a key’s requests are counted together over all transports, and another key’s apart', async () => {
    const [one = '', other = ''] = await makeKeys(databaseUrl, {}, {});
    // Over a socket each takes two: what is sent, and what shows that the socket goes on.
    for (let n = 0; n < 6; n += 1)
      for (const transport of TRANSPORTS)
        expect([n, transport, (await sendOver(transport, hub.url, { query: TYPENAME }, one)).codes]).toEqual([
          n,
          transport,
          [],
        ]);
    for (const transport of ['POST', 'GET', 'SSE'] as const) {
      const { status, codes, data } = await sendOver(transport, hub.url, { query: TYPENAME }, one);
      expect([status, codes, data]).toEqual([429, ['RATE_LIMITED'], null]);
    }
    const socket = await RawSocket.acknowledged(hub.url, one);
    for (const id of ['1', '2']) {
      socket.subscribe(id, { query: TYPENAME });
      expect(await socket.next()).toMatchObject({
        id,
        type: 'error',
        payload: [{ extensions: { code: 'RATE_LIMITED' } }],
      });
    }
    socket.end();
    expect((await sendOver('POST', hub.url, { query: TYPENAME }, other)).codes).toEqual([]);
  });

  test('what was asked for counts by its cost, and the answer says when to come back', async () => {
    const [key = ''] = await makeKeys(databaseUrl, {});
    const costly = { query: '{ stations(first: 200) { edges { node { id name code } } } }' };
    const codes = [];
    for (const transport of ['POST', 'WebSocket', 'GET', 'SSE', 'WebSocket'] as const)
      codes.push((await sendOver(transport, hub.url, costly, key)).codes[0]);
    expect(codes).toEqual([undefined, undefined, undefined, 'RATE_LIMITED', 'RATE_LIMITED']);
    const response = await fetch(`${hub.url}/graphql`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', authorization: `Bearer ${key}` },
      body: JSON.stringify(costly),
    });
    const wait = Number(response.headers.get('retry-after'));
    expect([response.status, wait > 0 && wait <= 60]).toEqual([429, true]);
    expect(await response.json()).toMatchObject({
      errors: [{ extensions: { code: 'RATE_LIMITED', retryAfterSeconds: wait } }],
    });
    // What costs nothing much is refused too: the minute is used up.
    expect((await sendOver('POST', hub.url, { query: TYPENAME }, key)).codes).toEqual(['RATE_LIMITED']);
  });

  test('whoever has no credential is counted by address', async () => {
    for (let n = 0; n < 12; n += 1) expect((await anonymously('203.0.113.1', { query: TYPENAME })).status).toBe(200);
    expect((await anonymously('203.0.113.1', { query: TYPENAME })).status).toBe(429);
    expect((await anonymously('203.0.113.2', { query: TYPENAME })).status).toBe(200);
  });

  test('what is refused before it runs is counted as well', async () => {
    for (let n = 0; n < 12; n += 1) expect((await anonymously('203.0.113.3', 'x')).status).toBe(400);
    expect((await anonymously('203.0.113.3', 'x')).status).toBe(429);
  });
});

describe('registered operations', () => {
  const sentBy = async (address: string, sent: unknown): Promise<[number, string | undefined]> => {
    const response = await anonymously(address, sent);
    const { errors } = (await response.json()) as { errors?: { extensions: { code: string } }[] };
    return [response.status, errors?.[0]?.extensions.code];
  };

  test('by hash alone, in whichever way clients name it', async () => {
    for (const sent of [
      { documentId: HASH },
      { documentId: `sha256:${HASH}` },
      { documentId: SHORT },
      { extensions: { persistedQuery: { version: 1, sha256Hash: HASH } } },
      { query: WARNINGS, extensions: { persistedQuery: { version: 1, sha256Hash: HASH } } },
      { query: WARNINGS },
    ])
      expect([sent, await sentBy('203.0.113.10', sent)]).toEqual([sent, [200, undefined]]);
  });

  test('nothing else, from whoever has no credential', async () => {
    const own = `${WARNINGS} # mine`;
    for (const [sent, answer] of [
      [{ query: '{ warnings { edges { cursor } } }' }, [403, 'FORBIDDEN']],
      [{ query: `${WARNINGS} ` }, [403, 'FORBIDDEN']],
      [{ query: own, extensions: { persistedQuery: { version: 1, sha256Hash: sha256(own) } } }, [403, 'FORBIDDEN']],
      // It was not kept: the next who asks for it finds nothing.
      [{ extensions: { persistedQuery: { version: 1, sha256Hash: sha256(own) } } }, [404, 'NOT_FOUND']],
      [{ query: '{ departments { code } }', documentId: HASH }, [400, 'BAD_INPUT']],
      [{ documentId: '../../etc/passwd' }, [400, 'BAD_INPUT']],
      [{ documentId: '__proto__' }, [400, 'BAD_INPUT']],
      [{ extensions: { persistedQuery: { sha256Hash: { a: 1 } } } }, [400, 'BAD_INPUT']],
    ] as const) {
      const response = await fetch(`${hub.url}/graphql`, {
        method: 'POST',
        headers: {
          'content-type': 'application/json',
          accept: 'application/graphql-response+json',
          'x-forwarded-for': '203.0.113.11',
        },
        body: JSON.stringify(sent),
      });
      const { errors } = (await response.json()) as { errors: { extensions: { code: string } }[] };
      expect([sent, response.status, errors[0]?.extensions.code]).toEqual([sent, ...answer]);
    }
  });

  test('the same over GET and a socket, and whoever has a key may ask what they like', async () => {
    const [key] = await makeKeys(databaseUrl, {});
    for (const transport of ['GET', 'SSE'] as const) {
      expect((await sendOver(transport, hub.url, { query: '{ division(code: "654202") { code } }' })).codes).toEqual([
        'FORBIDDEN',
      ]);
      expect((await sendOver(transport, hub.url, { documentId: HASH })).codes).toEqual([]);
      expect(
        (await sendOver(transport, hub.url, { query: '{ division(code: "654202") { code } }' }, key)).codes,
      ).toEqual([]);
    }
    const socket = await RawSocket.acknowledged(hub.url);
    socket.subscribe('free', { query: '{ division(code: "654202") { code } }' });
    expect(await socket.next()).toMatchObject({ type: 'error', payload: [{ extensions: { code: 'FORBIDDEN' } }] });
    socket.subscribe('named', { query: '', documentId: HASH });
    expect(await socket.next()).toMatchObject({ id: 'named', type: 'next' });
    socket.end();
  });
});

describe('GraphiQL in the demo', () => {
  const page = (headers: Record<string, string>): Promise<{ html: string; policy: string }> =>
    new Promise((resolve, reject) => {
      request(`${hub.url}/graphql`, { headers: { accept: 'text/html', ...headers } }, (response) => {
        text(response).then(
          (html) => resolve({ html, policy: String(response.headers['content-security-policy']) }),
          reject,
        );
      })
        .on('error', reject)
        .end();
    });

  test('runs its own script, no other', async () => {
    const { html, policy } = await page({});
    const nonce = /script-src 'nonce-([^']+)'/.exec(policy)?.[1];
    expect(html.split(`<script nonce="${nonce}">`)).toHaveLength(2);
    expect(policy).not.toMatch(/script-src[^;]*unsafe/);
    expect((await page({})).policy).not.toBe(policy);
  });

  test('opens with the demo’s key at the hub’s own machine, and for nobody else', async () => {
    const key = readFileSync(join(demoKeys, 'demo-reader.key'), 'utf8').trim();
    expect((await page({})).html).toContain(key);
    expect((await page({ host: 'localhost:4000' })).html).toContain(key);
    // A name of someone else’s that leads to this machine, and a proxy on it.
    expect((await page({ host: 'evil.example' })).html).not.toContain(key);
    expect((await page({ 'x-forwarded-for': '203.0.113.1' })).html).not.toContain(key);
    expect((await page({ forwarded: 'for=203.0.113.1' })).html).not.toContain(key);
  });

  test('the control: without a page’s accept header the same address is GraphQL', async () => {
    expect((await sendOver('GET', hub.url, { query: TYPENAME }, ADMIN_KEY)).data).toEqual({ __typename: 'Query' });
  });
});
