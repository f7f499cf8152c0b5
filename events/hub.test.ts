import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import type pg from 'pg';
import type { Database } from '../prisma/database.js';
import { entries, entry, HandBus, LogWorld, takeKeys } from '../tests/support/log-world.js';
import { SlowSubscriber } from './queue.js';
import { dropOldEntries } from './retention.js';

const OLD = new Date('2020-01-01T00:00:00Z');
const LIMIT = new Date('2021-01-01T00:00:00Z');
const keys = (from: number, to: number): string[] => Array.from({ length: to - from }, (_, n) => String(from + n));

/** Holds back the answers to some reads until told to let them through. */
function gated(match: RegExp): { wrap: (db: Database) => Database; held: Promise<void>; open: () => void } {
  let open = (): void => {};
  let told = (): void => {};
  const gate = new Promise<void>((resolve) => {
    open = resolve;
  });
  const held = new Promise<void>((resolve) => {
    told = resolve;
  });
  const wrap = (db: Database): Database => {
    const query = async (...parts: unknown[]): Promise<unknown> => {
      const [first] = parts as [string | { text: string }];
      const answer = await (db.read.query as (...all: unknown[]) => Promise<unknown>).apply(db.read, parts);
      if (match.test(typeof first === 'string' ? first : first.text)) {
        told();
        await gate;
      }
      return answer;
    };
    return { ...db, read: { query } as unknown as pg.Pool };
  };
  return { wrap, held, open };
}

describe('following the log', () => {
  let world: LogWorld;
  beforeEach(async () => {
    world = await LogWorld.open();
  });
  afterEach(() => world.end());

  test('a subscription gets what is committed after it stands, in order, and only its topics', async () => {
    const hub = await world.hub();
    await world.append(entry('before'));
    const live = await hub.subscribe('warning');
    const both = await hub.subscribe(['warning', 'feed']);
    await world.append(entry('a'), entry('f', 'feed'), entry('b'));
    await world.append(entry('c'));
    expect(await takeKeys(live, 3)).toEqual(['a', 'b', 'c']);
    expect(await takeKeys(both, 4)).toEqual(['a', 'f', 'b', 'c']);
    expect(hub.subscribers).toBe(2);
  });

  test('from any cursor, while a writer keeps appending, every entry comes exactly once', async () => {
    const total = 4000;
    await world.append(...entries(1500), entry('noise', 'feed'));
    const hub = await world.hub();
    const epoch = await world.epoch();
    const writer = (async () => {
      for (let i = 1500; i < total; i += 20) await world.append(...entries(20, i));
    })();
    const starts = [0, 1, 199, 200, 201, 499, 500, 777, 1000, 1499, 1500];
    const got = await Promise.all(
      starts.map(async (start) =>
        takeKeys(await hub.subscribe('warning', { after: `${epoch}:${start}` }), total - start),
      ),
    );
    await writer;
    for (const [i, start] of starts.entries()) expect(got[i]).toEqual(keys(start, total));
  });

  test('each delivered cursor continues right after its entry', async () => {
    const hub = await world.hub();
    await world.append(...entries(30));
    const first = await hub.subscribe('warning', { after: `${await world.epoch()}:0` });
    for (let i = 0; i < 29; i += 1) {
      const { value } = await first.next();
      const resumed = await hub.subscribe('warning', { after: value.cursor });
      expect(await takeKeys(resumed, 1)).toEqual([String(i + 1)]);
      await resumed.return?.();
    }
  });

  test('one who joins a read that began before the last commit still gets that commit', async () => {
    const gate = gated(/LATERAL/);
    const bus = new HandBus();
    const hub = await world.hub({ wrap: gate.wrap, bus });
    const after = `${await world.epoch()}:0`;
    await world.append(...entries(3, 0, 'observation'));
    const first = takeKeys(await hub.subscribe('observation', { after }), 4);
    await gate.held;
    await world.append(entry('3', 'observation'));
    const witness = await hub.subscribeLatest('observation', { expand: (each) => [each], key: ({ key }) => key });
    bus.wake();
    await witness.next();
    const second = takeKeys(await hub.subscribe('observation', { after }), 4);
    gate.open();
    expect(await first).toEqual(keys(0, 4));
    expect(await second).toEqual(keys(0, 4));
  });

  test('several next() at a time are answered in order', async () => {
    const hub = await world.hub();
    const live = await hub.subscribe('warning');
    const waiting = [live.next(), live.next(), live.next()];
    await world.append(...entries(3));
    expect((await Promise.all(waiting)).map(({ value }) => value.entry.key)).toEqual(keys(0, 3));
  });

  test('return(), the signal and stop() each end an iterator that waits', async () => {
    const hub = await world.hub();
    const one = await hub.subscribe('warning');
    const waiting = one.next();
    await one.return?.();
    expect((await waiting).done).toBe(true);
    const controller = new AbortController();
    const two = (await hub.subscribe('warning', { signal: controller.signal })).next();
    const latest = await hub.subscribeLatest('feed', {
      expand: (each) => [each],
      key: ({ key }) => key,
      signal: controller.signal,
    });
    const third = latest.next();
    controller.abort();
    expect((await two).done).toBe(true);
    expect((await third).done).toBe(true);
    expect((await (await hub.subscribe('warning', { signal: controller.signal })).next()).done).toBe(true);
    expect(hub.subscribers).toBe(0);
    const four = (await hub.subscribe('feed')).next();
    const late = hub.subscribe('feed');
    await hub.stop();
    expect((await four).done).toBe(true);
    expect((await (await late).next()).done).toBe(true);
    expect((await (await hub.subscribe('feed')).next()).done).toBe(true);
  });

  test('a crowd that comes back at once shares its reads, whatever cursors it brings', async () => {
    const reads: string[] = [];
    const hub = await world.hub({ onStatement: (sql) => reads.push(sql) });
    const epoch = await world.epoch();
    for (let i = 0; i < 1200; i += 100) await world.append(...entries(100, i));
    const crowd = Array.from({ length: 2000 }, (_, n) => 1200 - (n % 200) - 1);
    const got = await Promise.all(
      crowd.map(async (start) => {
        const resumed = await hub.subscribe('warning', { after: `${epoch}:${start}` });
        const all = await takeKeys(resumed, 1200 - start);
        return all[0] === String(start) && all.at(-1) === '1199' && all.length === 1200 - start;
      }),
    );
    expect(got.every(Boolean)).toBe(true);
    expect(reads.length).toBeLessThan(20);
    expect(hub.counts.resumed).toBe(2000);
  });
});

