import { describe, expect, test } from '@jest/globals';
import type { FeedRecord, Outcome } from '../model/record.js';
import { Batcher } from './batcher.js';

const record = (code: string): FeedRecord => ({ kind: 'station', code, name: code, raw: code });
const outcome = (...codes: string[]): Outcome => ({ records: codes.map(record), rejects: [] });
const codesOf = (written: Outcome): string[] =>
  written.records.map((each) => (each.kind === 'station' ? each.code : ''));

describe('group commit', () => {
  test('what comes during a write goes together into the next, in order', async () => {
    const writes: string[][] = [];
    let release: () => void = () => {};
    const first = new Promise<void>((resolve) => {
      release = resolve;
    });
    const batcher = new Batcher({
      isUnavailable: () => false,
      write: async (each) => {
        writes.push(codesOf(each));
        if (writes.length === 1) await first;
      },
    });
    const takes = ['a', 'b', 'c'].map((code) => batcher.take(outcome(code)));
    release();
    await Promise.all(takes);
    expect(writes).toEqual([['a'], ['b', 'c']]);
  });

  test('a record the database refuses is kept as a reject and its neighbours are stored', async () => {
    const stored: string[] = [];
    const rejected: string[] = [];
    const batcher = new Batcher({
      isUnavailable: () => false,
      write: async (each) => {
        if (codesOf(each).includes('poison')) throw new Error('invalid byte sequence');
        stored.push(...codesOf(each));
        rejected.push(...each.rejects.map((reject) => `${String(reject.raw)}: ${reject.reason}`));
      },
    });
    await batcher.take({ ...outcome('a', 'b', 'poison', 'c', 'd'), watermark: '7' });
    expect(stored.sort()).toEqual(['a', 'b', 'c', 'd']);
    expect(rejected).toEqual(['poison: cannot-be-stored']);
  });

  test('while the database is away nothing is acknowledged and nothing is taken for poison', async () => {
    const batcher = new Batcher({
      isUnavailable: () => true,
      write: () => Promise.reject(new Error('connection lost')),
    });
    const fates = await Promise.allSettled([batcher.take(outcome('a')), batcher.take(outcome('b'))]);
    expect(fates.map((fate) => fate.status)).toEqual(['rejected', 'rejected']);
  });

  test('a caller is held back while too much waits, and let on when there is room', async () => {
    let release: () => void = () => {};
    const first = new Promise<void>((resolve) => {
      release = resolve;
    });
    let writes = 0;
    const batcher = new Batcher({
      maxRecords: 2,
      maxPending: 3,
      isUnavailable: () => false,
      write: async () => {
        writes += 1;
        if (writes === 1) await first;
      },
    });
    const early = [batcher.take(outcome('a', 'b')), batcher.take(outcome('c', 'd'))];
    let late = false;
    const held = batcher.take(outcome('e')).then(() => {
      late = true;
    });
    await Promise.resolve();
    expect(late).toBe(false);
    release();
    await Promise.all([...early, held]);
    expect(late).toBe(true);
  });
});
