import { once } from 'node:events';
import { createConnection, type Socket } from 'node:net';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { serverAudits } from 'graphql-http';
import { createClient } from 'graphql-sse';
import type { Hub } from '../../server/hub.js';
import { makeKeys } from '../support/api-keys.js';
import { atBest } from '../support/at-best.js';
import { migratedDatabase } from '../support/database.js';
import { ADMIN_KEY, startHub, subscribers, until } from '../support/running-hub.js';
import { sendOver } from '../support/transports.js';

let hub: Hub;
let databaseUrl: string;
let halfOpen: { readonly startedAt: number; readonly ended: Promise<unknown> };
const ends: (() => Promise<unknown> | unknown)[] = [];
const FRIEND = 'https://map.example';

beforeAll(async () => {
  const database = await migratedDatabase();
  databaseUrl = database.url;
  ends.push(() => database.drop());
  hub = await startHub(
    database.url,
    '',
    {},
    `  cors: { origins: ["${FRIEND}"] }\n  trustedProxies: [127.0.0.0/8]\n  limits: { subscriptions: 20 }\n  behindTls: true`,
  );
  ends.push(() => hub.stop());
  halfOpen = { startedAt: Date.now(), ended: Promise.all([raw('GET /graphql HTTP/1.1\r\nhost: x\r\n'), raw('POST')]) };
});
afterAll(async () => {
  for (const end of ends.reverse()) await end();
});

const TYPENAME = JSON.stringify({ query: '{ __typename }' });
const JSON_TYPE = { 'content-type': 'application/json' };
const post = (body: BodyInit, headers: Record<string, string> = JSON_TYPE, init: RequestInit = {}): Promise<Response> =>
  fetch(`${hub.url}/graphql`, { method: 'POST', headers, body, ...init });
/** Bytes as they are, for what no HTTP client would send; resolves with all that comes back. */
async function raw(bytes: string): Promise<string> {
  const { hostname, port } = new URL(hub.url);
  const socket = createConnection(Number(port), hostname);
  socket.on('error', () => {});
  let text = '';
  socket.on('data', (chunk) => {
    text += String(chunk);
  });
  socket.write(bytes);
  await once(socket, 'close');
  return text;
}

describe('GraphQL over HTTP', () => {
  const audits = serverAudits({
    url: () => `${hub.url}/graphql`,
    fetchFn: (url: string, init: RequestInit = {}) =>
      fetch(url, { ...init, headers: { ...init.headers, authorization: `Bearer ${ADMIN_KEY}` } }),
  });

  test('has 61 rules in this edition: 13 MUST, 23 SHOULD, 25 MAY', () => {
    const count = (word: string): number => audits.filter(({ name }) => name.startsWith(word)).length;
    expect([count('MUST'), count('SHOULD'), count('MAY')]).toEqual([13, 23, 25]);
  });

  test.each(audits.map(({ id, name, fn }) => [id, name, fn] as const))('%s %s', async (_id, _name, audit) => {
    expect(await audit()).toMatchObject({ status: 'ok' });
  });
});

describe('what is no request of a program is refused before it is read', () => {
  test.each([
    ['a form', 'application/x-www-form-urlencoded', 'query=%7B__typename%7D'],
    ['plain text', 'text/plain', TYPENAME],
    [
      'a multipart form',
      'multipart/form-data; boundary=x',
      '--x\r\ncontent-disposition: form-data; name="operations"\r\n\r\n{}\r\n--x--',
    ],
    ['GraphQL itself', 'application/graphql', '{ __typename }'],
    ['JSON of another kind', 'application/json-patch+json', TYPENAME],
    ['JSON in another alphabet', 'application/json; charset=utf-16', TYPENAME],
  ])('%s: 415', async (_name, type, body) => {
    expect((await post(body, { 'content-type': type, authorization: `Bearer ${ADMIN_KEY}` })).status).toBe(415);
  });

  test('no content type at all: 415', async () => {
    const text = await raw(`POST /graphql HTTP/1.1\r\nhost: x\r\ncontent-length: 2\r\n\r\n{}`);
    expect(text).toMatch(/^HTTP\/1\.1 415 /);
  });

  test.each(['PUT', 'DELETE', 'PATCH', 'HEAD', 'PROPFIND'])('%s: 405, and which are taken', async (method) => {
    const response = await fetch(`${hub.url}/graphql`, { method });
    expect([response.status, response.headers.get('allow')]).toEqual([405, 'GET, POST']);
  });

  test.each([
    ['an array of operations', `[${TYPENAME},${TYPENAME}]`, 400],
    ['no JSON', '{ "query', 400],
    ['a text', '"query"', 400],
    ['null', 'null', 400],
    ['100,000 brackets', '['.repeat(100_000), 400],
    [
      '100,000 levels',
      `{"query":"{ __typename }","variables":{"a":${'['.repeat(100_000)}${']'.repeat(100_000)}}}`,
      400,
    ],
    ['bytes that are no UTF-8', Buffer.from([0x7b, 0xff, 0xfe, 0x7d]), 400],
    ['a parameter that is none', '{"query":"{ __typename }","batch":true}', 400],
    ['a prototype', '{"query":"{ __typename }","__proto__":{"a":1}}', 400],
  ])('%s: %3$s', async (_name, body, status) => {
    const response = await post(body);
    const text = await response.text();
    expect(response.status).toBe(status);
    expect(JSON.parse(text)).toMatchObject({ errors: [{ extensions: {} }] });
    expect(text.length).toBeLessThan(400);
  });

  test('GET with variables that are no JSON: 400, not a failure of the hub', async () => {
    expect((await fetch(`${hub.url}/graphql?query={__typename}&variables={bad`)).status).toBe(400);
  });
});