describe('a cursor that cannot be continued', () => {
  let world: LogWorld;
  beforeEach(async () => {
    world = await LogWorld.open();
  });
  afterEach(() => world.end());

  test('is expired from another log, ahead of this one, or behind what was dropped, also while others follow', async () => {
    const hub = await world.hub();
    await world.append(entry('old', 'warning', OLD), entry('new'));
    const epoch = await world.epoch();
    const other = await hub.subscribe('warning', { after: `${epoch}:0` });
    expect(await takeKeys(other, 2)).toEqual(['old', 'new']);
    expect(await dropOldEntries(world.db, 'warning', LIMIT)).toBe(1);
    for (const cursor of [`${epoch}:0`, `${epoch}:3`, 'another:1'])
      await expect(hub.subscribe('warning', { after: cursor })).rejects.toMatchObject({ code: 'CURSOR_EXPIRED' });
    await expect(hub.subscribe('warning', { after: 'rubbish' })).rejects.toMatchObject({ code: 'BAD_INPUT' });
    expect(await takeKeys(await hub.subscribe('warning', { after: `${epoch}:1` }), 1)).toEqual(['new']);
    expect(hub.counts.expired).toBe(3);
  });

  test('ends a live reader whose entries were dropped before they were read, and no other', async () => {
    const bus = new HandBus();
    const hub = await world.hub({ bus, heartbeatMs: 60_000 });
    const warnings = await hub.subscribe('warning');
    const feeds = await hub.subscribe('feed');
    const first = [warnings.next(), feeds.next()] as const;
    await world.append(entry('w1', 'warning', OLD), entry('f1', 'feed'), entry('w2', 'warning', OLD), entry('w3'));
    await dropOldEntries(world.db, 'warning', LIMIT);
    bus.wake();
    await expect(first[0]).rejects.toMatchObject({ code: 'CURSOR_EXPIRED' });
    expect((await first[1]).value.entry.key).toBe('f1');
    expect((await warnings.next()).done).toBe(true);
    const resumed = await hub.subscribe('warning', { after: `${await world.epoch()}:3` });
    expect(await takeKeys(resumed, 1)).toEqual(['w3']);
  });

  test('is expired even where its entries are dropped, and passed, in the moment of subscribing', async () => {
    const gate = gated(/log_floor\) AS floors FROM log_head$/);
    const bus = new HandBus();
    const hub = await world.hub({ wrap: gate.wrap, bus, heartbeatMs: 60_000 });
    const witness = await hub.subscribeLatest('feed', { expand: (each) => [each], key: ({ key }) => key });
    const subscribing = hub.subscribe('warning', { after: `${await world.epoch()}:0` });
    await gate.held;
    await world.append(entry('w1', 'warning', OLD), entry('w2', 'warning', OLD), entry('w3'), entry('f', 'feed'));
    await dropOldEntries(world.db, 'warning', LIMIT);
    bus.wake();
    await witness.next();
    gate.open();
    await expect((await subscribing).next()).rejects.toMatchObject({ code: 'CURSOR_EXPIRED' });
  });

  test('ends every reader of a log made anew, even where its positions would go on', async () => {
    const bus = new HandBus();
    const hub = await world.hub({ bus });
    const live = await hub.subscribe('warning');
    const waiting = live.next();
    await world.db.write.query("UPDATE log_head SET epoch = 'another'");
    await world.append(entry('elsewhere'));
    bus.wake();
    await expect(waiting).rejects.toMatchObject({ code: 'CURSOR_EXPIRED' });
    const anew = await hub.subscribe('warning', { after: 'another:0' });
    expect((await anew.next()).value).toMatchObject({ cursor: 'another:1', entry: { key: 'elsewhere' } });
  });
});

