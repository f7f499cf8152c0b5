import { afterEach, describe, expect, test } from '@jest/globals';
import { CRASH_POINTS, type CrashPoint, type Platform } from './support/exchange-platform.js';
import { makeSides, type PlatformSide, type Sides, settled } from './support/exchange-sides.js';

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
    timer = setTimeout(() => reject(new Error(`${point} did not come`)), 20_000);
  });
  await Promise.race([platform.crashed, late]).finally(() => clearTimeout(timer));
}

describe('a side that loses its power', () => {
  test('at any step of a hand-over goes on after it: all is carried out once and in order', async () => {
    sides = await makeSides();
    await sides.prefecture.start();
    const keepTalking = setInterval(() => void sides.prefecture.tell().catch(() => {}), 150);
    try {
      await walk(sides.city, CRASH_POINTS);
    } finally {
      clearInterval(keepTalking);
    }
    await expectWhole(sides);
  }, 60_000);
});
