import { afterEach, describe, expect, test } from '@jest/globals';
import { keyIdOf } from '../exchange/signing.js';
import type { ExchangeAlarm } from '../model/entry.js';
import { copyOf } from './support/database.js';
import { makeKey } from './support/exchange-pair.js';
import { CRASH_POINTS, type CrashPoint, onDatabase, type Platform } from './support/exchange-platform.js';
import { makeSides, type PlatformSide, type Sides, settled } from './support/exchange-platform-sides.js';
import { until } from './support/running-hub.js';

let sides: Sides;
afterEach(() => sides?.stop());

/** Each side has carried out what the other told: all of it, once, in its order; and what is kept of it verifies. */
async function expectWhole(both: Sides, limitMs?: number): Promise<void> {
  await settled(both, limitMs);
  const { city, prefecture } = both;
  expect(await city.carriedOut()).toEqual(prefecture.told);
  expect(await prefecture.carriedOut()).toEqual(city.told);
  for (const side of [city, prefecture]) expect((await side.verify()).faults).toEqual([]);
}

/** Loses power at one point after another; each time it is started again on what its database holds. */
async function walk(side: PlatformSide, points: readonly CrashPoint[]): Promise<void> {
  for (const crashAt of points) {
    const platform = await side.start({ crashAt });
    await side.tell(2);
    await lost(platform, crashAt);
    await side.stop();
  }
  await side.start();
}

async function lost(platform: Platform, point: CrashPoint): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`${point} did not come`)), 45_000);
  });
  await Promise.race([platform.crashed, late]).finally(() => clearTimeout(timer));
}

describe('a side that loses its power', () => {
  test('at any step of a hand-over goes on after it, whatever the other side does meanwhile: all is carried out once and in order', async () => {
    sides = await makeSides();
    await Promise.all([walk(sides.city, CRASH_POINTS), walk(sides.prefecture, CRASH_POINTS.toReversed())]);
    await expectWhole(sides);
    expect(sides.city.told.length).toBe(2 * CRASH_POINTS.length);
  }, 60_000);

  test('would double what it carries out without transactions: the control', async () => {
    sides = await makeSides({ withoutTransactions: true });
    await sides.prefecture.start();
    await walk(sides.city, [/^DELETE FROM exchange_outbox/]);
    await settled(sides);
    const found = await until(
      () => sides.prefecture.carriedOut(),
      (each) => each.length > sides.city.told.length,
    );
    expect(new Set(found).size).toBeLessThan(found.length);
  }, 60_000);
});

const overdueAlarms = async (side: PlatformSide): Promise<ExchangeAlarm[]> =>
  (
    await side.rows<{ payload: ExchangeAlarm }>(
      `SELECT payload FROM log_entry WHERE topic = 'exchange' AND payload->>'kind' = 'OVERDUE' ORDER BY position`,
    )
  ).map(({ payload }) => payload);
/** The last alarm of what is overdue, once it says so. */
const ends = async (side: PlatformSide, change: ExchangeAlarm['change']): Promise<ExchangeAlarm | undefined> =>
  (
    await until(
      () => {
        side.platform.exchange.wake();
        return overdueAlarms(side);
      },
      (told) => told.at(-1)?.change === change,
    )
  ).at(-1);

