import type pg from 'pg';
import type { PeerGround } from '../../exchange/ground.js';
import { asPeerKey, type OwnKey, publicPartOf } from '../../exchange/keys.js';
import { type Rejoined, rejoin } from '../../exchange/rejoin/rejoin.js';
import type { Party } from '../../model/exchange.js';
import { openDatabase } from '../../prisma/database.js';
import { passingKey } from '../../server/audit/key.js';
import { Recorder } from '../../server/audit/recorder.js';
import { exportExchange, type NamedKey } from '../../server/exchange/export.js';
import { verifyExchange } from '../../tools/verify-exchange.mjs';
import { migratedDatabase, type TestDatabase } from './database.js';
import { CITY, Line, makeKey, PREFECTURE } from './exchange-pair.js';
import { onDatabase, Platform, type PlatformOptions, platformGround, prepareNotes } from './exchange-platform.js';
import { until } from './running-hub.js';
import { TcpProxy } from './tcp-proxy.js';

export const publicKey = (party: Party, key: OwnKey): NamedKey => ({
  ...{ ...party, kid: key.kid, publicKey: publicPartOf(key) },
  ...{ from: key.from?.toISOString() ?? null, until: key.until?.toISOString() ?? null },
});

/** The lines of an exported exchange. */
export async function* linesOf(text: string): AsyncGenerator<string> {
  yield* text.trimEnd().split('\n');
}

/** A platform that can be started again over the same database, and what is told on it. */
export class PlatformSide {
  #platform: Platform | undefined;
  readonly told: string[] = [];

  constructor(
    readonly name: string,
    public options: PlatformOptions,
  ) {}