describe('a subscriber that does not read', () => {
  let world: LogWorld;
  beforeEach(async () => {
    world = await LogWorld.open();
  });
  afterEach(() => world.end());

  test('is ended with the cursor it can come back with, at once, and delays no other', async () => {
    const hub = await world.hub({ capacity: 100 });
    let told = 0;
    const onSlow = (): void => {
      told += 1;
    };
    const slow = await hub.subscribe('warning', { onSlow });
    const quick = await hub.subscribe('warning');
    const seen = takeKeys(quick, 301);
    const first = slow.next();
    await world.append(entry('0'));
    const { cursor } = (await first).value;
    // Asking once more makes it live; the entry that answers is the last it takes.
    const second = slow.next();
    await world.append(entry('1'));
    const last = (await second).value;
    await world.append(...entries(299, 2));
    expect(await seen).toEqual(keys(0, 301));
    expect([told, hub.counts.slow, hub.subscribers]).toEqual([1, 1, 1]);
    const ended = await slow.next().catch((error: unknown) => error);
    expect(ended).toBeInstanceOf(SlowSubscriber);
    expect(ended).toMatchObject({ code: 'RATE_LIMITED', cursor: last.cursor, details: { cursor: last.cursor } });
    expect(cursor).not.toBe(last.cursor);
    expect((await slow.next()).done).toBe(true);
    expect(await takeKeys(await hub.subscribe('warning', { after: last.cursor }), 299)).toEqual(keys(2, 301));
  });

  test('while replaying is read for only as fast as it takes, and is never ended', async () => {
    const hub = await world.hub({ capacity: 100 });
    await world.append(...entries(500));
    const slow = await hub.subscribe('warning', { after: `${await world.epoch()}:0` });
    expect(await takeKeys(slow, 1)).toEqual(['0']);
    for (let i = 500; i < 1500; i += 200) await world.append(...entries(200, i));
    const quick = await hub.subscribe('warning');
    const mark = quick.next();
    await world.append(entry('1500'));
    await mark;
    expect(await takeKeys(slow, 1500)).toEqual(keys(1, 1501));
    expect(hub.counts.slow).toBe(0);
  });

  test('gets of observations only the newest of each key, and is told how much was left out', async () => {
    const hub = await world.hub();
    const options = {
      expand: (each: { key: string; position: number }) => [each],
      key: ({ key }: { key: string }) => key,
    };
    const slow = await hub.subscribeLatest('observation', { ...options, maxKeys: 3 });
    const quick = await hub.subscribeLatest('observation', options);
    for (let i = 0; i < 5; i += 1)
      await world.append(entry('a', 'observation'), entry('b', 'observation'), entry('w'), entry('c', 'observation'));
    for (let last = 0; last < 20; ) last = ((await quick.next()).value as { position: number }).position;
    const got = [await slow.next(), await slow.next(), await slow.next()];
    expect(got.map(({ value }) => `${value.key}${value.position}`)).toEqual(['a17', 'b18', 'c20']);
    await world.append(entry('a', 'observation'), ...entries(3, 0, 'observation'));
    while ((await quick.next()).value.key !== '2');
    expect((await slow.next()).value.key).toBe('0');
    expect(hub.counts.skipped).toBe(1);
  });
});
