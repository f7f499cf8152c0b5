import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import type { LogTopic } from '../model/entry.js';
import { type Database, openDatabase } from '../prisma/database.js';
import { entries, entry, LogWorld } from '../tests/support/log-world.js';
import { History, PAGE } from './history.js';
import { readHead, readPage } from './log.js';
import { dropOldEntries } from './retention.js';

const OLD = new Date('2020-01-01T00:00:00Z');
const LIMIT = new Date('2021-01-01T00:00:00Z');

describe('the log behind the tail', () => {
  let world: LogWorld;
  let db: Database;
  let reads: number;
  beforeEach(async () => {
    world = await LogWorld.open();
    reads = 0;
    db = openDatabase({
      url: world.url,
      onStatement: () => {
        reads += 1;
      },
    });
    world.onEnd(() => db.close());
  });
  afterEach(() => world.end());

  /** Lets the history pass everything that follows a position, as the tail does. */
  async function pass(history: History, after: number): Promise<void> {
    const page = await readPage(world.db.read, { after, limit: 100_000 });
    for (const each of page.entries) history.advance(each.position, each);
    history.advance(page.position);
  }

  /** All keys after a position, page by page, as a subscription reads them. */
  async function keysAfter(history: History, topics: readonly LogTopic[], after: number): Promise<string[]> {
    const keys: string[] = [];
    for (let position = after; ; ) {
      const page = await history.page(topics, position);
      keys.push(...page.entries.map(({ key }) => key));
      const last = page.entries.at(-1);
      if (page.entries.length < PAGE || !last) return keys;
      position = last.position;
    }
  }
  const numbers = (from: number, to: number): string[] => Array.from({ length: to - from }, (_, n) => String(from + n));

  test('a page too old for memory is read once for all who ask for it, then or later', async () => {
    await world.append(...entries(PAGE * 2, 0, 'observation'));
    const history = new History(db.read);
    history.reset(await readHead(world.db.read));
    await Promise.all(Array.from({ length: 50 }, () => history.page(['observation'], 10)));
    for (let i = 0; i < 50; i += 1) expect((await history.page(['observation'], 10)).entries[0]?.key).toBe('10');
    expect(reads).toBe(1);
  });

  test('a page that was not full is read again, for it will have more to tell', async () => {
    await world.append(entry('a', 'observation'));
    const history = new History(db.read);
    expect(await keysAfter(history, ['observation'], 0)).toEqual(['a']);
    await world.append(entry('b', 'observation'));
    expect(await keysAfter(history, ['observation'], 0)).toEqual(['a', 'b']);
  });

  test('what memory lets go of for want of room is read from the database, whole', async () => {
    const history = new History(db.read);
    history.reset(await readHead(world.db.read));
    for (let i = 0; i < 5000; i += 500) {
      const end = await world.append(...entries(500, i));
      await pass(history, end - 500);
    }
    for (const after of [0, 1, 2999, 3000, 3999, 4000, 4001, 4999])
      expect(await keysAfter(history, ['warning'], after)).toEqual(numbers(after, 5000));
    reads = 0;
    await keysAfter(history, ['warning', 'feed'], 4500);
    expect(reads).toBe(0);
  });

  test('memory begun in the middle is filled backwards, and says nothing of what was dropped', async () => {
    await world.append(...entries(300).map((each) => ({ ...each, at: OLD })));
    await world.append(...entries(700, 300), ...entries(10, 0, 'feed'));
    await dropOldEntries(world.db, 'warning', LIMIT);
    const history = new History(db.read);
    history.reset(await readHead(world.db.read));
    for (const after of [900, 300]) expect(await keysAfter(history, ['warning'], after)).toEqual(numbers(after, 1000));
    expect(reads).toBe(2);
    expect((await history.page(['warning'], 299)).floors).toEqual({ warning: 300 });
    expect(await keysAfter(history, ['feed'], 0)).toEqual(numbers(0, 10));
  });

  test('what was dropped before the tail came by is a hole that memory does not hide', async () => {
    const history = new History(db.read);
    history.reset(await readHead(world.db.read));
    await world.append(entry('gone', 'warning', OLD), entry('f', 'feed'), entry('kept'));
    await dropOldEntries(world.db, 'warning', LIMIT);
    history.dropped({ warning: 1 });
    await pass(history, 0);
    expect((await history.page(['warning'], 0)).floors).toEqual({ warning: 1 });
    expect(await keysAfter(history, ['warning'], 1)).toEqual(['kept']);
    expect((await history.page(['feed'], 0)).floors).toEqual({});
  });
});
