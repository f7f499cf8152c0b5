import { afterEach, describe, expect, test } from '@jest/globals';
import type { NewEntry } from '../model/entry.js';
import { type Database, openDatabase } from '../prisma/database.js';
import { migratedDatabase } from '../tests/support/database.js';
import { PostgresBus } from './bus-postgres.js';
import { LogHub } from './hub.js';
import { appendEntries } from './log.js';
import { dropOldEntries } from './retention.js';

const ends: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const end of ends.splice(0).reverse()) await end();
});

async function world(
  options: { capacity?: number; heartbeatMs?: number; onStatement?: (sql: string) => void } = {},
): Promise<{ db: Database; hub: LogHub }> {
  const database = await migratedDatabase();
  ends.push(() => database.drop());
  const db = openDatabase({ url: database.url, ...options });
  ends.push(() => db.close());
  const hub = new LogHub({ db, bus: new PostgresBus({ url: database.url }), ...options });
  await hub.start();
  ends.push(() => hub.stop());
  return { db, hub };
}

const entry = (key: string, topic: 'warning' | 'feed' = 'warning', at = new Date()): NewEntry =>
  ({ topic, key, at, payload: { feedId: key, state: 'LIVE', reason: null } }) as unknown as NewEntry;
const append = (db: Database, ...entries: NewEntry[]): Promise<number> =>
  db.transaction((client) => appendEntries(client, entries));
async function takeKeys(iterator: AsyncIterableIterator<{ entry: { key: string } }>, count: number): Promise<string[]> {
  const keys: string[] = [];
  while (keys.length < count) {
    const { done, value } = await iterator.next();
    if (done) break;
    keys.push(value.entry.key);
  }
  return keys;
}

describe('following the log', () => {
  test('a subscription gets what is committed after it stands, in order, and only its topics', async () => {
    const { db, hub } = await world();
    await append(db, entry('before'));
    const live = await hub.subscribe(['warning']);
    await append(db, entry('a'), entry('f', 'feed'), entry('b'));
    await append(db, entry('c'));
    expect(await takeKeys(live, 3)).toEqual(['a', 'b', 'c']);
    await live.return?.();
  });

  test('from any cursor, while a writer keeps appending, every entry comes exactly once', async () => {
    const { db, hub } = await world();
    const total = 3000;
    const writer = (async () => {
      for (let i = 0; i < total; i += 20)
        await append(db, ...Array.from({ length: 20 }, (_, n) => entry(String(i + n))));
    })();
    const first = await hub.subscribe(['warning']);
    const { value } = await first.next();
    const epoch = value.cursor.split(':')[0];
    const starts = [0, 7, 493, 500, 1000, 1999];
    const expected = Array.from({ length: total }, (_, n) => String(n));
    const got = await Promise.all(
      starts.map(async (start) => takeKeys(await resumeAt(hub, `${epoch}:${start}`, db), total - start)),
    );
    await writer;
    for (const [i, start] of starts.entries()) expect(got[i]).toEqual(expected.slice(start));
    await first.return?.();
  });

  test('return() ends an iterator that waits, and stop() ends them all', async () => {
    const { hub } = await world();
    const one = await hub.subscribe(['warning']);
    const waiting = one.next();
    await one.return?.();
    expect((await waiting).done).toBe(true);
    const two = (await hub.subscribe(['feed'])).next();
    await hub.stop();
    expect((await two).done).toBe(true);
  });

  test('a cursor from another log, ahead of this one, or behind what was dropped is expired', async () => {
    const { db, hub } = await world();
    await append(db, entry('old', 'warning', new Date('2020-01-01')), entry('new'));
    const { rows } = await db.read.query<{ epoch: string }>('SELECT epoch FROM log_head');
    const epoch = rows[0]?.epoch;
    expect(await takeKeys(await hub.subscribe(['warning'], { after: `${epoch}:0` }), 2)).toEqual(['old', 'new']);
    expect(await dropOldEntries(db, 'warning', new Date('2021-01-01'))).toBe(1);
    for (const cursor of [`${epoch}:0`, `${epoch}:3`, 'another:1'])
      await expect(hub.subscribe(['warning'], { after: cursor })).rejects.toMatchObject({ code: 'CURSOR_EXPIRED' });
    await expect(hub.subscribe(['warning'], { after: 'rubbish' })).rejects.toMatchObject({ code: 'BAD_INPUT' });
    expect(await takeKeys(await hub.subscribe(['warning'], { after: `${epoch}:1` }), 1)).toEqual(['new']);
  });

  test('a subscriber that does not read is ended with its last cursor, and delays no other', async () => {
    const { db, hub } = await world({ capacity: 10 });
    let told = 0;
    const slow = await hub.subscribe(['warning'], {
      onSlow: () => {
        told += 1;
      },
    });
    const quick = await hub.subscribe(['warning']);
    const seen = takeKeys(quick, 31);
    await append(db, entry('x0'));
    const { value } = await slow.next();
    void slow.next();
    for (let i = 1; i <= 30; i += 1) await append(db, entry(`x${i}`));
    expect((await seen).length).toBe(31);
    expect(told).toBe(1);
    await expect(slow.next()).rejects.toMatchObject({
      code: 'RATE_LIMITED',
      details: { cursor: expect.stringContaining(value.cursor.split(':')[0]) },
    });
  });

  test('the log refuses to be changed or emptied behind its readers', async () => {
    const { db } = await world();
    await append(db, entry('a'));
    await expect(db.write.query("UPDATE log_entry SET key = 'b'")).rejects.toThrow('append-only');
    await expect(db.write.query('DELETE FROM log_entry')).rejects.toThrow('append-only');
  });
});

/** Subscribes at a cursor, waiting until the log has grown up to it. */
async function resumeAt(hub: LogHub, cursor: string, db: Database): ReturnType<typeof hub.subscribe<'warning'>> {
  const position = Number(cursor.split(':')[1]);
  for (;;) {
    const { rows } = await db.read.query<{ position: number }>('SELECT position FROM log_head');
    if ((rows[0]?.position ?? 0) >= position) return hub.subscribe(['warning'], { after: cursor });
  }
}
