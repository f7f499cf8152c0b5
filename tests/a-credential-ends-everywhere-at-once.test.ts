import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { connect } from 'node:net';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { exportJWK, generateKeyPair, SignJWT } from 'jose';
import WebSocket from 'ws';
import type { Hub } from '../server/hub.js';
import { atBest } from './support/at-best.js';
import { migratedDatabase, type TestDatabase } from './support/database.js';
import { ADMIN_KEY, startHub, until } from './support/running-hub.js';
import { sse } from './support/sse.js';
import { subscribe } from './support/subscriber.js';
import { identifierOf, officeFeed, WarningOffice } from './support/warning-office.js';

/** TRUST.md, F-revoke: nothing later than this after a revocation or an expiry. */
const AT_ONCE_MS = 1000;
const ISSUER = 'https://idp.example.org/';

let database: TestDatabase;
let hub: Hub;
let provider: Server;
let sign: (claims: Record<string, unknown>, expiresAt?: Date) => Promise<string>;
const office = new WarningOffice();
let issued = 0;

beforeAll(async () => {
  database = await migratedDatabase();
  const { publicKey, privateKey } = await generateKeyPair('ES256');
  const jwks = { keys: [{ ...(await exportJWK(publicKey)), kid: 'k1', alg: 'ES256', use: 'sig' }] };
  provider = createServer((_request, response) =>
    response.setHeader('content-type', 'application/json').end(JSON.stringify(jwks)),
  );
  await new Promise<void>((resolve) => provider.listen(0, '127.0.0.1', resolve));
  const jwksUrl = `http://127.0.0.1:${(provider.address() as AddressInfo).port}/jwks`;
  sign = (claims, expiresAt = new Date(Date.now() + 300_000)) =>
    new SignJWT(claims)
      .setProtectedHeader({ alg: 'ES256', kid: 'k1' })
      .setIssuer(ISSUER)
      .setAudience('fenghuo')
      .setIssuedAt()
      .setExpirationTime(expiresAt)
      .sign(privateKey);
  const access = `  access: { issuers: [{ issuer: "${ISSUER}", audience: fenghuo, jwks: "${jwksUrl}" }] }`;
  hub = await startHub(database.url, officeFeed(await office.start()), {}, access);
});
afterAll(async () => {
  await hub.stop();
  await office.stop();
  await new Promise((resolve) => provider.close(resolve));
  await database.drop();
});

