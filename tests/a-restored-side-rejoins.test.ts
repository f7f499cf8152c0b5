import { afterEach, describe, expect, test } from '@jest/globals';
import { sign } from '../exchange/signing.js';
import { openDatabase } from '../prisma/database.js';
import { dropOldExchange } from '../prisma/store/drop-exchange.js';
import { makeKey } from './support/exchange-pair.js';
import { makeSides, type PlatformSide, type Sides, settled } from './support/exchange-platform-sides.js';
import { backUp, chainAlarm, clear, expectWhole, putBack } from './support/exchange-restore.js';
import { someOf } from './support/long-run.js';
import { until } from './support/running-hub.js';

let sides: Sides;
afterEach(() => clear(sides));

/** As putBack, with two platforms of its own. */
async function lostBy(
  side: 'city' | 'prefecture',
  lost?: { readonly city: number; readonly prefecture: number },
  made: Promise<Sides> = makeSides(),
): Promise<{ restored: PlatformSide; other: PlatformSide }> {
  sides = await made;
  await putBack(sides, sides[side], lost);
  return { restored: sides[side], other: side === 'city' ? sides.prefecture : sides.city };
}

describe('a side that was put back to an older state', () => {
  test.each(
    someOf(['city', 'prefecture'] as const, 2),
  )('stays blocked by itself, and goes on once it rejoins: the %s', async (side) => {
    const { restored, other } = await lostBy(side);
    await restored.start();
    await Promise.all([restored.tell(2), other.tell(1)]);
    await Promise.all([chainAlarm(restored), chainAlarm(other)]);
    // The control: nothing of it goes over, however often it is tried.
    await until(
      () => {
        restored.platform.exchange.wake();
        return restored.rows<{ n: number }>(`SELECT max(refusals) AS n FROM exchange_bundle WHERE direction = 'OUT'`);
      },
      ([row]) => (row?.n ?? 0) > 5,
    );
    expect(await other.carriedOut()).toEqual(restored.told.slice(0, 5));
    const done = await restored.rejoin(await other.exported());
    expect(done).toMatchObject({ sent: 3, toldAgain: 2, failed: [], otherLacks: undefined });
    await expectWhole(sides);
  }, 60_000);
});

/** All that is kept of an exchange. */
const kept = (side: PlatformSide): Promise<unknown[]> =>
  side.rows(
    `SELECT direction AS chain, seq AS number, hash, state FROM exchange_bundle
     UNION ALL SELECT issuer, number, hash, state FROM exchange_receipt
     UNION ALL SELECT chain, number, hash, 'set aside' FROM exchange_fork
     UNION ALL SELECT source, id, key, '' FROM exchange_outbox
     UNION ALL SELECT 'test_note', n, id, '' FROM test_note ORDER BY 1, 2, 3`,
  );

