import { createHmac, generateKeyPairSync, type KeyObject, sign } from 'node:crypto';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { Hub } from '../../server/hub.js';
import { makeKeys } from '../support/api-keys.js';
import { migratedDatabase } from '../support/database.js';
import { RawSocket } from '../support/raw-socket.js';
import { ADMIN_KEY, startHub } from '../support/running-hub.js';
import { sendOver, TRANSPORTS } from '../support/transports.js';

let hub: Hub;
let databaseUrl: string;
let provider: Server;
let stranger: Server;
const asked = { provider: 0, stranger: 0 };
const ends: (() => Promise<unknown> | unknown)[] = [];
const ISSUER = 'https://id.example';
const QUERY = { query: '{ departments { code } }' };

const rsa = generateKeyPairSync('rsa', { modulusLength: 2048 });
const own = generateKeyPairSync('rsa', { modulusLength: 2048 });
const publicPem = rsa.publicKey.export({ type: 'spki', format: 'pem' });
const jwkOf = (key: KeyObject, kid: string) => ({ ...key.export({ format: 'jwk' }), kid, alg: 'RS256', use: 'sig' });

const listening = (server: Server): Promise<string> =>
  new Promise((resolve) =>
    server.listen(0, '127.0.0.1', () => resolve(`http://127.0.0.1:${(server.address() as AddressInfo).port}`)),
  );
const serving = (who: keyof typeof asked, keys: () => unknown): Server =>
  createServer((_request, response) => {
    asked[who] += 1;
    response.setHeader('content-type', 'application/json');
    response.end(JSON.stringify({ keys: [keys()] }));
  });

beforeAll(async () => {
  provider = serving('provider', () => jwkOf(rsa.publicKey, 'k1'));
  stranger = serving('stranger', () => jwkOf(own.publicKey, 'k1'));
  const jwks = await listening(provider);
  strangerUrl = await listening(stranger);
  const database = await migratedDatabase();
  databaseUrl = database.url;
  ends.push(
    () => database.drop(),
    () => provider.close(),
    () => stranger.close(),
  );
  hub = await startHub(
    database.url,
    '',
    {},
    [
      '  access:',
      `    issuers: [{ issuer: "${ISSUER}", audience: fenghuo, jwks: "${jwks}/keys", algorithms: [RS256] }]`,
      '  trustedProxies: [127.0.0.1]',
      '  limits: { failedCredentials: { tokens: 200 } }',
    ].join('\n'),
  );
  ends.push(() => hub.stop());
});
afterAll(async () => {
  for (const end of ends.reverse()) await end();
});
let strangerUrl = '';

const now = Math.floor(Date.now() / 1000);
const CLAIMS = {
  iss: ISSUER,
  aud: 'fenghuo',
  sub: 'li',
  exp: now + 600,
  iat: now,
  department: 'hub',
  roles: ['READER'],
};
const encoded = (part: unknown): string => Buffer.from(JSON.stringify(part)).toString('base64url');

interface Forgery {
  readonly header?: Record<string, unknown>;
  readonly claims?: Record<string, unknown>;
  readonly signed?: (text: string) => string;
}

const withKey =
  (key: KeyObject) =>
  (text: string): string =>
    sign('RSA-SHA256', Buffer.from(text), key).toString('base64url');
const withSecret =
  (secret: string | Buffer) =>
  (text: string): string =>
    createHmac('sha256', secret).update(text).digest('base64url');

function token({ header = {}, claims = {}, signed = withKey(rsa.privateKey) }: Forgery = {}): string {
  const text = `${encoded({ alg: 'RS256', kid: 'k1', typ: 'JWT', ...header })}.${encoded({ ...CLAIMS, ...claims })}`;
  return `${text}.${signed(text)}`;
}

const changed = (text: string): string => {
  const [head, , signature] = text.split('.');
  return `${head}.${encoded({ ...CLAIMS, roles: ['ADMINISTRATOR'] })}.${signature}`;
};

