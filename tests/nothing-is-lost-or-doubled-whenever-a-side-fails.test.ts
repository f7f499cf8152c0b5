import { afterEach, describe, expect, test } from '@jest/globals';
import { CRASH_POINTS, type CrashPoint, type Platform } from './support/exchange-platform.js';
import { makeSides, type PlatformSide, type Sides } from './support/exchange-sides.js';
import { until } from './support/running-hub.js';

let sides: Sides;
afterEach(() => sides?.stop());

const isOver = (states: Record<string, number>): boolean =>
  Object.keys(states).every((key) => /ACTED$/.test(key)) && Object.keys(states).length === 2;

/** Waits until either side has carried out all that the other has told, and knows that it is. */
async function settled({ city, prefecture }: Sides, limitMs = 20_000): Promise<void> {
  for (const [side, other] of [
    [city, prefecture],
    [prefecture, city],
  ] as const) {
    await until(
      () => side.carriedOut(),
      (found) => found.length >= other.told.length,
      limitMs,
    );
    await until(() => side.states(), isOver, limitMs);
    expect(await side.carriedOut()).toEqual(other.told);
  }
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
    await settled(sides);
  }, 60_000);
});