describe('a side that rejoins before it is started again', () => {
  const losses: [string, { city: number; prefecture: number }][] = [
    ['only sent', { city: 3, prefecture: 0 }],
    ['only received', { city: 0, prefecture: 3 }],
    ['sent and received', { city: 3, prefecture: 3 }],
  ];
  test.each(someOf(losses, 3, 2))(
    'carries out again what it had %s in the lost time, once, and verifies before anything has gone over',
    async (_, lost) => {
      const { restored, other } = await lostBy('city', lost);
      const done = await restored.rejoin(await other.exported());
      expect(done).toMatchObject({ carriedOut: lost.prefecture, bundlesAside: 0, receiptsAside: 0, toldAgain: 0 });
      expect((await restored.verify()).faults).toEqual([]);
      expect((await restored.carriedOut()).toSorted()).toEqual(other.told.toSorted());
      await restored.start();
      await Promise.all([restored.tell(), other.tell()]);
      await expectWhole(sides);
    },
    60_000,
  );

  test('writes down that it has, for both officers and in the audit', async () => {
    const { restored, other } = await lostBy('city');
    await restored.rejoin(await other.exported());
    await restored.start();
    await expectWhole(sides);
    for (const [side, said] of [
      [restored, /^this side was put back to an older state and has rejoined: of ours \d+ bundles/],
      [other, /^city was put back to an older state and has rejoined at .*: it goes on behind bundle \d+/],
    ] as const) {
      const entries = await until(
        () =>
          side.rows<{ kind: string; reason: string }>(
            `SELECT payload->>'kind' AS kind, payload->>'reason' AS reason FROM log_entry`,
          ),
        (found) => found.some(({ kind }) => kind === 'REJOINED'),
      );
      expect(entries.filter(({ kind }) => kind === 'REJOINED')).toEqual([
        { kind: 'REJOINED', reason: expect.stringMatching(said) },
      ]);
    }
    const audited = await restored.rows<{ operation: string }>(
      `SELECT operation FROM audit_entry WHERE operation = 'exchange rejoined'`,
    );
    expect(audited).toHaveLength(1);
  }, 60_000);

  test('does it once, however often it is asked to, and says so', async () => {
    const { restored, other } = await lostBy('city');
    const file = await other.exported();
    expect(await restored.rejoin(file)).toBeDefined();
    const before = await kept(restored);
    expect(await restored.rejoin(file)).toBeUndefined();
    expect(await kept(restored)).toEqual(before);
    await restored.start();
    await Promise.all([restored.tell(), other.tell()]);
    await expectWhole(sides);
    // It has gone on since: the file is behind now.
    await expect(restored.rejoin(file)).rejects.toThrow(
      /^nothing of ours is missing here\. of its own bundles the file has \d+/,
    );
    await expectWhole(sides);
  }, 60_000);

  test('has done nothing when it is killed midway, and does it all the next time', async () => {
    const { restored, other } = await lostBy('city');
    await restored.start();
    await Promise.all([restored.tell(), other.tell()]);
    await chainAlarm(other);
    await restored.stop();
    const file = await other.exported();
    const before = await kept(restored);
    const statements = [
      /^INSERT INTO exchange_fork/,
      /^DELETE FROM exchange_bundle/,
      /^INSERT INTO exchange_bundle/,
      /^INSERT INTO exchange_receipt/,
      /^UPDATE exchange_item SET fault = NULL/,
      /^INSERT INTO exchange_outbox/,
      /log_head/,
      /audit_head/,
      /^COMMIT/,
    ];
    for (const killAt of someOf(statements, 3, 2)) {
      await expect(restored.rejoin(file, killAt)).rejects.toThrow();
      expect(await kept(restored)).toEqual(before);
    }
    expect(await restored.rejoin(file)).toBeDefined();
    await restored.start();
    await expectWhole(sides);
  }, 90_000);

  test('takes back what was signed with a key that is over meanwhile, and goes on with the next one', async () => {
    const clock = { at: Date.parse('2026-11-26T08:00:00.000Z') };
    const now = (): Date => new Date(clock.at);
    const keys = [
      makeKey('city-old', { until: new Date(clock.at + 60 * 60_000) }),
      makeKey('city-new', { from: new Date(clock.at + 30 * 60_000) }),
    ];
    const { restored, other } = await lostBy('city', { city: 2, prefecture: 2 }, makeSides({ now }, keys));
    clock.at += 24 * 3_600_000;
    expect(await restored.rejoin(await other.exported())).toMatchObject({ failed: [] });
    await restored.start();
    await Promise.all([restored.tell(), other.tell()]);
    await expectWhole(sides);
  }, 60_000);
});

