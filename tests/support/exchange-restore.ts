import { expect } from '@jest/globals';
import { copyOf, type TestDatabase } from './database.js';
import { type PlatformSide, type Sides, settled } from './exchange-platform-sides.js';
import { until } from './running-hub.js';

const backups: TestDatabase[] = [];

/** Ends both sides, and removes the databases that were backups. */
export async function clear(sides: Sides | undefined): Promise<void> {
  await sides?.stop();
  await Promise.all(backups.splice(0).map((backup) => backup.drop()));
}

/** Each side has carried out what the other told: all of it, once; and what is kept of it verifies. */
export async function expectWhole({ city, prefecture }: Pick<Sides, 'city' | 'prefecture'>): Promise<void> {
  await settled({ city, prefecture });
  expect((await city.carriedOut()).toSorted()).toEqual(prefecture.told.toSorted());
  expect((await prefecture.carriedOut()).toSorted()).toEqual(city.told.toSorted());
  for (const side of [city, prefecture])
    expect({ side: side.name, faults: (await side.verify()).faults }).toEqual({ side: side.name, faults: [] });
}

/** A copy of its database as it is now; the side is stopped. */
export async function backUp(side: PlatformSide): Promise<TestDatabase> {
  await side.stop();
  const backup = await copyOf(side.options.database);
  backups.push(backup);
  return backup;
}

/** Both exchange; one is backed up; both exchange on, so much each; it is put back to the backup, and not started. */
export async function putBack(
  sides: Sides,
  restored: PlatformSide,
  lost: { readonly city: number; readonly prefecture: number } = { city: 3, prefecture: 3 },
): Promise<void> {
  const { city, prefecture } = sides;
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
}

/** Waits until it has been noticed there that the chains differ. */
export const chainAlarm = (side: PlatformSide): Promise<unknown> =>
  until(
    async () => {
      side.platform.exchange.wake();
      return side.platform.alarms;
    },
    (alarms) => alarms.some(({ kind }) => kind === 'CHAIN'),
  );
