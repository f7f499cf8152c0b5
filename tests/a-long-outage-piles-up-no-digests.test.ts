import { afterEach, expect, test } from '@jest/globals';
import { hold } from '../exchange/kinds/holding.js';
import { periodDue, type TellingKind, tellPeriod } from '../exchange/kinds/tell.js';
import { makeSides, type Sides, settled } from './support/exchange-platform-sides.js';
import { until } from './support/running-hub.js';

const THINGS = ['a', 'b', 'c'];
/** Tells of three things each hour, as digests of stations are told. */
const hourly: TellingKind = {
  kind: 'observationDigest',
  sources: ['observationDigest'],
  acted: 'kept',
  due: (last, now) => periodDue(last, 60, now),
  tell: (client, peer, now) =>
    tellPeriod(client, peer.name, 'observationDigest', { everyMinutes: 60, now }, async ({ to }) =>
      THINGS.map((key) => ({ key, payload: { to: to.toISOString() } })),
    ),
  collect: async ({ at, key, payload }) => ({
    ...{ type: 'observationDigest', id: key, version: String(payload.to), op: 'upsert', payload },
    provenance: { department: 'WATER', feed: 'water/telemetry', changedAt: at.toISOString() },
  }),
  check: async () => undefined,
  apply: (item, taking) => hold(item, taking, null),
};

let sides: Sides;
afterEach(() => sides?.stop());

test('of what is told from hour to hour only the newest waits while the line is down; what happened all waits, and goes first', async () => {
  let clock = Date.parse('2026-11-26T08:00:00.000Z');
  const hour = (): string => new Date(Math.floor(clock / 3_600_000) * 3_600_000).toISOString();
  sides = await makeSides({ now: () => new Date(clock), kinds: [hourly], heartbeatMs: 30 * 60_000 });
  const { city, prefecture, up, down } = sides;
  const held = () =>
    prefecture.rows<{ id: string; version: string }>('SELECT item_id AS id, version FROM exchange_holding ORDER BY 1');
  const told = () =>
    city.rows<{ told: string }>(`SELECT told FROM exchange_last_told WHERE source = 'observationDigest'`);
  const sealed = async (): Promise<number> =>
    (
      await city.rows<{ n: number }>(
        `SELECT count(*) AS n FROM exchange_item WHERE kind = 'observationDigest' AND direction = 'OUT'`,
      )
    )[0]?.n ?? 0;
  /** An hour passes: its digests are told, and a note is put into a bundle. */
  const passHour = async (): Promise<void> => {
    clock += 3_600_000;
    await city.tell();
    await until(
      () => {
        city.platform.exchange.wake();
        return Promise.all([told(), city.rows(`SELECT FROM exchange_outbox WHERE source = 'note'`)]);
      },
      ([[last], notes]) => last?.told === hour() && notes.length === 0,
    );
  };
  await Promise.all([city.start(), prefecture.start()]);
  const arrives = (): Promise<unknown> =>
    until(held, (rows) => rows.length === 3 && rows.every(({ version }) => version === hour()));

  // The control: while the line is up each hour is told.
  for (let n = 1; n <= 2; n += 1) {
    await passHour();
    await arrives();
  }
  expect(await sealed()).toBeGreaterThanOrEqual(6);

  await settled(sides);
  const before = await sealed();
  for (const line of [up, down]) line.cut();
  for (let n = 0; n < 24; n += 1) await passHour();
  const waiting = await city.rows<{ key: string; to: string }>(
    `SELECT key, payload ->> 'to' AS to FROM exchange_outbox WHERE source <> 'heartbeat' ORDER BY key`,
  );
  expect(waiting).toEqual(THINGS.map((key) => ({ key, to: hour() })));
  // Of 24 hours no more than were put into bundles before it was clear that the peer takes none.
  const piled = (await sealed()) - before;
  expect(piled).toBeLessThanOrEqual(8 * THINGS.length);
  for (const line of [up, down]) line.mode = 'up';
  await settled(sides, 30_000);
  await arrives();
  expect(await prefecture.carriedOut()).toEqual(city.told);
  expect(await sealed()).toBeLessThan(before + 24 * THINGS.length);
  for (const side of [city, prefecture]) expect((await side.verify()).faults).toEqual([]);
}, 90_000);
