import {
  createHmac,
  createPublicKey,
  generateKeyPairSync,
  type KeyObject,
  randomUUID,
  sign as signBytes,
  verify as verifyBytes,
} from 'node:crypto';
import { type ClientRequest, request } from 'node:http';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { sm2 } from 'sm-crypto-v2';
import { canonicalJson, hashOf } from '../exchange/canonical.js';
import { readBundle } from '../exchange/envelope.js';
import { asPeerKey, type OwnKey, publicPartOf, readOwnKey } from '../exchange/keys.js';
import { sign, verify } from '../exchange/signing.js';
import { type Bundle, NO_HASH, type Party, type Receipt, Refusal, type Signed } from '../model/exchange.js';
import type { Hub } from '../server/hub.js';
import { migratedDatabase, type TestDatabase } from './support/database.js';
import { CITY, makeKey, PREFECTURE, peerYaml, startSide } from './support/exchange-pair.js';
import { onDatabase } from './support/exchange-platform.js';
import { until } from './support/running-hub.js';

const COUNTY: Party = { orgCode: '65422300000000', division: '654223' };
const STRANGER: Party = { orgCode: '11000000000000', division: '110000' };
const MINUTE_MS = 60_000;

const start = Date.parse('2026-11-26T08:00:00.000Z');
const clock = { at: start };
const now = (): Date => new Date(clock.at);
const minutes = (count: number): Date => new Date(start + count * MINUTE_MS);

const span = { from: null, until: null };
const keys = {
  old: makeKey('p-old', { until: minutes(60) }),
  new: makeKey('p-new', { from: minutes(30) }),
  es256: ownKey('p-es256', generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey),
  sm2: { ...readOwnKey('p-sm2', sm2.generateKeyPairHex().privateKey, span), pem: '' },
  county: makeKey('c-1'),
  thief: makeKey('p-old'),
};

function ownKey(kid: string, secret: KeyObject): OwnKey & { readonly pem: string } {
  const pem = secret.export({ type: 'pkcs8', format: 'pem' }) as string;
  return { ...readOwnKey(kid, pem, span), pem };
}

let database: TestDatabase;
let hub: Hub;
/** Where the chain from the prefecture stands. */
const chain = { seq: 0, hash: NO_HASH };

beforeAll(async () => {
  database = await migratedDatabase();
  const city = makeKey('city-1');
  hub = await startSide(database, {
    ...{ party: CITY, tier: 'CITY', keys: [city], hub: { now } },
    hubLines: ['limits: { failedCredentials: { tokens: 1000 } }'],
    peers: {
      prefecture: peerYaml(PREFECTURE, 'PREFECTURE', [keys.old, keys.new, keys.es256, keys.sm2], {}),
      county: peerYaml(COUNTY, 'CITY', [keys.county], {}),
    },
  });
});
afterAll(async () => {
  await hub.stop();
  await database.drop();
});

/** The next bundle of the prefecture's chain, but for what is said otherwise. */
function next(change: Partial<Bundle> = {}): Bundle {
  const end = { number: 0, hash: NO_HASH };
  return {
    ...{ bundleId: randomUUID(), seq: chain.seq + 1, from: PREFECTURE, to: CITY, createdAt: now().toISOString() },
    ...{ kind: 'heartbeat', schemaVersion: '1.0', prevHash: chain.hash },
    items: [
      {
        ...{ type: 'heartbeat', id: 'wusu', version: now().toISOString(), op: 'upsert' },
        payload: { sent: end, taken: end, told: end, heard: end },
        provenance: { department: 'EMERGENCY', feed: null, changedAt: now().toISOString() },
      },
    ],
    ...change,
  };
}

const signed = async (body: string | Bundle, key: OwnKey = keys.old): Promise<Signed> => {
  const text = typeof body === 'string' ? body : canonicalJson(body);
  return { body: text, signature: await sign(text, 'fenghuo-bundle+jws', key) };
};

const base64url = (text: string): string => Buffer.from(text).toString('base64url');

