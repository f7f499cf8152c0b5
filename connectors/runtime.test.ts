import { describe, expect, test } from '@jest/globals';
import { z } from 'zod';
import type { Outcome } from '../model/record.js';
import type { Connector, FeedContext } from './connector.js';
import { NO_VIEW } from './hub-view.js';
import { FeedRuntime, type FeedStore, type Link, type RuntimeSettings } from './runtime.js';

interface World {
  runtime: FeedRuntime;
  links: Link[];
  written: Outcome[];
}

/** A runtime over a source written in the test and a store that keeps what it gets. */
function world(
  run: (context: FeedContext) => Promise<void>,
  options: { everySeconds?: number; roundTimeoutMs?: number } = {},
): World {
  const written: Outcome[] = [];
  const links: Link[] = [];
  const connector: Connector<RuntimeSettings> = {
    id: 'weather/test',
    department: 'WEATHER',
    title: { en: 'Test', zh: '测试' },
    freshness: 'contact',
    settings: z.any(),
    create: () => ({ ...(options.everySeconds === undefined ? {} : { everySeconds: options.everySeconds }), run }),
  };
  const store: FeedStore = {
    view: () => NO_VIEW,
    write: async (_feed, outcome) => {
      written.push(outcome);
      return { repaired: 0 };
    },
    isUnavailable: () => false,
    watermark: async () => 'kept',
  };
  const runtime = new FeedRuntime({
    connector,
    settings: { expectedEverySeconds: 60, exercise: false },
    store,
    push: { open: () => ({ path: '', close: () => {} }) },
    now: () => new Date(),
    keepObservationsDays: 400,
    onLink: (_feed, link) => links.push(link),
    onListening: () => {},
    ...(options.roundTimeoutMs === undefined ? {} : { roundTimeoutMs: options.roundTimeoutMs }),
  });
  return { runtime, links, written };
}

const states = (links: readonly Link[]): string[] => links.map((link) => link.state);

describe('a supervised feed', () => {
  test('is DOWN with the reason when its link breaks, and UP again when a later round works', async () => {
    let rounds = 0;
    const done = deferred();
    const { runtime, links } = world(
      async () => {
        rounds += 1;
        if (rounds === 1) throw new Error('connection refused');
        if (rounds === 2) done.resolve();
      },
      { everySeconds: 60 },
    );
    runtime.start();
    await done.promise;
    await new Promise((resolve) => setImmediate(resolve));
    await runtime.stop();
    expect(states(links)).toEqual(['DOWN', 'UP']);
    expect(links[0]?.reason).toBe('connection refused');
  });

  test('a round that never ends is cut off and counts as a broken link', async () => {
    const down = deferred();
    const { runtime, links } = world(() => new Promise(() => {}), { everySeconds: 60, roundTimeoutMs: 50 });
    runtime.start();
    const watch = setInterval(() => links.length > 0 && down.resolve(), 10);
    await down.promise;
    clearInterval(watch);
    await runtime.stop();
    expect(links[0]).toMatchObject({ state: 'DOWN', reason: expect.stringContaining('longer than') });
  });

  test('stop waits for a listener to close and for what it handed over to be stored', async () => {
    let closed = false;
    const { runtime, written } = world(async (context) => {
      context.listening('tcp://test');
      await new Promise((resolve) => context.signal.addEventListener('abort', resolve));
      await context.take({ records: [], rejects: [{ raw: 'x', reason: 'malformed', detail: 'last words' }] });
      closed = true;
    });
    runtime.start();
    await runtime.stop();
    expect([closed, written.length]).toEqual([true, 1]);
  });

  test('a round that brought nothing is a sign of life and writes nothing', async () => {
    const done = deferred();
    const { runtime, written } = world(
      async (context) => {
        await context.take({ records: [], rejects: [] });
        expect(await context.watermark()).toBe('kept');
        done.resolve();
      },
      { everySeconds: 60 },
    );
    runtime.start();
    await done.promise;
    await runtime.stop();
    expect(written).toEqual([]);
    expect(runtime.link.contactAt).not.toBeNull();
  });
});

function deferred(): { promise: Promise<void>; resolve: () => void } {
  let resolve: () => void = () => {};
  const promise = new Promise<void>((done) => {
    resolve = done;
  });
  return { promise, resolve };
}