describe('while the line is down for hours', () => {
  const clock = { at: Date.parse('2026-11-26T08:00:00.000Z') };
  const now = (): Date => new Date(clock.at);
  const pass = (minutes: number): void => {
    clock.at += minutes * 60_000;
  };

  test('all waits on disk, the duty officer is told by one alarm that says how much, and then it goes over in order', async () => {
    sides = await makeSides({ now, receiptWithinMs: 15 * 60_000 });
    const { city, prefecture, up, down } = sides;
    await Promise.all([city.start(), prefecture.start()]);
    await Promise.all([city.tell(), prefecture.tell()]);
    await settled(sides);
    for (const line of [up, down]) line.cut();
    for (let quarter = 0; quarter < 16; quarter += 1) {
      pass(15);
      await Promise.all([city.tell(5), prefecture.tell(5)]);
      // The duty officer's sight does not depend on who stays up: what waits is on disk.
      if (quarter === 8) {
        await city.stop();
        await city.start();
        for (const line of [up, down]) line.cut();
      }
      for (const side of [city, prefecture])
        await until(
          () => side.rows<{ n: number }>('SELECT count(*) AS n FROM exchange_outbox'),
          ([row]) => row?.n === 0,
        );
    }
    pass(15);
    for (const side of [city, prefecture]) {
      const [late] = await side.rows<{ n: number }>(
        `SELECT count(*) AS n FROM exchange_bundle WHERE direction = 'OUT' AND state = 'SEALED' AND kind <> 'heartbeat'`,
      );
      expect(late?.n).toBeGreaterThanOrEqual(16);
      await until(
        () => {
          side.platform.exchange.wake();
          return side.rows<{ n: number }>('SELECT count(*) AS n FROM exchange_bundle WHERE overdue_at IS NOT NULL');
        },
        ([marked]) => marked?.n === late?.n,
      );
      // Raised once, also across the restart; then only by twice as many.
      const told = await overdueAlarms(side);
      expect(told.map(({ change }) => change)).toEqual(['RAISED', ...told.slice(1).map(() => 'UPDATED')]);
      for (const [n, { count }] of told.slice(1).entries())
        expect(count).toBeGreaterThanOrEqual(2 * (told[n]?.count ?? 0));
      expect((told.at(-1)?.count ?? 0) * 2).toBeGreaterThan(late?.n ?? 0);
      const oldest = await side.rows<{ seq: number; at: Date }>(
        `SELECT seq, stored_at AS at FROM exchange_bundle WHERE overdue_at IS NOT NULL ORDER BY seq LIMIT 1`,
      );
      expect(told.at(-1)).toMatchObject({ seq: oldest[0]?.seq, since: oldest[0]?.at.toISOString() });
    }
    const from = Date.now();
    for (const line of [up, down]) line.mode = 'up';
    await expectWhole(sides, 45_000);
    expect(city.told.length).toBe(81);
    for (const side of [city, prefecture]) {
      expect(await ends(side, 'CLEARED')).toMatchObject({ change: 'CLEARED', count: 0, seq: null, since: null });
      expect(side.platform.alarms.filter(({ kind }) => kind === 'OVERDUE').length).toBeLessThanOrEqual(1);
    }
    // And what is overdue later is told anew.
    up.cut();
    await city.tell();
    await until(
      () => city.rows<{ n: number }>('SELECT count(*) AS n FROM exchange_outbox'),
      ([row]) => row?.n === 0,
    );
    pass(16);
    expect(await ends(city, 'RAISED')).toMatchObject({ change: 'RAISED', count: 1 });
    expect(Date.now() - from).toBeLessThan(60_000);
  }, 90_000);

  test('a key may come to its end: what waited is signed anew by the next one, bundles and receipts', async () => {
    const keys = [
      makeKey('city-old', { until: new Date(clock.at + 60 * 60_000) }),
      makeKey('city-new', { from: new Date(clock.at + 30 * 60_000) }),
    ];
    sides = await makeSides({ now }, keys);
    const { city, prefecture, up, down } = sides;
    await Promise.all([city.start(), prefecture.start()]);
    // Their first signs of life, or the notes would wait behind one whose answer is lost.
    for (const side of [city, prefecture])
      await until(
        () => side.rows<{ state: string }>(`SELECT state FROM exchange_bundle WHERE direction = 'OUT'`),
        (found) => found.length > 0 && found.every(({ state }) => state === 'ACTED'),
      );
    up.cut();
    down.mode = 'half';
    await Promise.all([city.tell(2), prefecture.tell(2)]);
    await until(
      () => city.carriedOut(),
      (found) => found.length === 2,
    );
    pass(61);
    // Also for whoever would come and get them.
    await until(
      () => {
        city.platform.exchange.wake();
        return city.rows<{ signature: string }>(
          `SELECT signature FROM exchange_bundle WHERE direction = 'OUT' AND state = 'SEALED'
           UNION ALL SELECT signature FROM exchange_receipt, exchange_peer WHERE issuer = 'OURS' AND number > told_upto`,
        );
      },
      (found) => found.length > 0 && found.every(({ signature }) => keyIdOf(signature) === 'city-new'),
    );
    for (const line of [up, down]) line.mode = 'up';
    await expectWhole(sides);
    const [last] = await prefecture.rows<{ signature: string }>(
      `SELECT signature FROM exchange_bundle WHERE direction = 'IN' ORDER BY seq DESC LIMIT 1`,
    );
    expect(keyIdOf(last?.signature ?? '')).toBe('city-new');
  }, 60_000);
});

