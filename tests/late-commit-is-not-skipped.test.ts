import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import type pg from 'pg';
import { appendEntries, readEntries } from '../events/log.js';
import { entry, LogWorld, takeKeys } from './support/log-world.js';

const RACES = 1000;
const LANES = 3;

/** A way to write keys in order and to read on after a position. */
interface Journal {
  append(client: pg.PoolClient, key: string): Promise<unknown>;
  read(after: number): Promise<readonly { position: number; key: string }[]>;
}

/** Follows a journal as any cursor does: never looks back behind the last position it has seen. */
class Reader {
  readonly seen: string[] = [];
  #position = 0;
  #rounds: (() => void)[] = [];
  #ended = false;
  #running: Promise<void> | undefined;

  constructor(private readonly journal: Journal) {}

  start(): void {
    this.#running = this.#run();
  }

  /** Resolves when a whole read, begun after this call, is done. */
  async round(): Promise<void> {
    for (let i = 0; i < 2; i += 1) await new Promise<void>((resolve) => this.#rounds.push(resolve));
  }

  async stop(): Promise<void> {
    await this.round();
    this.#ended = true;
    await this.#running;
  }

  async #run(): Promise<void> {
    while (!this.#ended) {
      for (const { position, key } of await this.journal.read(this.#position)) {
        this.seen.push(key);
        this.#position = position;
      }
      for (const done of this.#rounds.splice(0)) done();
    }
  }
}

describe('two transactions that overlap', () => {
  let world: LogWorld;
  beforeEach(async () => {
    world = await LogWorld.open();
  });
  afterEach(() => world.end());

  /** One begins first and commits last, the other in between; which of them appends first changes from race to race. */
  async function race(journal: Journal, reader: Reader, n: number): Promise<void> {
    const write = (key: string, pauseBeforeCommit: boolean): Promise<void> =>
      world.db.transaction(async (client) => {
        await client.query('SELECT pg_current_xact_id()');
        await journal.append(client, key);
        if (pauseBeforeCommit) await reader.round();
      });
    const late = write(`${n} late`, true);
    if (n % 2 === 0) await new Promise((resolve) => setImmediate(resolve));
    await Promise.all([late, write(`${n} early`, n % 7 === 0)]);
  }

  async function skipped(journal: Journal, races: number): Promise<string[]> {
    const reader = new Reader(journal);
    reader.start();
    let next = 0;
    const lane = async (): Promise<void> => {
      while (next < races) {
        next += 1;
        await race(journal, reader, next);
      }
    };
    await Promise.all(Array.from({ length: LANES }, lane));
    await reader.stop();
    expect(new Set(reader.seen).size).toBe(reader.seen.length);
    const all = Array.from({ length: races }, (_, n) => [`${n + 1} late`, `${n + 1} early`]).flat();
    const seen = new Set(reader.seen);
    return all.filter((key) => !seen.has(key));
  }

  test(`raced ${RACES} times: neither a reader of the log nor a live subscriber skips an entry`, async () => {
    const hub = await world.hub();
    const live = takeKeys(await hub.subscribe('warning'), RACES * 2);
    const log: Journal = {
      append: (client, key) => appendEntries(client, [entry(key)]),
      read: (after) => readEntries(world.db.read, { topics: ['warning'], after, limit: 50 }),
    };
    expect(await skipped(log, RACES)).toEqual([]);
    expect(new Set(await live).size).toBe(RACES * 2);
  });

  test('(control) a journal numbered by a sequence before commit is seen to skip', async () => {
    await world.db.write.query('CREATE TABLE naive (position bigserial PRIMARY KEY, key text NOT NULL)');
    const naive: Journal = {
      append: (client, key) => client.query('INSERT INTO naive (key) VALUES ($1)', [key]),
      read: async (after) => {
        const { rows } = await world.db.read.query<{ position: number; key: string }>(
          'SELECT position, key FROM naive WHERE position > $1 ORDER BY position LIMIT 50',
          [after],
        );
        return rows;
      },
    };
    expect((await skipped(naive, 50)).length).toBeGreaterThan(0);
  });
});