  get platform(): Platform {
    if (!this.#platform) throw new Error(`${this.name} is not started`);
    return this.#platform;
  }

  async start(more: Partial<Pick<PlatformOptions, 'crashAt' | 'database' | 'keys'>> = {}): Promise<Platform> {
    this.#platform = await Platform.start({ ...this.options, ...more });
    return this.#platform;
  }

  async stop(): Promise<void> {
    await this.#platform?.stop();
    this.#platform = undefined;
  }

  /** Works from now on over a database that was copied before, as after a restore from a backup. */
  async putBack(database: TestDatabase): Promise<void> {
    await this.stop();
    this.options = { ...this.options, database };
  }

  /** Rejoins by the other side's export, as the command does, whether or not this side is up. `killAt`: it is cut off before that statement. */
  rejoin(text: string, killAt?: RegExp): Promise<Rejoined | undefined> {
    const { keys, other } = this.options;
    const known = { own: keys.map(asPeerKey), peer: other.keys.map(asPeerKey) };
    return this.onGround((ground) => rejoin(ground, linesOf(text), known), killAt);
  }

  /** Works beside the side's own process on what its exchange stands on. */
  async onGround<T>(work: (ground: PeerGround) => Promise<T>, killAt?: RegExp): Promise<T> {
    const proxy = await TcpProxy.before(this.options.database.url);
    const db = openDatabase({
      url: proxy.url,
      onStatement: (sql) => {
        if (!killAt?.test(sql.trimStart())) return;
        proxy.mode = 'cut';
        throw new Error('killed');
      },
    });
    const key = passingKey();
    const recorder = new Recorder({ db, key: () => key, now: () => new Date(), onFault: () => {} });
    recorder.start();
    try {
      return await work(platformGround(this.options, db, recorder));
    } finally {
      await recorder.stop();
      await db.close();
      await proxy.close();
    }
  }

  /** Tells the other side something, as whoever writes to the database does, whether or not this side is up. */
  async tell(count = 1): Promise<void> {
    const at = this.options.now?.() ?? new Date();
    const ids = Array.from({ length: count }, (_, i) => `${this.name}-${this.told.length + i + 1}`);
    await onDatabase(this.options.database.url, (client) =>
      client.query(
        `INSERT INTO exchange_outbox (peer, source, key, at, payload)
         SELECT $1, 'note', id, $2, jsonb_build_object('text', id) FROM unnest($3::text[]) AS n (id)`,
        [this.options.other.name, at, ids],
      ),
    );
    this.told.push(...ids);
    this.#platform?.exchange.wake();
  }

  rows<T>(sql: string): Promise<T[]> {
    return onDatabase(this.options.database.url, async (client) => (await client.query(sql)).rows as T[]);
  }

  /** What it has carried out of the other side, in that order. */
  async carriedOut(): Promise<string[]> {
    return (await this.rows<{ id: string }>('SELECT id FROM test_note ORDER BY n')).map(({ id }) => id);
  }

  /** What is kept, as whoever verifies it gets it. `client`: in a transaction of the caller's. */
  async exported(client?: pg.Client): Promise<string> {
    const { database, keys, now = () => new Date(), own } = this.options;
    if (!client)
      return onDatabase(database.url, async (own) => {
        // As of one moment, as the command does: the side may be at work.
        await own.query('BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY');
        return this.exported(own);
      });
    let text = '';
    const key = keys.at(-1) as OwnKey;
    for await (const line of exportExchange(client, { own, keys: this.publicKeys, key, now: now() })) text += line;
    return text;
  }

  /** The public keys of both sides. */
  get publicKeys(): readonly NamedKey[] {
    const { keys, other, own } = this.options;
    return [...keys.map((key) => publicKey(own, key)), ...other.keys.map((key) => publicKey(other.party, key))];
  }

  async verify(client?: pg.Client): Promise<{ records: number; faults: string[] }> {
    return verifyExchange([Buffer.from(await this.exported(client))], this.publicKeys);
  }

  /** How many of its bundles and of those that came stand where. */
  async states(): Promise<Record<string, number>> {
    const found = await this.rows<{ key: string; count: string }>(
      `SELECT direction || ' ' || state AS key, count(*) FROM exchange_bundle GROUP BY 1 ORDER BY 1`,
    );
    return Object.fromEntries(found.map(({ key, count }) => [key, Number(count)]));
  }
}

/** Waits until either side has carried out as much as the other has told, and knows that all of its own is carried out. */
export async function settled(
  { city, prefecture }: Pick<Sides, 'city' | 'prefecture'>,
  limitMs = 45_000,
): Promise<void> {
  const wake = (): void => {
    for (const side of [city, prefecture]) side.platform.exchange.wake();
  };
  for (const [side, other] of [
    [city, prefecture],
    [prefecture, city],
  ] as const)
    await until(
      () => {
        wake();
        return side.carriedOut();
      },
      (found) => found.length >= other.told.length,
      limitMs,
    );
  for (const side of [city, prefecture])
    await until(
      () => {
        wake();
        return side.states();
      },
      (states) => Object.keys(states).length > 0 && Object.keys(states).every((key) => key.endsWith('ACTED')),
      limitMs,
    );
}

type PemKey = ReturnType<typeof makeKey>;

export interface Sides {
  readonly city: PlatformSide;
  readonly prefecture: PlatformSide;
  readonly up: Line;
  readonly down: Line;
  readonly keys: { readonly city: PemKey; readonly prefecture: PemKey };
  stop(): Promise<void>;
}

/** Two platforms, none of them started yet. */
export async function makeSides(
  more: Partial<PlatformOptions> = {},
  cityKeys: readonly PemKey[] = [makeKey('city-1')],
): Promise<Sides> {
  const keys = { city: cityKeys[0] as PemKey, prefecture: makeKey('prefecture-1') };
  const [up, down] = [await Line.open(), await Line.open()];
  const databases: TestDatabase[] = [await migratedDatabase(), await migratedDatabase()];
  await Promise.all(databases.map(({ url }) => prepareNotes(url)));
  const [a, b] = databases as [TestDatabase, TestDatabase];
  const city = new PlatformSide('city', {
    ...{ database: a, own: CITY, keys: cityKeys, out: up, back: down },
    ...{ other: { name: 'prefecture', party: PREFECTURE, keys: [keys.prefecture] }, ...more },
  });
  const prefecture = new PlatformSide('prefecture', {
    ...{ database: b, own: PREFECTURE, keys: [keys.prefecture], out: down, back: up },
    ...{ other: { name: 'city', party: CITY, keys: cityKeys }, ...more },
  });
  return {
    ...{ city, prefecture, up, down, keys },
    stop: async () => {
      await Promise.all([city.stop(), prefecture.stop()]);
      await Promise.all([up.close(), down.close(), ...databases.map((database) => database.drop())]);
    },
  };
}