/** A detached JWS with whatever header, truly signed by the Ed25519 key. */
function withHeader(body: string, header: object, key: OwnKey = keys.old): Signed {
  const first = base64url(JSON.stringify(header));
  const last = signBytes(null, Buffer.from(`${first}.${base64url(body)}`), key.secret as KeyObject);
  return { body, signature: `${first}..${last.toString('base64url')}` };
}

interface Answer {
  readonly status: number;
  readonly receipts?: readonly Signed[];
  readonly error?: { readonly code: string; readonly reason: string; readonly expected?: number };
}

async function post(path: string, body: string, headers: Record<string, string>): Promise<Answer> {
  const response = await fetch(`${hub.url}/exchange/v1/${path}`, { method: 'POST', headers, body });
  return { status: response.status, ...((await response.json()) as object) };
}

const idOf = (body: string): string => /"bundleId":"([^"]+)"/.exec(body)?.[1] ?? 'none';

const hand = ({ body, signature }: Signed, headers: Record<string, string> = {}): Promise<Answer> =>
  post('bundles', body, { 'idempotency-key': idOf(body), 'x-jws-signature': signature, ...headers });

/** Hands over what must be taken, and goes on from it. */
async function take(bundle: Bundle, key: OwnKey = keys.old): Promise<Signed> {
  const each = await signed(bundle, key);
  expect(await hand(each)).toMatchObject({ status: 202 });
  Object.assign(chain, { seq: bundle.seq, hash: hashOf(each.body) });
  return each;
}

const rows = <T>(sql: string, values: unknown[] = []): Promise<T[]> =>
  onDatabase(database.url, async (client) => (await client.query(sql, values)).rows as T[]);

/** Refused with this code and reason, in the answer, in the list of refusals, and in the audit. */
async function expectRefused(answer: Answer, status: number, code: string, reason: RegExp): Promise<void> {
  expect(answer).toMatchObject({ status, error: { code, reason: expect.stringMatching(reason) } });
  const [row] = await rows<{ code: string; reason: string }>(
    'SELECT code, reason FROM exchange_refusal ORDER BY last_seen_at DESC, id DESC LIMIT 1',
  );
  expect(row).toEqual({ code, reason: answer.error?.reason.replaceAll('\0', '\ufffd') });
  refused.push(code);
}
const refused: string[] = [];

const badSignature = [401, 'BAD_SIGNATURE'] as const;