const FORGED: readonly (readonly [string, () => string])[] = [
  ['alg none', () => token({ header: { alg: 'none' }, signed: () => '' })],
  ['alg NoNe', () => token({ header: { alg: 'NoNe' }, signed: () => '' })],
  ['alg none with a signature', () => token({ header: { alg: 'none' } })],
  ['no signature', () => token({ signed: () => '' })],
  ['a cut signature', () => token().slice(0, -20)],
  ['a changed payload', () => changed(token())],
  [
    'the public key as a shared secret (HS256)',
    () => token({ header: { alg: 'HS256' }, signed: withSecret(String(publicPem)) }),
  ],
  ['the secret "secret" (HS256)', () => token({ header: { alg: 'HS256' }, signed: withSecret('secret') })],
  [
    'an algorithm that is not in the settings (RS512)',
    () =>
      token({
        header: { alg: 'RS512' },
        signed: (text) => sign('RSA-SHA512', Buffer.from(text), rsa.privateKey).toString('base64url'),
      }),
  ],
  ['a key of the forger’s own', () => token({ signed: withKey(own.privateKey) })],
  ['a key id that is a path', () => token({ header: { kid: '../../dev/null' }, signed: withSecret('') })],
  ['a key id that is SQL', () => token({ header: { kid: "x' UNION SELECT 'a" }, signed: withKey(own.privateKey) })],
  [
    'a key that it brings along (jwk)',
    () => token({ header: { jwk: jwkOf(own.publicKey, 'k1') }, signed: withKey(own.privateKey) }),
  ],
  [
    'an address of keys (jku)',
    () => token({ header: { jku: `${strangerUrl}/keys` }, signed: withKey(own.privateKey) }),
  ],
  [
    'an address of a certificate (x5u)',
    () => token({ header: { x5u: `${strangerUrl}/cert` }, signed: withKey(own.privateKey) }),
  ],
  ['a certificate (x5c)', () => token({ header: { x5c: ['MIIB'] }, signed: withKey(own.privateKey) })],
  ['an extension that must be understood (crit)', () => token({ header: { crit: ['x'], x: 1 } })],
  ['another issuer', () => token({ claims: { iss: 'https://evil.example' } })],
  ['an issuer with a slash more', () => token({ claims: { iss: `${ISSUER}/` } })],
  [
    'an issuer that is the forger’s server',
    () => token({ claims: { iss: strangerUrl }, signed: withKey(own.privateKey) }),
  ],
  ['another audience', () => token({ claims: { aud: 'another' } })],
  ['no audience', () => token({ claims: { aud: undefined } })],
  ['no subject', () => token({ claims: { sub: undefined } })],
  ['no expiry', () => token({ claims: { exp: undefined } })],
  ['an expiry that has passed', () => token({ claims: { exp: now - 60 } })],
  ['an expiry that is a text', () => token({ claims: { exp: 'never' } })],
  ['not valid before an hour from now', () => token({ claims: { nbf: now + 3600 } })],
  ['a department that is none', () => token({ claims: { department: 'treasury' } })],
  ['no department', () => token({ claims: { department: undefined } })],
  ['roles that do not go together', () => token({ claims: { roles: ['AUDITOR', 'ADMINISTRATOR'] } })],
  ['four parts', () => `${token()}.x`],
  ['two tokens', () => `${token()},${token()}`],
  ['parts that are no JSON', () => 'e30.e30x.e30'],
  ['an object in place of an algorithm', () => token({ header: { alg: { toString: 'RS256' } } })],
];

describe('tokens', () => {
  test.each(TRANSPORTS)('the control: a good one is taken over %s', async (transport) => {
    const { data, codes } = await sendOver(transport, hub.url, QUERY, token());
    expect([codes, (data as { departments: unknown[] }).departments.length]).toEqual([[], 12]);
  });

  test.each(FORGED)('%s is refused on every transport, and says nothing of why', async (_name, forge) => {
    const forged = forge();
    for (const transport of ['POST', 'GET', 'SSE'] as const) {
      const { status, codes, data, text } = await sendOver(transport, hub.url, QUERY, forged);
      expect([transport, status, codes, data]).toEqual([transport, 401, ['UNAUTHENTICATED'], null]);
      expect(text).not.toMatch(/signature|JWS|JWT|algorithm|\bkid\b|audience/i);
    }
    const socket = await RawSocket.open(hub.url);
    socket.send({ type: 'connection_init', payload: { authorization: `Bearer ${forged}` } });
    expect((await socket.closed).code).toBe(4401);
  });

  test('roles in a token count for what they are: a reader changes nothing', async () => {
    const mutation = { query: 'mutation { reloadSettings { error } }' };
    expect((await sendOver('POST', hub.url, mutation, token())).codes).toEqual(['FORBIDDEN']);
  });

  test('no address that a token names was asked, and the provider only a few times', () => {
    expect(asked.stranger).toBe(0);
    expect(asked.provider).toBeGreaterThan(0);
    expect(asked.provider).toBeLessThanOrEqual(3);
  });
});

