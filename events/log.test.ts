import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import pg from 'pg';
import { openDatabase } from '../prisma/database.js';
import { entries, entry, LogWorld } from '../tests/support/log-world.js';
import { appendEntries, CHANNEL, readEntries, readHead, readPage } from './log.js';

describe('the log', () => {
  let world: LogWorld;
  beforeAll(async () => {
    world = await LogWorld.open();
  });
  afterAll(() => world.end());

  test('positions rise without a gap, each append in one piece and in its own order, however many write at once', async () => {
    const before = (await readHead(world.db.read)).position;
    const ends = await Promise.all(Array.from({ length: 40 }, (_, n) => world.append(...entries(5, n * 5))));
    const read = await readEntries(world.db.read, { topics: ['warning'], after: before, limit: 1000 });
    expect(read.map(({ position }) => position)).toEqual(Array.from({ length: 200 }, (_, n) => before + 1 + n));
    for (const [n, end] of ends.entries())
      expect(read.slice(end - before - 5, end - before).map(({ key }) => Number(key))).toEqual(
        [0, 1, 2, 3, 4].map((i) => n * 5 + i),
      );
    expect((await readHead(world.db.read)).position).toBe(before + 200);
  });

  test('a rollback leaves neither an entry nor a hole', async () => {
    const before = await readHead(world.db.read);
    const failed = world.db.transaction(async (client) => {
      await appendEntries(client, entries(7));
      throw new Error('changed my mind');
    });
    await expect(failed).rejects.toThrow('changed my mind');
    expect(await readHead(world.db.read)).toEqual(before);
    expect(await world.append(entry('next'))).toBe(before.position + 1);
  });

  test('an append of any size is one statement, and an entry comes back as it went in', async () => {
    const statements: string[] = [];
    const db = openDatabase({ url: world.url, onStatement: (sql) => statements.push(sql) });
    const at = new Date('2026-06-01T02:03:04.567Z');
    const payload = { feedId: 'ünï 烽火 "\\', state: 'DOWN', reason: "it's {down}, NULL" } as const;
    const end = await db.transaction((client) =>
      appendEntries(client, [...entries(299), { topic: 'feed', key: 'a,b{"c"}', at, payload }]),
    );
    expect(statements.length).toBe(3);
    const read = await readEntries(db.read, { topics: ['feed'], after: end - 1, limit: 10 });
    expect(read).toEqual([{ position: end, topic: 'feed', key: 'a,b{"c"}', at, payload }]);
    await db.close();
  });

  test('listeners are told of a commit, not of an append', async () => {
    const listener = new pg.Client({ connectionString: world.url });
    await listener.connect();
    await listener.query(`LISTEN ${CHANNEL}`);
    const told: string[] = [];
    const heard = new Promise<void>((resolve) =>
      listener.on('notification', ({ payload }) => {
        told.push(payload ?? '');
        resolve();
      }),
    );
    const end = await world.db.transaction(async (client) => {
      const position = await appendEntries(client, [entry('told')]);
      await listener.query('SELECT 1');
      expect(told).toEqual([]);
      return position;
    });
    await heard;
    expect(told).toEqual([String(end)]);
    await listener.end();
  });

  test('a page is read by topic and range, oldest or newest first, and always in order of position', async () => {
    const base = await world.append(entry('x'));
    await world.append(entry('w1'), entry('f1', 'feed'), entry('w2'), entry('w3'));
    const keys = async (range: Parameters<typeof readPage>[1]): Promise<string[]> =>
      (await readPage(world.db.read, { after: base, ...range })).entries.map(({ key }) => key);
    expect(await keys({ limit: 9 })).toEqual(['w1', 'f1', 'w2', 'w3']);
    expect(await keys({ topics: ['warning'], limit: 2 })).toEqual(['w1', 'w2']);
    expect(await keys({ topics: ['warning'], limit: 2, newestFirst: true })).toEqual(['w2', 'w3']);
    expect(await keys({ topics: ['warning'], limit: 2, newestFirst: true, upTo: base + 3 })).toEqual(['w1', 'w2']);
    const empty = await readPage(world.db.read, { after: base + 4, limit: 9 });
    expect(empty).toMatchObject({ position: base + 4, entries: [] });
  });

  test('a writer that stops between append and commit loses its transaction, and frees the others', async () => {
    const writer = await world.db.write.connect();
    writer.on('error', () => {});
    await writer.query('BEGIN');
    await appendEntries(writer, [entry('stuck')]);
    const { rows } = await writer.query<{ limit: string }>(
      `SELECT current_setting('idle_in_transaction_session_timeout') AS limit`,
    );
    expect(rows[0]?.limit).toBe('10s');
    await writer.query('ROLLBACK');
    const after = await writer.query<{ limit: string }>(
      `SELECT current_setting('idle_in_transaction_session_timeout') AS limit`,
    );
    expect(after.rows[0]?.limit).toBe('0');
    writer.release();
  });
});