describe('rejoining is refused, and nothing changed', () => {
  test('where it is the other side that was put back: that is where it has to be done', async () => {
    const { restored, other } = await lostBy('city');
    const before = await kept(other);
    await expect(other.rejoin(await restored.exported())).rejects.toThrow(
      /^nothing of ours is missing here\. of its own bundles the file has \d+, and \d+ are here; .* then rejoin there/,
    );
    expect(await kept(other)).toEqual(before);
  }, 60_000);

  test('for the export of another platform, of another exchange, and for one that is cut off, changed or signed by another', async () => {
    const { restored, other } = await lostBy('city');
    const file = await other.exported();
    const lines = file.trimEnd().split('\n');
    const before = await kept(restored);
    const stranger = { orgCode: '65430000000000', division: '654300' };
    const elsewhere = JSON.stringify({ ...JSON.parse(lines[1] as string), ...stranger });
    const last = lines.findLastIndex((line) => line.startsWith('{"bundle":"IN"'));
    const changed = lines[last]?.replaceAll(/city-\d/g, 'city-9');
    const forged = JSON.parse(lines[last] as string);
    const signature = await sign(forged.body, 'fenghuo-bundle+jws', makeKey('city-1'));
    for (const [text, why] of [
      [await restored.exported(), /^the file is the export of 65420200000000/],
      [lines.with(1, elsewhere).join('\n'), /holds an exchange with 65430000000000 of 654300.*--peer/],
      [lines.toSpliced(2, 0, elsewhere).join('\n'), /holds an exchange with 65430000000000 of 654300/],
      [lines.toSpliced(1, 1).join('\n'), /^the file holds no exchange with 65420200000000/],
      [file.slice(0, -200), /the file is cut off or damaged$/],
      [lines.with(last, changed as string).join('\n'), /: BAD_SIGNATURE: the signature is not of this text/],
      [
        lines.with(last, JSON.stringify({ ...forged, signature })).join('\n'),
        /: BAD_SIGNATURE: the signature is not of this text/,
      ],
      [lines.toSpliced(last - 1, 1).join('\n'), /does not follow the one before it/],
    ] as const)
      await expect(restored.rejoin(text)).rejects.toThrow(why);
    expect(await kept(restored)).toEqual(before);
    expect(await restored.rejoin(file)).toBeDefined();
  }, 60_000);

  test('where the other side no longer keeps what is missing: that much was lost for good', async () => {
    const { restored, other } = await lostBy('city');
    // All but the last of what it keeps is as old as retention takes.
    const [last] = await other.rows<{ at: Date }>('SELECT max(stored_at) AS at FROM exchange_bundle');
    const db = openDatabase({ url: other.options.database.url });
    await db.transaction((client) => dropOldExchange(client, last?.at as Date)).finally(() => db.close());
    await expect(restored.rejoin(await other.exported())).rejects.toThrow(
      /is missing here and no longer kept there: this side was put back too far to rejoin$/,
    );
  }, 60_000);
});

test('of two sides that were put back the one that was put back further rejoins; what neither has any more is lost', async () => {
  sides = await makeSides();
  const { city, prefecture } = sides;
  const tellBoth = async (): Promise<void> => {
    await Promise.all([city.tell(), prefecture.tell()]);
    await settled(sides);
  };
  await Promise.all([city.start(), prefecture.start()]);
  await tellBoth();
  const earlier = await backUp(city);
  await city.start();
  await tellBoth();
  const later = await backUp(prefecture);
  await prefecture.start();
  await tellBoth();
  await Promise.all([city.putBack(earlier), prefecture.putBack(later)]);
  await Promise.all([city.start(), prefecture.start()]);
  await Promise.all([city.tell(), prefecture.tell()]);
  await chainAlarm(prefecture);
  await expect(prefecture.rejoin(await city.exported())).rejects.toThrow(/then rejoin there/);
  await city.rejoin(await prefecture.exported());
  for (const [side, other] of [
    [city, prefecture],
    [prefecture, city],
  ] as const) {
    const all = [1, 2, 4].map((n) => `${other.name}-${n}`);
    await until(
      () => side.carriedOut(),
      (found) => found.length >= all.length,
    );
    expect((await side.carriedOut()).toSorted()).toEqual(all);
  }
  for (const side of [city, prefecture])
    await until(
      () => side.verify(),
      ({ faults }) => faults.length === 0,
    );
}, 90_000);
