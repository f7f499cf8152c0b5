import type { Bus } from '../../events/bus.js';
import { PostgresBus } from '../../events/bus-postgres.js';
import { LogHub, type LogHubOptions } from '../../events/hub.js';
import { appendEntries } from '../../events/log.js';
import type { LogTopic, NewEntry } from '../../model/entry.js';
import { type Database, type DatabaseOptions, openDatabase } from '../../prisma/database.js';
import { migratedDatabase } from './database.js';

/** A migrated database and things that stand on it, ended together, last first. */
export class LogWorld {
  readonly #ends: (() => Promise<unknown>)[] = [];

  private constructor(
    readonly url: string,
    /** A writer's connections, apart from any hub's. */
    readonly db: Database,
  ) {}

  static async open(): Promise<LogWorld> {
    const database = await migratedDatabase();
    const world = new LogWorld(database.url, openDatabase({ url: database.url }));
    world.onEnd(() => database.drop());
    world.onEnd(() => world.db.close());
    return world;
  }

  onEnd(end: () => Promise<unknown>): void {
    this.#ends.push(end);
  }

  async end(): Promise<void> {
    for (const end of this.#ends.splice(0).reverse()) await end();
  }

  /** A started hub with a database handle of its own; `wrap` may stand in for that handle. */
  async hub(
    options: Partial<LogHubOptions> & Partial<DatabaseOptions> & { wrap?: (db: Database) => Database } = {},
  ): Promise<LogHub> {
    const { wrap = (db) => db, url = this.url } = options;
    const db = openDatabase({ ...options, url });
    this.onEnd(() => db.close());
    const hub = new LogHub({ bus: new PostgresBus({ url }), ...options, db: wrap(db) });
    await hub.start();
    this.onEnd(() => hub.stop());
    return hub;
  }

  append(...entries: NewEntry[]): Promise<number> {
    return this.db.transaction((client) => appendEntries(client, entries));
  }

  async epoch(): Promise<string> {
    const { rows } = await this.db.read.query<{ epoch: string }>('SELECT epoch FROM log_head');
    return rows[0]?.epoch ?? '';
  }
}

/** A wake-up in the test's hands. */
export class HandBus implements Bus {
  wake: () => void = () => {};
  renewed = 0;

  start(onWake: () => void): void {
    this.wake = onWake;
  }

  renew(): void {
    this.renewed += 1;
  }

  stop(): Promise<void> {
    this.wake = () => {};
    return Promise.resolve();
  }
}

/** An entry whose key says all that matters to a test of the log. */
export const entry = (key: string, topic: LogTopic = 'warning', at = new Date()): NewEntry =>
  ({ topic, key, at, payload: { feedId: key, state: 'LIVE', reason: null } }) as unknown as NewEntry;

export const entries = (count: number, first = 0, topic: LogTopic = 'warning'): NewEntry[] =>
  Array.from({ length: count }, (_, n) => entry(String(first + n), topic));

export async function takeKeys(
  iterator: AsyncIterableIterator<{ entry: { key: string } }>,
  count: number,
): Promise<string[]> {
  const keys: string[] = [];
  while (keys.length < count) {
    const { done, value } = await iterator.next();
    if (done) break;
    keys.push(value.entry.key);
  }
  return keys;
}