describe('size and slowness', () => {
  const LARGE = JSON.stringify({ query: `{ __typename } #${'x'.repeat(300_000)}` });

  test('20 MB announced: 413 before they are sent, and little memory', async () => {
    const before = process.memoryUsage().rss;
    const text = await raw(
      `POST /graphql HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\ncontent-length: 20000000\r\n\r\n{`,
    );
    expect(text).toMatch(/^HTTP\/1\.1 413 /);
    expect(process.memoryUsage().rss - before).toBeLessThan(50 * 1024 * 1024);
  });

  test('a body without a length is read as far as the limit', async () => {
    const stream = (text: string): RequestInit =>
      ({ body: new Blob([text]).stream(), duplex: 'half' }) as unknown as RequestInit;
    expect((await post('', JSON_TYPE, stream(TYPENAME))).status).toBe(200);
    expect(
      await post('', JSON_TYPE, stream(LARGE)).then(
        ({ status }) => status,
        () => 413,
      ),
    ).toBe(413);
  });

  test('a compressed body is not unpacked: 415', async () => {
    const bomb = gzipSync(Buffer.alloc(50 * 1024 * 1024));
    expect(bomb.length).toBeLessThan(60_000);
    expect((await post(bomb, { ...JSON_TYPE, 'content-encoding': 'gzip' })).status).toBe(415);
  });

  test.each([
    ['32 kB of headers', `GET /graphql HTTP/1.1\r\nhost: x\r\nx-a: ${'a'.repeat(32_768)}\r\n\r\n`, /^HTTP\/1\.1 431 /],
    [
      'a length and a transfer encoding',
      'POST /graphql HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\ncontent-length: 5\r\ntransfer-encoding: chunked\r\n\r\n0\r\n\r\n',
      /^HTTP\/1\.1 400 /,
    ],
    [
      'two lengths',
      'POST /graphql HTTP/1.1\r\nhost: x\r\ncontent-length: 5\r\ncontent-length: 6\r\n\r\n',
      /^HTTP\/1\.1 400 /,
    ],
    ['no host', 'GET /graphql HTTP/1.1\r\n\r\n', /^HTTP\/1\.1 400 /],
  ])('%s', async (_name, bytes, status) => {
    expect(await raw(bytes)).toMatch(status);
  });

  test('300 requests that are never finished hold up no other', async () => {
    const { hostname, port } = new URL(hub.url);
    const open = Array.from({ length: 300 }, () => {
      const socket = createConnection(Number(port), hostname);
      socket.on('error', () => {});
      socket.write(
        'POST /graphql HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\ncontent-length: 100\r\n\r\n{"que',
      );
      return socket;
    });
    await Promise.all(open.map((socket: Socket) => once(socket, 'connect')));
    // Behind this one, all of them have been begun.
    expect((await post(TYPENAME)).status).toBe(200);
    const took = await atBest(500, async () => {
      const startedAt = performance.now();
      expect((await post(TYPENAME)).status).toBe(200);
      return performance.now() - startedAt;
    });
    expect(took).toBeLessThan(500);
    for (const socket of open) socket.destroy();
  });
});