describe('a bundle whose signature is not what it should be', () => {
  test('is refused: another key, another algorithm, another use', async () => {
    const body = canonicalJson(next());
    const good = { alg: 'EdDSA', kid: 'p-old', typ: 'fenghuo-bundle+jws' };
    const hmac = (): Signed => {
      const first = base64url(JSON.stringify({ ...good, alg: 'HS256' }));
      const secret = createHmac('sha256', publicPartOf(keys.old)).update(`${first}.${base64url(body)}`);
      return { body, signature: `${first}..${secret.digest('base64url')}` };
    };
    for (const each of [
      await signed(body, keys.thief),
      withHeader(body, { ...good, alg: 'none' }),
      withHeader(body, { ...good, alg: 'ES256' }),
      withHeader(body, { ...good, alg: 'SM2' }),
      hmac(),
      withHeader(body, { ...good, kid: 'p-es256' }),
      withHeader(body, { ...good, kid: 'p-sm2' }),
    ])
      await expectRefused(await hand(each), ...badSignature, /^the signature is not of this text by the key/);
    const receipt = { body, signature: await sign(body, 'fenghuo-receipt+jws', keys.old) };
    await expectRefused(await hand(receipt), ...badSignature, /signed as "fenghuo-receipt\+jws"/);
  });

  test('is refused where its header names a key of nobody, of another, or brings its own', async () => {
    const body = canonicalJson(next());
    const good = { alg: 'EdDSA', typ: 'fenghuo-bundle+jws' };
    for (const kid of ['../p-old', 'p-old\u0000', '__proto__', 'P-OLD', 'c-1', ''])
      await expectRefused(await hand(withHeader(body, { ...good, kid })), 401, 'UNKNOWN_KEY', /^no key/);
    const jwk = createPublicKey(publicPartOf(keys.thief)).export({ format: 'jwk' });
    for (const more of [
      { jwk },
      { jku: 'https://example.org/keys' },
      { x5u: 'https://example.org' },
      { crit: ['b64'], b64: false },
    ])
      await expectRefused(
        await hand(withHeader(body, { ...good, kid: 'p-old', ...more }, keys.thief)),
        ...badSignature,
        /^the signature is no detached JWS/,
      );
  });

  test('is refused in any other spelling of the same bytes', async () => {
    const { body, signature } = await signed(next());
    const [first = '', , last = ''] = signature.split('.');
    const twin = `${last.slice(0, -1)}${String.fromCharCode(last.charCodeAt(last.length - 1) + 1)}`;
    expect(Buffer.from(twin, 'base64url')).toEqual(Buffer.from(last, 'base64url'));
    for (const spelling of [
      `${first}..${twin}`,
      `${first}..${last}==`,
      `${first}==..${last}`,
      `${first}.${base64url(body)}.${last}`,
      `${first}..`,
      `..${last}`,
      '',
      `${first}..${last}..${last}`,
    ])
      await expectRefused(
        await hand({ body, signature: spelling }),
        ...badSignature,
        /^the signature is no detached JWS/,
      );
  });

  test('is refused where a byte of it was changed: ten thousand of them', async () => {
    const { body, signature } = await signed(next());
    const bytes = Buffer.from(`${body}\n${signature}`);
    const pinned = [keys.old, keys.new, keys.es256, keys.sm2].map(asPeerKey);
    const isTaken = async (text: string): Promise<boolean> => {
      const [changed = '', mark = ''] = text.split('\n');
      try {
        readBundle({ body: changed, signature: mark });
        await verify({ body: changed, signature: mark }, 'fenghuo-bundle+jws', pinned, now());
        return true;
      } catch (error) {
        if (!(error instanceof Refusal)) throw error;
        return false;
      }
    };
    expect(await isTaken(bytes.toString())).toBe(true);
    let state = 5;
    const random = (below: number): number => {
      state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
      return Math.floor((state / 2 ** 32) * below);
    };
    const missed: string[] = [];
    for (let trial = 0; trial < 10_000; trial += 1) {
      const at = random(bytes.length);
      const changed = Buffer.from(bytes);
      changed[at] = (changed[at] as number) ^ (1 + random(255));
      if (await isTaken(changed.toString())) missed.push(`${at}: ${changed[at]}`);
    }
    expect(missed).toEqual([]);
  }, 60_000);

  test('would be taken by whoever believes the key that it brings: the control', async () => {
    const body = canonicalJson(next());
    const jwk = createPublicKey(publicPartOf(keys.thief)).export({ format: 'jwk' });
    const forged = withHeader(body, { alg: 'EdDSA', kid: 'p-old', typ: 'fenghuo-bundle+jws', jwk }, keys.thief);
    const believes = ({ body: text, signature }: Signed): boolean => {
      const [first = '', , last = ''] = signature.split('.');
      const header = JSON.parse(Buffer.from(first, 'base64url').toString());
      const key = createPublicKey({ key: header.jwk, format: 'jwk' });
      return verifyBytes(null, Buffer.from(`${first}.${base64url(text)}`), key, Buffer.from(last, 'base64url'));
    };
    expect(believes(forged)).toBe(true);
    await expectRefused(await hand(forged), ...badSignature, /no detached JWS/);
  });
});

