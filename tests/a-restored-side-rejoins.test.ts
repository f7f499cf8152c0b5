import { afterEach, describe, expect, test } from '@jest/globals';
import { copyOf, type TestDatabase } from './support/database.js';
import { makeSides, type PlatformSide, type Sides, settled } from './support/exchange-platform-sides.js';
import { until } from './support/running-hub.js';

let sides: Sides;
const backups: TestDatabase[] = [];
afterEach(async () => {
  await sides?.stop();
  await Promise.all(backups.splice(0).map((backup) => backup.drop()));
});

/** Each side has carried out what the other told: all of it, once; and what is kept of it verifies. */
async function expectWhole({ city, prefecture }: Sides): Promise<void> {
  await settled({ city, prefecture });
  expect((await city.carriedOut()).toSorted()).toEqual(prefecture.told.toSorted());
  expect((await prefecture.carriedOut()).toSorted()).toEqual(city.told.toSorted());
  for (const side of [city, prefecture])
    expect({ side: side.name, faults: (await side.verify()).faults }).toEqual({ side: side.name, faults: [] });
}

async function backUp(side: PlatformSide): Promise<TestDatabase> {
  await side.stop();
  const backup = await copyOf(side.options.database);
  backups.push(backup);
  return backup;
}

/** Both exchange; one is backed up; both exchange on, so much each; it is put back to the backup, and not started. */
async function putBack(
  side: 'city' | 'prefecture',
  lost: { readonly city: number; readonly prefecture: number } = { city: 3, prefecture: 3 },
): Promise<{ restored: PlatformSide; other: PlatformSide }> {
  sides = await makeSides();
  const { city, prefecture } = sides;
  const restored = sides[side];
  const other = restored === city ? prefecture : city;
  await Promise.all([city.start(), prefecture.start()]);
  await Promise.all([city.tell(2), prefecture.tell(2)]);
  await settled(sides);
  const backup = await backUp(restored);
  await restored.start();
  // One by one: each in a bundle of its own.
  for (let n = 0; n < Math.max(lost.city, lost.prefecture); n += 1) {
    if (n < lost.city) await city.tell();
    if (n < lost.prefecture) await prefecture.tell();
    await settled(sides);
  }
  await restored.putBack(backup);
  return { restored, other };
}

const chainAlarm = (side: PlatformSide): Promise<unknown> =>
  until(
    async () => {
      side.platform.exchange.wake();
      return side.platform.alarms;
    },
    (alarms) => alarms.some(({ kind }) => kind === 'CHAIN'),
  );

describe('a side that was put back to an older state', () => {
  test.each([
    'city',
    'prefecture',
  ] as const)('stays blocked by itself, and goes on once it rejoins: the %s', async (side) => {
    const { restored, other } = await putBack(side);
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
