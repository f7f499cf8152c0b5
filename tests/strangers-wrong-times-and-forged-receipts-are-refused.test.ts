import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { sm2 } from 'sm-crypto-v2';
import { canonicalJson, hashOf } from '../exchange/canonical.js';
import type { OwnKey } from '../exchange/keys.js';
import { sign } from '../exchange/signing.js';
import { type Bundle, NO_HASH, type Receipt } from '../model/exchange.js';
import { CITY, PREFECTURE } from './support/exchange-pair.js';
import {
  type Answer,
  COUNTY,
  clock,
  HostileWorld,
  keys,
  MINUTE_MS,
  minutes,
  now,
  STRANGER,
  signed,
} from './support/hostile-world.js';
import { until } from './support/running-hub.js';

let world: HostileWorld;
beforeAll(async () => {
  world = await HostileWorld.open();
});
afterAll(() => world.stop());

const badSignature = [401, 'BAD_SIGNATURE'] as const;

describe('a bundle of somebody else', () => {
  test('is refused: unknown, for another, or in another’s name', async () => {
    await world.expectRefused(
      await world.hand(await signed(world.next({ from: STRANGER }))),
      403,
      'WRONG_PEER',
      /11000000000000.*no peer/,
    );
    const halfRight = { ...PREFECTURE, division: '654202' };
    await world.expectRefused(
      await world.hand(await signed(world.next({ from: halfRight }))),
      403,
      'WRONG_PEER',
      /no peer/,
    );
    await world.expectRefused(
      await world.hand(await signed(world.next({ to: COUNTY }))),
      403,
      'WRONG_PEER',
      /it is for 65422300000000/,
    );
    await world.expectRefused(
      await world.hand(await signed(world.next({ from: COUNTY }))),
      401,
      'UNKNOWN_KEY',
      /^no key "p-old"/,
    );
    const asCounty = { ...keys.old, kid: 'c-1' };
    await world.expectRefused(
      await world.hand(await signed(world.next({ from: COUNTY }), asCounty)),
      ...badSignature,
      /by the key "c-1"/,
    );
    const kind = world.next({
      kind: 'instruction',
      items: world.next().items.map((item) => ({ ...item, type: 'instruction' })),
    });
    await world.expectRefused(
      await world.hand(await signed(kind)),
      403,
      'KIND_REFUSED',
      /instruction is not taken from prefecture/,
    );
  });
});

describe('a bundle at another time than its own', () => {
  test('is refused where a clock is wrong by more than five minutes', async () => {
    const ahead = (count: number): Bundle =>
      world.next({ createdAt: new Date(clock.at + count * MINUTE_MS).toISOString() });
    await world.expectRefused(await world.hand(await signed(ahead(6))), 400, 'CLOCK_SKEW', /360 s ahead/);
    await world.expectRefused(
      await world.hand(await signed(ahead(5 + 1 / MINUTE_MS))),
      400,
      'CLOCK_SKEW',
      /300 s ahead/,
    );
    await world.take(ahead(5));
    const sent = (count: number): Record<string, string> => ({
      'exchange-sent-at': new Date(clock.at + count * MINUTE_MS).toISOString(),
    });
    const each = await signed(world.next());
    for (const off of [6, -6])
      await world.expectRefused(
        await world.hand(each, sent(off)),
        400,
        'CLOCK_SKEW',
        /^Exchange-Sent-At is -?360 s off/,
      );
    await world.expectRefused(await world.hand(each, { 'exchange-sent-at': 'now' }), 400, 'CLOCK_SKEW', /is no time/);
    for (const off of [5, -5]) expect(await world.hand(each, sent(off))).toMatchObject({ status: 202 });
    Object.assign(world.chain, { seq: world.chain.seq + 1, hash: hashOf(each.body) });
  });

  test('is taken with either key while both are valid, and refused before and after', async () => {
    await world.expectRefused(
      await world.hand(await signed(world.next(), keys.new)),
      401,
      'KEY_EXPIRED',
      /^the key "p-new" is not valid at/,
    );
    clock.at = minutes(45).getTime();
    await world.take(world.next(), keys.old);
    await world.take(world.next(), keys.new);
    clock.at = minutes(60).getTime();
    await world.expectRefused(
      await world.hand(await signed(world.next(), keys.old)),
      401,
      'KEY_EXPIRED',
      /^the key "p-old" is not valid/,
    );
    await world.take(world.next(), keys.new);
  });

  test('is refused out of its order, and taken in it', async () => {
    const first = await signed(world.next(), keys.new);
    const second = await signed(world.next({ seq: world.chain.seq + 2, prevHash: hashOf(first.body) }), keys.new);
    const gap = await world.hand(second);
    await world.expectRefused(gap, 409, 'SEQ_GAP', /must come before/);
    expect(gap.error?.expected).toBe(world.chain.seq + 1);
    await world.expectRefused(
      await world.hand(await signed(world.next({ prevHash: '1'.repeat(64) }), keys.new)),
      409,
      'CHAIN_BROKEN',
      /prevHash/,
    );
    expect(await world.hand(first)).toMatchObject({ status: 202 });
    expect(await world.hand(second)).toMatchObject({ status: 202 });
    Object.assign(world.chain, { seq: world.chain.seq + 2, hash: hashOf(second.body) });
  });

  test('is answered with the same receipt when it comes again, and refused as another one in its place or under its id', async () => {
    const bundle = world.next();
    const each = await world.take(bundle, keys.new);
    const counts = (): Promise<unknown[]> =>
      world.rows(
        `SELECT (SELECT count(*) FROM exchange_bundle WHERE direction = 'IN') AS bundles,
           (SELECT count(*) FROM exchange_receipt WHERE issuer = 'OURS' AND state = 'RECEIVED') AS receipts`,
      );
    const before = await counts();
    const answers = await Promise.all([1, 2, 3].map(() => world.hand(each, { 'exchange-heard': '0' })));
    const received = answers.map(({ receipts = [] }) =>
      receipts.find(({ body }) => body.includes(bundle.bundleId) && body.includes('"RECEIVED"')),
    );
    expect(received[0]).toBeDefined();
    expect(received).toEqual(received.map(() => received[0]));
    expect(await counts()).toEqual(before);
    const inItsPlace = { ...world.next(), seq: bundle.seq, prevHash: bundle.prevHash };
    await world.expectRefused(
      await world.hand(await signed(inItsPlace, keys.new)),
      409,
      'SEQ_TAKEN',
      /of another content/,
    );
    await world.expectRefused(
      await world.hand(await signed(world.next({ bundleId: bundle.bundleId }), keys.new)),
      409,
      'SEQ_TAKEN',
      /came under seq/,
    );
    // Signed by its own key: the two sides differ, and somebody has to look.
    const alarms = await world.rows<{ kind: string }>(
      `SELECT payload->>'kind' AS kind FROM log_entry WHERE topic = 'exchange'`,
    );
    expect(alarms.filter(({ kind }) => kind === 'CHAIN').length).toBe(3);
  });

  test('is no sign of life when somebody sends it again', async () => {
    const each = await world.take(world.next(), keys.new);
    const heard = (): Promise<unknown[]> =>
      world.rows(`SELECT last_heard_at FROM exchange_peer WHERE name = 'prefecture'`);
    const before = await heard();
    clock.at += MINUTE_MS;
    expect(await world.hand(each)).toMatchObject({ status: 202 });
    expect(await heard()).toEqual(before);
  });
});