describe('a bundle whose text is not what it should be', () => {
  test('is refused: changed, cut off, not canonical, nothing that JSON can say', async () => {
    const good = await signed(next());
    const changed = good.body.replace('"wusu"', '"wusa"');
    await expectRefused(await hand({ ...good, body: changed }), ...badSignature, /not of this text/);
    await expectRefused(await hand({ ...good, body: good.body.slice(0, -20) }), 400, 'BAD_SHAPE', /cut off or damaged/);
    for (const [body, code] of [
      [` ${good.body}`, 'NOT_CANONICAL'],
      [JSON.stringify(next()), 'NOT_CANONICAL'],
      [good.body.replace('"seq":1', '"seq":1.0'), 'NOT_CANONICAL'],
      [good.body.replace('"seq":1', '"seq":7,"seq":1'), 'NOT_CANONICAL'],
      [good.body.replace('"wusu"', '"\\u0077usu"'), 'NOT_CANONICAL'],
      [good.body.replace('"wusu"', '"\\ud800"'), 'NOT_CANONICAL'],
      [good.body.replace('"number":0', '"number":NaN'), 'BAD_SHAPE'],
      [good.body.replace('"number":0', '"number":1e999'), 'NOT_CANONICAL'],
      [`${good.body.slice(0, -1)},"more":1}`, 'BAD_SHAPE'],
      [canonicalJson(next({ bundleId: randomUUID().toUpperCase() })), 'BAD_SHAPE'],
      [canonicalJson(next({ items: [] })), 'BAD_SHAPE'],
      [canonicalJson(next({ kind: 'warning' })), 'BAD_SHAPE'],
      [canonicalJson({ ...next(), items: 'none' }), 'BAD_SHAPE'],
      [good.body.replace('"wusu"', '"\\u0000"'), 'BAD_SHAPE'],
      [canonicalJson(next({ schemaVersion: '2.0' })), 'WRONG_VERSION'],
    ] as const)
      await expectRefused(await hand(await signed(body)), 400, code, /./);
    const deep = good.body.replace('"number":0', `"number":${'['.repeat(100_000)}${']'.repeat(100_000)}`);
    await expectRefused(await hand(await signed(deep)), 400, 'NOT_CANONICAL', /canonical/);
  });

  test('is refused without the key of the call, or with one that is another’s', async () => {
    const good = await signed(next());
    const named = await hand(good, { 'idempotency-key': randomUUID() });
    await expectRefused(named, 400, 'BAD_SHAPE', /^Idempotency-Key is not the bundleId/);
    const none = await post('bundles', good.body, { 'x-jws-signature': good.signature });
    await expectRefused(none, 400, 'BAD_SHAPE', /^send Idempotency-Key/);
  });

  test('is refused where it is too large, and no more of it is read', async () => {
    const large = canonicalJson(
      next({ items: [{ ...(next().items[0] as Bundle['items'][0]), id: 'x'.repeat(1_000_000) }] }),
    );
    await expectRefused(await hand(await signed(large)), 413, 'TOO_LARGE', /^at most 1000000 bytes/);
    const { status, written } = await endless();
    expect(status).toBe(413);
    expect(written).toBeLessThan(20_000_000);
  });
});

/** Sends a body without an end until it is answered. */
function endless(): Promise<{ status: number; written: number }> {
  const chunk = Buffer.alloc(100_000, 'x');
  return new Promise((resolve, reject) => {
    let written = 0;
    const going: ClientRequest = request(`${hub.url}/exchange/v1/bundles`, { method: 'POST' }, (response) => {
      going.off('error', reject).on('error', () => {});
      resolve({ status: response.statusCode ?? 0, written });
      going.destroy();
    });
    going.on('error', reject);
    const write = (): void => {
      if (going.destroyed || written > 200_000_000) return;
      written += chunk.length;
      if (going.write(chunk)) setImmediate(write);
      else going.once('drain', write);
    };
    write();
  });
}