/** As whoever comes from this address through the trusted proxy. */
const ask = (address: string, authorization: string, path = '/graphql'): Promise<Response> =>
  fetch(`${hub.url}${path}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', 'x-forwarded-for': address, authorization },
    body: JSON.stringify(QUERY),
  });

describe('keys', () => {
  test('six guesses from one address, one after another or at once; then nothing is looked at, and others are not held up', async () => {
    const [good = '', late = ''] = await makeKeys(databaseUrl, {}, {});
    expect((await ask('203.0.113.1', `Bearer ${good}`)).status).toBe(200);
    const guess = (n: number): Promise<Response> => ask('203.0.113.1', `Bearer the-admin-key-is-${n}`);
    const statuses = (await Promise.all(Array.from({ length: 40 }, (_, n) => guess(n)))).map(({ status }) => status);
    expect(statuses.filter((status) => status === 401)).toHaveLength(6);
    expect(statuses.filter((status) => status === 429)).toHaveLength(34);
    const refused = await guess(41);
    const wait = Number(refused.headers.get('retry-after'));
    expect(wait).toBeGreaterThan(200);
    expect(await refused.json()).toMatchObject({
      errors: [{ extensions: { code: 'RATE_LIMITED', retryAfterSeconds: wait } }],
    });
    // A right guess would not be told from a wrong one. The bearers of API keys, which nobody finds by guessing, are not shut out with it.
    expect((await ask('203.0.113.1', `Bearer ${ADMIN_KEY}`)).status).toBe(429);
    expect((await ask('203.0.113.1', `Bearer ${late}`)).status).toBe(200);
    expect((await ask('203.0.113.1', `Bearer ${good}`)).status).toBe(200);
    expect((await ask('203.0.113.2', `Bearer ${late}`)).status).toBe(200);
    const socket = await RawSocket.open(hub.url, { headers: { 'x-forwarded-for': '203.0.113.1' } });
    socket.send({ type: 'connection_init', payload: { authorization: 'Bearer guess' } });
    expect((await socket.closed).code).toBe(1013);
  });

  test('what a caller says of its address counts only from a proxy that the settings name', async () => {
    // The last that the trusted proxy heard is the caller; what stands before it, the caller wrote itself.
    for (let n = 0; n < 6; n += 1)
      expect((await ask(`198.51.100.${n}, 203.0.113.3`, `Bearer guess-${n}`)).status).toBe(401);
    expect((await ask('198.51.100.99, 203.0.113.3', 'Bearer guess-7')).status).toBe(429);
  });

  test('one IPv6 network is one address', async () => {
    for (let n = 0; n < 6; n += 1) expect((await ask(`2001:db8:1:2::${n}`, `Bearer guess-${n}`)).status).toBe(401);
    expect((await ask('2001:db8:1:2:ffff::1', 'Bearer guess-7')).status).toBe(429);
    expect((await ask('2001:db8:1:3::1', 'Bearer guess-8')).status).toBe(401);
  });

  test('who keeps sending a key that has expired is refused each time, and does not shut out its neighbours', async () => {
    const [old = '', good = ''] = await makeKeys(databaseUrl, { expiresAt: new Date(Date.now() - 1000) }, {});
    for (let n = 0; n < 10; n += 1) expect((await ask('203.0.113.4', `Bearer ${old}`)).status).toBe(401);
    expect((await ask('203.0.113.4', `Bearer ${good}`)).status).toBe(200);
  });

  test.each([
    ['another scheme', `Basic ${Buffer.from(`admin:${ADMIN_KEY}`).toString('base64')}`],
    ['no scheme', ADMIN_KEY],
    ['a part of it', `Bearer ${ADMIN_KEY.slice(0, -1)}`],
    ['other letters', `Bearer ${ADMIN_KEY.toUpperCase()}`],
    ['SQL', `Bearer fh_0000000000000000_' OR '1'='1`],
    ['nothing', 'Bearer '],
  ])('the admin key in %s is no key', async (name, authorization) => {
    expect((await ask(`203.0.113.${100 + name.length}`, authorization)).status).toBe(401);
  });

  test('an address is no place for a credential, and two are one too many', async () => {
    for (const name of ['access_token', 'token', 'authorization', 'api_key', 'apiKey'])
      expect((await fetch(`${hub.url}/graphql?query={__typename}&${name}=${ADMIN_KEY}`)).status).toBe(401);
    const twice = await fetch(`${hub.url}/graphql`, {
      method: 'POST',
      headers: [
        ['content-type', 'application/json'],
        ['authorization', `Bearer ${ADMIN_KEY}`],
        ['authorization', `Bearer ${ADMIN_KEY}`],
      ],
      body: JSON.stringify(QUERY),
    });
    expect(twice.status).toBe(401);
  });
});