const bearer = (key: string) => ({ authorization: `Bearer ${key}` });
async function ask<T>(query: string, key = ADMIN_KEY): Promise<{ status: number; data: T; code: string | undefined }> {
  const response = await fetch(`${hub.url}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...bearer(key) },
    body: JSON.stringify({ query }),
  });
  const body = (await response.json()) as { data: T; errors?: { extensions: { code: string } }[] };
  return { status: response.status, data: body.data, code: body.errors?.[0]?.extensions.code };
}

interface Told {
  key: string;
  apiKey: { id: string };
}
async function newKey(more = ''): Promise<{ key: string; id: string }> {
  const made = await ask<{ createApiKey: Told }>(
    `mutation { createApiKey(name: "t", department: WATER, roles: [READER]${more}) { key apiKey { id } } }`,
  );
  return { key: made.data.createApiKey.key, id: made.data.createApiKey.apiKey.id };
}
const revoke = (id: string) => ask(`mutation { revokeApiKey(id: "${id}") { revokedAt } }`);
const me = (key: string) =>
  ask<{ me: { id: string; department: { code: string } | null } }>('{ me { id department { code } } }', key);

const CHANGES = 'subscription { warningChanged { warning { identifier } } }';
interface Change {
  warningChanged: { warning: { identifier: string } };
}
/** Follows warnings by socket, and tells how the socket was closed. */
function follow(key: string) {
  let closed: (event: { code: number; reason: string; at: number }) => void;
  const close = new Promise<{ code: number; reason: string; at: number }>((resolve) => {
    closed = resolve;
  });
  const socket = subscribe<Change>(
    hub.url,
    CHANGES,
    {},
    {
      connectionParams: bearer(key),
      on: {
        closed: (event) => {
          const { code, reason } = event as { code: number; reason: string };
          closed({ code, reason, at: Date.now() });
        },
      },
    },
  );
  return { socket, close };
}
/** Issues a warning, and waits until the subscriber has been told of it. */
async function tells(socket: { next(): Promise<Change> }): Promise<void> {
  issued += 1;
  const identifier = identifierOf(issued);
  office.issue({ identifier });
  expect((await socket.next()).warningChanged.warning.identifier).toBe(identifier);
}

describe('a revoked key', () => {
  test('ends its open sockets with 4403 and its streams with a reason at once, and opens nothing more', async () => {
    const { key, id } = await newKey();
    const other = await newKey();
    const stream = sse<Change>(hub.url, CHANGES, bearer(key));
    await stream.open;
    const { socket, close } = follow(key);
    const control = follow(other.key);
    // Everyone is told of a warning: they stand.
    issued += 1;
    office.issue({ identifier: identifierOf(issued) });
    await Promise.all([socket.next(), control.socket.next(), stream.next()]);
    expect((await revoke(id)).status).toBe(200);
    const end = await close;
    expect([end.code, end.reason]).toEqual([4403, 'the credential was revoked']);
    expect((await stream.next())?.errors?.[0]?.extensions.code).toBe('UNAUTHENTICATED');
    expect(await stream.next()).toBeUndefined();
    // What is issued now reaches the other key's bearer alone.
    await tells(control.socket);
    expect(socket.pending().filter((result) => result !== undefined)).toEqual([]);
    await control.socket.close();
    const answer = await me(key);
    expect([answer.status, answer.code]).toEqual([401, 'UNAUTHENTICATED']);
  });

  test('ends a socket within a second, also one on which nothing is asked', async () => {
    const took = await atBest(AT_ONCE_MS, async () => Math.max(...(await Promise.all([endOfFollower(), endOfIdle()]))));
    expect(took).toBeLessThan(AT_ONCE_MS);
  });

  /** How long after the answer that a key is revoked its socket is closed. */
  async function endOfFollower(): Promise<number> {
    const { key, id } = await newKey();
    const { socket, close } = follow(key);
    await tells(socket);
    await revoke(id);
    const revokedAt = Date.now();
    return (await close).at - revokedAt;
  }

  async function endOfIdle(): Promise<number> {
    const { key, id } = await newKey();
    const socket = new WebSocket(`${hub.url.replace('http', 'ws')}/graphql`, 'graphql-transport-ws');
    await once(socket, 'open');
    socket.send(JSON.stringify({ type: 'connection_init', payload: bearer(key) }));
    expect(String((await once(socket, 'message'))[0])).toContain('connection_ack');
    const closed = once(socket, 'close');
    await revoke(id);
    const revokedAt = Date.now();
    expect((await closed)[0]).toBe(4403);
    return Date.now() - revokedAt;
  }
});

describe('a key', () => {
  test('says whose it is, and a wrong one is refused on every transport, also where nobody need be known', async () => {
    const { key } = await newKey();
    expect((await me(key)).data.me).toEqual({ id: expect.stringMatching(/^key:/), department: { code: 'WATER' } });
    const wrong = `${key.slice(0, -1)}${key.endsWith('A') ? 'B' : 'A'}`;
    for (const bad of [wrong, 'fh_0123456789abcdef_short', 'x', `${ADMIN_KEY}x`]) {
      const answer = await me(bad);
      expect([answer.status, answer.code]).toEqual([401, 'UNAUTHENTICATED']);
    }
    expect((await follow(wrong).close).code).toBe(4401);
    expect((await sse(hub.url, CHANGES, bearer(wrong)).open).status).toBe(401);
  });

  test('that has expired closes its socket with 4401 at once, and opens nothing more', async () => {
    const late = await atBest(AT_ONCE_MS, async () => {
      const expiresAt = new Date(Date.now() + 1500);
      const { key } = await newKey(`, expiresAt: "${expiresAt.toISOString()}"`);
      const { code, reason, at } = await follow(key).close;
      expect([code, reason]).toEqual([4401, expect.stringContaining('expired')]);
      expect((await me(key)).code).toBe('UNAUTHENTICATED');
      return at - expiresAt.getTime();
    });
    expect(late).toBeLessThan(AT_ONCE_MS);
  });

  test('that is rotated opens by its old and its new secret, then by the new one alone', async () => {
    const { key, id } = await newKey();
    const rotate = (seconds: number) =>
      ask<{ rotateApiKey: Told }>(
        `mutation { rotateApiKey(id: "${id}", overlapSeconds: ${seconds}) { key apiKey { id } } }`,
      );
    const next = (await rotate(60)).data.rotateApiKey.key;
    expect([(await me(key)).status, (await me(next)).status]).toEqual([200, 200]);
    const last = (await rotate(0)).data.rotateApiKey.key;
    expect((await me(last)).status).toBe(200);
    for (const old of [key, next])
      await until(
        () => me(old),
        ({ status }) => status === 401,
      );
  });
});

describe('a request whose body comes slowly', () => {
  test('is carried out by the rights of the moment in which it is whole: revoked meanwhile, it changes nothing', async () => {
    const { key, id } = await newKey();
    const { hostname, port } = new URL(hub.url);
    const socket = connect(Number(port), hostname);
    const body = JSON.stringify({ query: '{ me { id } }' });
    socket.write(
      `POST /graphql HTTP/1.1\r\nhost: x\r\nconnection: close\r\ncontent-type: application/json\r\ncontent-length: ${body.length}\r\nauthorization: Bearer ${key}\r\n\r\n${body.slice(0, 5)}`,
    );
    await me(key);
    await revoke(id);
    await until(
      () => me(key),
      ({ status }) => status === 401,
    );
    socket.write(body.slice(5));
    expect(String((await once(socket, 'data'))[0])).toMatch(/^HTTP\/1\.1 401 /);
  });
});

describe('a person', () => {
  const claims = { sub: 'li', department: 'weather', roles: ['reader', 'forecaster'], name: '李' };
  test('comes in with a token of a known provider, and is who it says', async () => {
    const answer = await ask<{ me: object }>('{ me { id kind name department { code } roles } }', await sign(claims));
    expect(answer.data.me).toEqual({
      id: `person:${ISSUER}#li`,
      kind: 'PERSON',
      name: '李',
      department: { code: 'WEATHER' },
      roles: ['READER', 'FORECASTER'],
    });
  });

  test.each([
    ['names no department', { ...claims, department: undefined }],
    ['names a department that is none', { ...claims, department: 'navy' }],
    ['has roles that do not go together', { ...claims, roles: ['auditor', 'releaser'] }],
  ])('whose token %s is not let in', async (_what, bad) => {
    expect((await me(await sign(bad))).status).toBe(401);
  });

  test('who is blocked is closed out at once, whatever token they bring, until let in again', async () => {
    const token = await sign({ ...claims, sub: 'wang' });
    const { socket, close } = follow(token);
    await tells(socket);
    await ask(`mutation { blockPerson(id: "person:${ISSUER}#wang", reason: "left") }`);
    expect((await close).code).toBe(4403);
    expect((await me(await sign({ ...claims, sub: 'wang', roles: ['reader'] }))).status).toBe(401);
    await ask(`mutation { unblockPerson(id: "person:${ISSUER}#wang") }`);
    expect((await me(token)).status).toBe(200);
  });

  test('whose token has expired is refused at once, a clock’s leeway being for its beginning alone', async () => {
    expect((await me(await sign(claims, new Date(Date.now() - 2000)))).status).toBe(401);
  });

  test('whose token expires loses the socket with 4401', async () => {
    const late = await atBest(AT_ONCE_MS, async () => {
      const expiresAt = (Math.floor(Date.now() / 1000) + 2) * 1000;
      const { code, at } = await follow(await sign(claims, new Date(expiresAt))).close;
      expect(code).toBe(4401);
      return at - expiresAt;
    });
    expect(late).toBeLessThan(AT_ONCE_MS);
  });
});