describe('a bundle of somebody else', () => {
  test('is refused: unknown, for another, or in another’s name', async () => {
    await expectRefused(
      await hand(await signed(next({ from: STRANGER }))),
      403,
      'WRONG_PEER',
      /11000000000000.*no peer/,
    );
    const halfRight = { ...PREFECTURE, division: '654202' };
    await expectRefused(await hand(await signed(next({ from: halfRight }))), 403, 'WRONG_PEER', /no peer/);
    await expectRefused(await hand(await signed(next({ to: COUNTY }))), 403, 'WRONG_PEER', /it is for 65422300000000/);
    await expectRefused(await hand(await signed(next({ from: COUNTY }))), 401, 'UNKNOWN_KEY', /^no key "p-old"/);
    const asCounty = { ...keys.old, kid: 'c-1' };
    await expectRefused(
      await hand(await signed(next({ from: COUNTY }), asCounty)),
      ...badSignature,
      /by the key "c-1"/,
    );
    const kind = next({ kind: 'instruction', items: next().items.map((item) => ({ ...item, type: 'instruction' })) });
    await expectRefused(
      await hand(await signed(kind)),
      403,
      'KIND_REFUSED',
      /instruction is not taken from prefecture/,
    );
  });
});

describe('a bundle at another time than its own', () => {
  test('is refused where a clock is wrong by more than five minutes', async () => {
    const ahead = (count: number): Bundle => next({ createdAt: new Date(clock.at + count * MINUTE_MS).toISOString() });
    await expectRefused(await hand(await signed(ahead(6))), 400, 'CLOCK_SKEW', /360 s ahead/);
    await expectRefused(await hand(await signed(ahead(5 + 1 / MINUTE_MS))), 400, 'CLOCK_SKEW', /300 s ahead/);
    await take(ahead(5));
    const sent = (count: number): Record<string, string> => ({
      'exchange-sent-at': new Date(clock.at + count * MINUTE_MS).toISOString(),
    });
    const each = await signed(next());
    for (const off of [6, -6])
      await expectRefused(await hand(each, sent(off)), 400, 'CLOCK_SKEW', /^Exchange-Sent-At is -?360 s off/);
    await expectRefused(await hand(each, { 'exchange-sent-at': 'now' }), 400, 'CLOCK_SKEW', /is no time/);
    for (const off of [5, -5]) expect(await hand(each, sent(off))).toMatchObject({ status: 202 });
    Object.assign(chain, { seq: chain.seq + 1, hash: hashOf(each.body) });
  });

  test('is taken with either key while both are valid, and refused before and after', async () => {
    await expectRefused(
      await hand(await signed(next(), keys.new)),
      401,
      'KEY_EXPIRED',
      /^the key "p-new" is not valid at/,
    );
    clock.at = minutes(45).getTime();
    await take(next(), keys.old);
    await take(next(), keys.new);
    clock.at = minutes(60).getTime();
    await expectRefused(
      await hand(await signed(next(), keys.old)),
      401,
      'KEY_EXPIRED',
      /^the key "p-old" is not valid/,
    );
    await take(next(), keys.new);
  });

  test('is refused out of its order, and taken in it', async () => {
    const first = await signed(next(), keys.new);
    const second = await signed(next({ seq: chain.seq + 2, prevHash: hashOf(first.body) }), keys.new);
    const gap = await hand(second);
    await expectRefused(gap, 409, 'SEQ_GAP', /must come before/);
    expect(gap.error?.expected).toBe(chain.seq + 1);
    await expectRefused(
      await hand(await signed(next({ prevHash: '1'.repeat(64) }), keys.new)),
      409,
      'CHAIN_BROKEN',
      /prevHash/,
    );
    expect(await hand(first)).toMatchObject({ status: 202 });
    expect(await hand(second)).toMatchObject({ status: 202 });
    Object.assign(chain, { seq: chain.seq + 2, hash: hashOf(second.body) });
  });

  test('is answered with the same receipt when it comes again, and refused as another one in its place or under its id', async () => {
    const bundle = next();
    const each = await take(bundle, keys.new);
    const counts = (): Promise<unknown[]> =>
      rows(
        `SELECT (SELECT count(*) FROM exchange_bundle WHERE direction = 'IN') AS bundles,
           (SELECT count(*) FROM exchange_receipt WHERE issuer = 'OURS' AND state = 'RECEIVED') AS receipts`,
      );
    const before = await counts();
    const answers = await Promise.all([1, 2, 3].map(() => hand(each, { 'exchange-heard': '0' })));
    const received = answers.map(({ receipts = [] }) =>
      receipts.find(({ body }) => body.includes(bundle.bundleId) && body.includes('"RECEIVED"')),
    );
    expect(received[0]).toBeDefined();
    expect(received).toEqual(received.map(() => received[0]));
    expect(await counts()).toEqual(before);
    const inItsPlace = { ...next(), seq: bundle.seq, prevHash: bundle.prevHash };
    await expectRefused(await hand(await signed(inItsPlace, keys.new)), 409, 'SEQ_TAKEN', /of another content/);
    await expectRefused(
      await hand(await signed(next({ bundleId: bundle.bundleId }), keys.new)),
      409,
      'SEQ_TAKEN',
      /came under seq/,
    );
    // Signed by its own key: the two sides differ, and somebody has to look.
    const alarms = await rows<{ kind: string }>(
      `SELECT payload->>'kind' AS kind FROM log_entry WHERE topic = 'exchange'`,
    );
    expect(alarms.filter(({ kind }) => kind === 'CHAIN').length).toBe(3);
  });

  test('is no sign of life when somebody sends it again', async () => {
    const each = await take(next(), keys.new);
    const heard = (): Promise<unknown[]> => rows(`SELECT last_heard_at FROM exchange_peer WHERE name = 'prefecture'`);
    const before = await heard();
    clock.at += MINUTE_MS;
    expect(await hand(each)).toMatchObject({ status: 202 });
    expect(await heard()).toEqual(before);
  });
});

