import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import type { FeedRuntime } from '../connectors/runtime.js';
import { type Graph, openGraph } from '../tests/support/graph.js';
import { FeedMonitor } from './feed-monitor.js';

const T0 = new Date('2026-10-31T15:00:00Z');
const at = (minutes: number): Date => new Date(T0.getTime() + minutes * 60_000);
let graph: Graph;
let monitor: FeedMonitor;
let now = T0;
beforeEach(async () => {
  now = T0;
  graph = await openGraph(T0, [{ id: 'water/telemetry', expectedEverySeconds: 300 }, { id: 'water/hydrology-db' }]);
  monitor = new FeedMonitor({
    db: graph.db,
    now: () => now,
    onError: (error) => {
      throw error;
    },
  });
});
afterEach(() => graph.close());

/** At this minute something is observed and the feeds are judged. */
async function observe(minute: number): Promise<void> {
  await graph.db.write.query(`UPDATE feed SET last_observed_at = $1 WHERE id = 'water/telemetry'`, [at(minute)]);
  await judge(minute);
}
async function judge(minute: number): Promise<void> {
  now = at(minute);
  graph.now = now;
  await monitor.check();
}

const sheet = async (month: string): Promise<unknown> => {
  const { data } = await graph.answer(
    `{ feed(id: "water/telemetry") { quality(month: "${month}") { gapSeconds gaps { state from to seconds } } } }`,
  );
  return JSON.parse(JSON.stringify(data)).feed.quality;
};

describe('a feed’s gaps', () => {
  test('begin when it was last fresh, end when it is again, and count in the month they lie in', async () => {
    await observe(0);
    await observe(5);
    // 23:00 of 31 October in Beijing is 15:00 UTC: the silence from 23:05 to 00:30 crosses into November.
    await judge(20);
    await observe(90);
    const gap = { state: 'LATE', from: at(5).toISOString(), to: at(90).toISOString() };
    expect(await sheet('2026-10')).toEqual({ gapSeconds: 55 * 60, gaps: [{ ...gap, seconds: 55 * 60 }] });
    expect(await sheet('2026-11')).toEqual({ gapSeconds: 30 * 60, gaps: [{ ...gap, seconds: 30 * 60 }] });
    expect(await sheet('2026-12')).toEqual({ gapSeconds: 0, gaps: [] });
  });

  test('count up to now while they last, and never overlap', async () => {
    await observe(0);
    await judge(30);
    await graph.db.write.query(`UPDATE feed SET link = 'DOWN', link_reason = 'refused' WHERE id = 'water/telemetry'`);
    await judge(40);
    expect(await sheet('2026-10')).toEqual({
      gapSeconds: 40 * 60,
      gaps: [{ state: 'DOWN', from: at(0).toISOString(), to: null, seconds: 40 * 60 }],
    });
    await graph.db.write.query(`UPDATE feed SET link = 'UP' WHERE id = 'water/telemetry'`);
    await observe(41);
    // Down again though something has just been observed: the new gap begins where the old one ended at the earliest.
    await graph.db.write.query(`UPDATE feed SET link = 'DOWN', last_observed_at = $1 WHERE id = 'water/telemetry'`, [
      at(39),
    ]);
    await judge(42);
    const { gaps } = (await sheet('2026-10')) as { gaps: { from: string; to: string | null }[] };
    expect(gaps.map(({ from, to }) => [from, to])).toEqual([
      [at(0).toISOString(), at(41).toISOString()],
      [at(41).toISOString(), null],
    ]);
  });
});

test('where feeds are switched in another process, that is followed, and only in feeds of one’s own', async () => {
  const calls: string[] = [];
  const runtime = { id: 'water/telemetry', running: false, link: { state: 'UP', reason: null, contactAt: null } };
  const follower = new FeedMonitor({
    db: graph.db,
    now: () => now,
    onError: (error) => {
      throw error;
    },
    watches: (id) => id === runtime.id,
    follows: true,
  });
  follower.add({
    ...runtime,
    get running() {
      return runtime.running;
    },
    start: () => {
      calls.push('start');
      runtime.running = true;
    },
    stop: async () => {
      calls.push('stop');
      runtime.running = false;
    },
  } as unknown as FeedRuntime);
  const turn = async (disabled: boolean): Promise<void> => {
    await graph.db.write.query('UPDATE feed SET disabled = $1', [disabled]);
    await follower.check();
  };
  await follower.check();
  expect(calls).toEqual([]);
  await follower.start();
  await turn(true);
  await turn(true);
  await turn(false);
  expect(calls).toEqual(['start', 'stop', 'start']);
  await follower.stop();
  await turn(true);
  expect(calls).toEqual(['start', 'stop', 'start', 'stop']);
  const { rows } = await graph.db.read.query(
    `SELECT announced_state AS state FROM feed WHERE id = 'water/hydrology-db'`,
  );
  expect(rows).not.toEqual([{ state: 'DISABLED' }]);
});