test.each([
  ['a character that is cut in two', `${'x'.repeat(280)}😀`],
  ['U+0000', 'x\0'],
])('an item whose fault quotes %s is answered by itself', async (_name, member) => {
  const [item] = world.next().items as [Bundle['items'][0]];
  const bundle = world.next({ items: [{ ...item, payload: { ...item.payload, [member]: 1 } }] });
  await world.take(bundle, keys.new);
  const found = () =>
    world.rows<{ state: string; fault: { code: string } | null }>(
      `SELECT state, fault FROM exchange_bundle JOIN exchange_item USING (peer, direction, seq) WHERE direction = 'IN' AND seq = $1`,
      [bundle.seq],
    );
  const [carriedOut] = await until(found, ([row]) => row !== undefined && !/RECEIVED|VALIDATED/.test(row.state));
  expect(carriedOut).toMatchObject({ state: 'APPLIED', fault: { code: 'BAD_SHAPE' } });
});

describe('keys of each algorithm', () => {
  test('sign bundles that are taken: ES256 and SM2 beside Ed25519', async () => {
    await world.take(world.next(), keys.es256);
    await world.take(world.next(), keys.sm2);
    await world.take(world.next(), keys.new);
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
        world.rows<{ bundleId: string; hash: string; state: string; peer: string }>(
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
    return world.post('receipts', JSON.stringify({ receipts: [{ body, signature }] }), {});
  };
  const told = async (each: Receipt): Promise<void> => {
    expect(await tell(each)).toMatchObject({ status: 200 });
    Object.assign(said, { number: each.number, hash: hashOf(canonicalJson(each)) });
  };

  test('that are forged, foreign or out of their chain are refused', async () => {
    const good = await receipt('RECEIVED');
    await world.expectRefused(await tell(good, { ...keys.thief, kid: 'p-new' }), ...badSignature, /not of this text/);
    await world.expectRefused(await tell(good, keys.new, 'bundle'), ...badSignature, /signed as "fenghuo-bundle/);
    await world.expectRefused(
      await tell({ ...good, from: COUNTY }, keys.county),
      400,
      'BAD_SHAPE',
      /no bundle .* was sent from here/,
    );
    await world.expectRefused(await tell({ ...good, from: STRANGER }), 403, 'WRONG_PEER', /no peer/);
    await world.expectRefused(
      await tell({ ...good, bundleHash: '2'.repeat(64) }),
      400,
      'BAD_SHAPE',
      /no bundle .* of that hash/,
    );
    await world.expectRefused(await tell({ ...good, seq: 99 }), 400, 'BAD_SHAPE', /seq 99: no bundle/);
    await world.expectRefused(
      await tell({ ...good, previous: '2'.repeat(64) }),
      409,
      'CHAIN_BROKEN',
      /previous is not the hash/,
    );
    await world.expectRefused(await tell(good, keys.old), 401, 'KEY_EXPIRED', /"p-old"/);
    const late = { ...good, at: new Date(clock.at + 6 * MINUTE_MS).toISOString() };
    await world.expectRefused(await tell(late), 400, 'CLOCK_SKEW', /ahead/);
    expect((await ours()).state).toBe('SEALED');
  });

  test('move a bundle forward and never back, and count once', async () => {
    await told(await receipt('RECEIVED'));
    await told(await receipt('ACTED'));
    const again = await receipt('ACTED');
    await world.expectRefused(await tell(again), 409, 'SEQ_TAKEN', /a receipt ACTED .* is here already/);
    for (const state of ['VALIDATED', 'APPLIED', 'SET_ASIDE'] as const) {
      await told(await receipt(state));
      expect((await ours()).state).toBe('ACTED');
    }
    const other = await receipt('VALIDATED', { number: 1, previous: NO_HASH });
    await world.expectRefused(await tell(other), 409, 'CHAIN_BROKEN', /receipt 1 is another one here/);
  });
});

test('each refusal is in the audit, too', () => world.expectAudited());