test.each([
  ['a character that is cut in two', `${'x'.repeat(280)}😀`],
  ['U+0000', 'x\0'],
])('an item whose fault quotes %s is answered by itself', async (_name, member) => {
  const [item] = next().items as [Bundle['items'][0]];
  const bundle = next({ items: [{ ...item, payload: { ...item.payload, [member]: 1 } }] });
  await take(bundle, keys.new);
  const found = (): Promise<{ state: string; fault: { code: string } | null }[]> =>
    rows(
      `SELECT state, fault FROM exchange_bundle JOIN exchange_item USING (peer, direction, seq) WHERE direction = 'IN' AND seq = $1`,
      [bundle.seq],
    );
  const [carriedOut] = await until(found, ([row]) => row !== undefined && !/RECEIVED|VALIDATED/.test(row.state));
  expect(carriedOut).toMatchObject({ state: 'APPLIED', fault: { code: 'BAD_SHAPE' } });
});

describe('keys of each algorithm', () => {
  test('sign bundles that are taken: ES256 and SM2 beside Ed25519', async () => {
    await take(next(), keys.es256);
    await take(next(), keys.sm2);
    await take(next(), keys.new);
  });

  test('SM2 verifies the example of GB/T 32918.5 annex A', () => {
    const point =
      '0409f9df311e5421a150dd7d161e4bc5c672179fad1833fc076bb08ff356f35020ccea490ce26775a52dc6ea718cc1aa600aed05fbf35e084a6632f6072da9ad13';
    const signature =
      'f5a03b0648d2c4630eeac513e1bb81a15944da3827d5b74143ac7eaceee720b3b1b6aa29df212fd8763182bc0d421ca1bb9038fd1f7f42d4840b69c485bbc1aa';
    const fits = (text: string): boolean =>
      sm2.doVerifySignature(new Uint8Array(Buffer.from(text)), signature, point, {
        hash: true,
        userId: '1234567812345678',
      });
    expect([fits('message digest'), fits('message digesT')]).toEqual([true, false]);
  });
});