describe('pages of other origins', () => {
  test('are told nothing, unless the settings name them', async () => {
    for (const [origin, allowed] of [
      ['https://evil.example', null],
      ['null', null],
      [`${FRIEND}.evil.example`, null],
      ['https://MAP.example', null],
      [FRIEND, FRIEND],
    ] as const) {
      const { headers, status } = await post(TYPENAME, { ...JSON_TYPE, origin });
      expect([origin, status, headers.get('access-control-allow-origin')]).toEqual([origin, 200, allowed]);
      expect(headers.get('access-control-allow-credentials')).toBeNull();
      const asked = await fetch(`${hub.url}/graphql`, {
        method: 'OPTIONS',
        headers: { origin, 'access-control-request-method': 'POST', 'access-control-request-headers': 'authorization' },
      });
      expect([asked.status, asked.headers.get('access-control-allow-origin')]).toEqual([204, allowed]);
      expect(asked.headers.get('access-control-allow-headers')).toBe(allowed && 'authorization, content-type');
    }
  });

  test('and no answer can be framed, sniffed, or run', async () => {
    for (const path of [
      '/',
      '/graphql?query={__typename}',
      '/schema.graphql',
      '/health/live',
      '/nowhere',
      '/feeds/none',
    ]) {
      const { headers } = await fetch(`${hub.url}${path}`, { headers: { accept: 'application/json' } });
      expect([path, headers.get('x-content-type-options')]).toEqual([path, 'nosniff']);
      expect(headers.get('content-security-policy')).toMatch(/default-src 'none'.*frame-ancestors 'none'/);
      expect(headers.get('strict-transport-security')).toContain('max-age=31536000');
      expect(headers.get('x-powered-by')).toBeNull();
    }
  });
});

test('the schema is a file for everyone, and is not sent twice', async () => {
  const response = await fetch(`${hub.url}/schema.graphql`);
  const tag = response.headers.get('etag') ?? '';
  expect(await response.text()).toContain('type Query');
  expect((await fetch(`${hub.url}/schema.graphql`, { headers: { 'if-none-match': tag } })).status).toBe(304);
  expect((await fetch(`${hub.url}/schema.graphql`, { method: 'POST' })).status).toBe(405);
});

test('GraphiQL is not served outside the demo', async () => {
  const response = await fetch(`${hub.url}/graphql`, { headers: { accept: 'text/html' } });
  expect(await response.text()).not.toMatch(/graphiql/i);
});

test('the metrics are for the hub’s own machine: a proxy asks for a stranger', async () => {
  expect((await fetch(`${hub.url}/metrics`)).status).toBe(200);
  const stranger = { headers: { 'x-forwarded-for': '203.0.113.9' } };
  expect((await fetch(`${hub.url}/metrics`, stranger)).status).toBe(404);
  expect((await fetch(`${hub.url}/health/ready`, stranger)).status).toBe(200);
});

describe('SSE', () => {
  const FOLLOW = 'subscription { feedStateChanged { id } }';

  test('a stock graphql-sse client in distinct connections: a query, an error, a subscription that is let go', async () => {
    const [key] = await makeKeys(databaseUrl, {});
    const client = createClient({
      url: `${hub.url}/graphql`,
      headers: { authorization: `Bearer ${key}` },
      retryAttempts: 0,
    });
    const first = async (query: string): Promise<unknown> => {
      for await (const result of client.iterate({ query })) return result;
      return undefined;
    };
    expect(await first('{ __typename }')).toEqual({ data: { __typename: 'Query' } });
    expect(await first('{ nothing }').catch((error: unknown) => error)).toBeDefined();
    const iterator = client.iterate({ query: FOLLOW });
    const waiting = iterator.next();
    await until(
      () => subscribers(hub.url),
      (count) => count === 1,
    );
    await iterator.return?.();
    client.dispose();
    await Promise.race([waiting, Promise.resolve()]);
    await until(
      () => subscribers(hub.url),
      (count) => count === 0,
    );
  });

  test('subscriptions count on it as they do on sockets, and a reader that goes away frees its place', async () => {
    const [key] = await makeKeys(databaseUrl, {});
    const open = async (): Promise<{ status: number; leave: () => void }> => {
      const abort = new AbortController();
      const { status } = await post(
        JSON.stringify({ query: FOLLOW }),
        { ...JSON_TYPE, accept: 'text/event-stream', authorization: `Bearer ${key}` },
        { signal: abort.signal },
      );
      return { status, leave: () => abort.abort() };
    };
    const readers = await Promise.all(Array.from({ length: 20 }, open));
    expect(readers.map(({ status }) => status)).toEqual(Array(20).fill(200));
    for (const transport of ['SSE', 'WebSocket'] as const)
      expect((await sendOver(transport, hub.url, { query: FOLLOW }, key)).codes).toEqual(['RATE_LIMITED']);
    expect((await open()).status).toBe(429);
    for (const { leave } of readers) leave();
    await until(
      () => subscribers(hub.url),
      (count) => count === 0,
    );
    const again = await open();
    expect(again.status).toBe(200);
    again.leave();
  });
});

test('requests whose headers never end were cut meanwhile', async () => {
  await halfOpen.ended;
  expect(Date.now() - halfOpen.startedAt).toBeLessThan(35_000);
});