test('what waits is signed anew when its key is taken out of the settings, such as one that got into other hands', async () => {
  const [old, fresh] = [makeKey('city-old'), makeKey('city-new')];
  sides = await makeSides({}, [old, fresh]);
  const { city, prefecture } = sides;
  await city.start({ keys: [old] });
  sides.up.cut();
  const waiting = (): Promise<{ signature: string }[]> =>
    city.rows(
      `SELECT signature FROM exchange_bundle WHERE direction = 'OUT' AND state = 'SEALED' AND kind <> 'heartbeat'`,
    );
  for (let count = 1; count <= 3; count += 1) {
    await city.tell();
    await until(waiting, (found) => found.length === count);
  }
  await city.stop();
  await city.start({ keys: [fresh] });
  sides.up.cut();
  await until(waiting, (found) => found.every(({ signature }) => keyIdOf(signature) === 'city-new'));
  await prefecture.start();
  await settled(sides);
  expect(await prefecture.carriedOut()).toEqual(city.told);
}, 60_000);

describe('a line that loses answers', () => {
  test('has each bundle handed over again and kept once, with one receipt of each state', async () => {
    sides = await makeSides();
    const { city, prefecture, up, down } = sides;
    await Promise.all([city.start(), prefecture.start()]);
    for (const line of [up, down]) line.mode = 'half';
    await Promise.all([city.tell(3), prefecture.tell(3)]);
    // All of it goes over nevertheless.
    for (const side of [city, prefecture])
      await until(
        () => side.carriedOut(),
        (found) => found.length === 3,
      );
    for (const line of [up, down]) line.mode = 'up';
    await expectWhole(sides);
    for (const side of [city, prefecture]) {
      const states = await side.rows<{ n: number; bundles: number }>(
        `SELECT count(*) AS n, (SELECT count(*) FROM exchange_bundle WHERE direction = 'OUT') AS bundles
         FROM exchange_receipt WHERE issuer = 'THEIRS' GROUP BY state`,
      );
      expect(states.length).toBe(4);
      expect(states.filter(({ n, bundles }) => n !== bundles)).toEqual([]);
    }
  }, 60_000);
});

describe('a side that was restored from a backup', () => {
  test('is noticed by both: an alarm says that the chains differ', async () => {
    sides = await makeSides();
    const { city, prefecture } = sides;
    await Promise.all([city.start(), prefecture.start()]);
    await Promise.all([city.tell(2), prefecture.tell(2)]);
    await settled(sides);
    await prefecture.stop();
    const backup = await copyOf(prefecture.options.database);
    try {
      await prefecture.start();
      await Promise.all([city.tell(2), prefecture.tell(2)]);
      await settled(sides);
      await prefecture.stop();
      await prefecture.start({ database: backup });
      await city.tell();
      await onDatabase(backup.url, (client) =>
        client.query(
          `INSERT INTO exchange_outbox (peer, source, key, at, payload) VALUES ('city', 'note', 'after', now(), '{}')`,
        ),
      );
      for (const side of [city, prefecture])
        await until(
          async () => {
            side.platform.exchange.wake();
            return side.platform.alarms;
          },
          (alarms) => alarms.some(({ kind }) => kind === 'CHAIN'),
        );
      for (const side of [city, prefecture])
        expect(side.platform.alarms.filter(({ kind }) => kind === 'CHAIN').length).toBeLessThanOrEqual(2);
    } finally {
      await prefecture.stop();
      await backup.drop();
    }
  }, 60_000);
});