describe('receipts', () => {
  /** The hub's own first bundle to the prefecture. */
  const ours = async (): Promise<{ bundleId: string; hash: string; state: string; peer: string }> => {
    const [row] = await until(
      () =>
        rows<{ bundleId: string; hash: string; state: string; peer: string }>(
          `SELECT bundle_id AS "bundleId", hash, state, peer FROM exchange_bundle WHERE direction = 'OUT' AND peer = 'prefecture' AND seq = 1`,
        ),
      (found) => found.length > 0,
    );
    return row as { bundleId: string; hash: string; state: string; peer: string };
  };
  const said = { number: 0, hash: NO_HASH };
  const receipt = async (state: Receipt['state'], change: Partial<Receipt> = {}): Promise<Receipt> => {
    const { bundleId, hash } = await ours();
    return {
      ...{ number: said.number + 1, bundleId, seq: 1, bundleHash: hash, state, from: PREFECTURE, to: CITY },
      ...{ at: now().toISOString(), faults: [], acted: null, note: null, previous: said.hash, ...change },
    };
  };
  const tell = async (
    each: Receipt,
    key: OwnKey = keys.new,
    typ: 'receipt' | 'bundle' = 'receipt',
  ): Promise<Answer> => {
    const body = canonicalJson(each);
    const signature = await sign(body, `fenghuo-${typ}+jws`, key);
    return post('receipts', JSON.stringify({ receipts: [{ body, signature }] }), {});
  };
  const told = async (each: Receipt): Promise<void> => {
    expect(await tell(each)).toMatchObject({ status: 200 });
    Object.assign(said, { number: each.number, hash: hashOf(canonicalJson(each)) });
  };

  test('that are forged, foreign or out of their chain are refused', async () => {
    const good = await receipt('RECEIVED');
    await expectRefused(await tell(good, { ...keys.thief, kid: 'p-new' }), ...badSignature, /not of this text/);
    await expectRefused(await tell(good, keys.new, 'bundle'), ...badSignature, /signed as "fenghuo-bundle/);
    await expectRefused(
      await tell({ ...good, from: COUNTY }, keys.county),
      400,
      'BAD_SHAPE',
      /no bundle .* was sent from here/,
    );
    await expectRefused(await tell({ ...good, from: STRANGER }), 403, 'WRONG_PEER', /no peer/);
    await expectRefused(
      await tell({ ...good, bundleHash: '2'.repeat(64) }),
      400,
      'BAD_SHAPE',
      /no bundle .* of that hash/,
    );
    await expectRefused(await tell({ ...good, seq: 99 }), 400, 'BAD_SHAPE', /seq 99: no bundle/);
    await expectRefused(
      await tell({ ...good, previous: '2'.repeat(64) }),
      409,
      'CHAIN_BROKEN',
      /previous is not the hash/,
    );
    await expectRefused(await tell(good, keys.old), 401, 'KEY_EXPIRED', /"p-old"/);
    const late = { ...good, at: new Date(clock.at + 6 * MINUTE_MS).toISOString() };
    await expectRefused(await tell(late), 400, 'CLOCK_SKEW', /ahead/);
    expect((await ours()).state).toBe('SEALED');
  });

  test('move a bundle forward and never back, and count once', async () => {
    await told(await receipt('RECEIVED'));
    await told(await receipt('ACTED'));
    const again = await receipt('ACTED');
    await expectRefused(await tell(again), 409, 'SEQ_TAKEN', /a receipt ACTED .* is here already/);
    for (const state of ['VALIDATED', 'APPLIED', 'SET_ASIDE'] as const) {
      await told(await receipt(state));
      expect((await ours()).state).toBe('ACTED');
    }
    const other = await receipt('VALIDATED', { number: 1, previous: NO_HASH });
    await expectRefused(await tell(other), 409, 'CHAIN_BROKEN', /receipt 1 is another one here/);
  });
});

test('each refusal is in the audit, too', async () => {
  const wanted = [...refused].sort();
  const found = (): Promise<{ result: string; times: number }[]> =>
    rows(`SELECT result, times FROM audit_entry WHERE kind = 'EXCHANGE' AND result <> 'OK'`);
  const listed = await until(found, (entries) => entries.reduce((sum, { times }) => sum + times, 0) > wanted.length);
  // And the one whose sender had not finished.
  const each = listed.flatMap(({ result, times }) => Array.from({ length: times }, () => result)).sort();
  expect(each).toEqual([...wanted, 'TOO_LARGE'].sort());
});
