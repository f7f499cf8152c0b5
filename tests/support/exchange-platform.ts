import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import pg from 'pg';
import { PostgresBus } from '../../events/bus-postgres.js';
import { LogHub } from '../../events/hub.js';
import { Exchange } from '../../exchange/exchange.js';
import type { PeerGround } from '../../exchange/ground.js';
import { asPeerKey, type OwnKey } from '../../exchange/keys.js';
import { heartbeat } from '../../exchange/kinds/heartbeat.js';
import type { ExchangeKind } from '../../exchange/kinds/kind.js';
import { STEPS, type Step } from '../../exchange/steps.js';
import { httpsPush } from '../../exchange/transports/https-push.js';
import type { ExchangeAlarm } from '../../model/entry.js';
import { type Party, peerFeed } from '../../model/exchange.js';
import { type Database, openDatabase } from '../../prisma/database.js';
import { registerPeers } from '../../prisma/store/exchange-peers.js';
import { passingKey } from '../../server/audit/key.js';
import { Recorder } from '../../server/audit/recorder.js';
import { ExchangeDoor } from '../../server/exchange/door.js';
import { exchangeEvidence } from '../../server/exchange/evidence.js';
import { registrations } from '../../server/feeds.js';
import { Addresses } from '../../server/limits/caller.js';
import { Doorkeeper } from '../../server/limits/doorkeeper.js';
import type { TestDatabase } from './database.js';
import type { Line } from './exchange-pair.js';
import { TcpProxy } from './tcp-proxy.js';

/** A kind of these tests alone, under the name of acknowledgements: each item that is carried out adds a row, so that a doubled one is seen. */
export const note: ExchangeKind = {
  kind: 'acknowledgement',
  sources: ['note'],
  acted: 'noted',
  collect: async ({ at, key, payload }) => ({
    ...{ type: 'acknowledgement', id: key, version: at.toISOString(), op: 'upsert', payload },
    provenance: { department: 'EMERGENCY', feed: null, changedAt: at.toISOString() },
  }),
  check: async () => undefined,
  apply: async ({ id }, { client }) => {
    await client.query('INSERT INTO test_note (id) VALUES ($1)', [id]);
    return undefined;
  },
};

/** Fills a fresh database with what a hub's start brings, and the table of the notes. */
export async function prepareNotes(url: string): Promise<void> {
  const db = openDatabase({ url });
  await registrations(db, []);
  await db.write.query('CREATE TABLE test_note (n bigint GENERATED ALWAYS AS IDENTITY, id text NOT NULL)');
  await db.close();
}

/** As the hub's own connections have it: int8 is a number. */
const NUMBERS: pg.CustomTypesConfig = {
  getTypeParser: ((id: number, format?: 'text') =>
    id === pg.types.builtins.INT8 ? Number : pg.types.getTypeParser(id, format)) as typeof pg.types.getTypeParser,
};

export async function onDatabase<T>(url: string, work: (client: pg.Client) => Promise<T>): Promise<T> {
  const client = new pg.Client({ connectionString: url, types: NUMBERS });
  await client.connect();
  try {
    return await work(client);
  } finally {
    await client.end();
  }
}

/** Where a platform loses its power: at a step, or at a statement just before it is sent. */
export type CrashPoint = Step | RegExp;
export const CRASH_POINTS: readonly CrashPoint[] = [
  ...STEPS,
  /^DELETE FROM exchange_outbox/,
  /^INSERT INTO exchange_receipt/,
  /^UPDATE exchange_bundle SET state/,
];

export interface PlatformOptions {
  readonly database: TestDatabase;
  readonly own: Party;
  readonly keys: readonly OwnKey[];
  readonly other: { readonly name: string; readonly party: Party; readonly keys: readonly OwnKey[] };
  /** To the other side. */
  readonly out: Line;
  /** From the other side; it is led here once the platform listens. */
  readonly back: Line;
  readonly now?: () => Date;
  readonly receiptWithinMs?: number;
  readonly heartbeatMs?: number;
  /** Besides notes and signs of life. */
  readonly kinds?: readonly ExchangeKind[];
  readonly crashAt?: CrashPoint | undefined;
  /** For the control: every statement commits by itself. */
  readonly withoutTransactions?: boolean;
}

/**
 * One side of an exchange without the rest of a hub: the engine over a database of its own, its door, its road. It loses its power at a
 * point if asked: from that moment nothing of it reaches its database or the other side any more.
 */
export class Platform {
  readonly alarms: ExchangeAlarm[] = [];
  /** Resolves when it has lost its power. */
  readonly crashed: Promise<void>;
  #tellCrash = (): void => {};
  #armed: CrashPoint | undefined;
  readonly #server: Server;
  readonly exchange: Exchange;

  private constructor(
    private readonly options: PlatformOptions,
    private readonly proxy: TcpProxy,
    private readonly db: Database,
    private readonly recorder: Recorder,
  ) {
    this.crashed = new Promise((resolve) => {
      this.#tellCrash = resolve;
    });
    this.#armed = options.crashAt;
    this.exchange = this.#engine();
    const door = this.#door();
    this.#server = createServer((request, response) => {
      door.handle(request, response, request.url ?? '').catch(() => response.destroy());
    });
  }

  static async start(options: PlatformOptions): Promise<Platform> {
    const { database, own, other, now = () => new Date() } = options;
    const proxy = await TcpProxy.before(database.url);
    const hooks: { statement: (sql: string) => void } = { statement: () => {} };
    const opened = openDatabase({ url: proxy.url, onStatement: (sql) => hooks.statement(sql) });
    const db = options.withoutTransactions ? { ...opened, transaction: withoutTransaction(opened) } : opened;
    const key = passingKey();
    const recorder = new Recorder({ db: opened, key: () => key, now, onFault: () => {} });
    recorder.start();
    await opened.transaction((client) =>
      registerPeers(client, [
        {
          ...{
            ...other.party,
            name: other.name,
            feedId: peerFeed(other.name),
            tier: 'CITY',
            topics: [],
            everySeconds: 60,
          },
          title: { en: other.name, zh: own.orgCode },
        },
      ]),
    );
    const platform = new Platform(options, proxy, db, recorder);
    hooks.statement = (sql) => platform.#at(sql.trimStart());
    await platform.#open();
    return platform;
  }

  async #open(): Promise<void> {
    await new Promise<void>((resolve) => this.#server.listen(0, '127.0.0.1', resolve));
    this.options.back.leadTo(`http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`);
    this.options.back.mode = 'up';
    this.options.out.mode = 'up';
    this.exchange.start();
  }

  /** Stops it, whether or not it has lost its power. */
  async stop(): Promise<void> {
    await this.exchange.stop();
    await this.recorder.stop();
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
    await this.db.close();
    await this.proxy.close();
  }

  /** Cuts it off from its database and from the other side, for good. */
  crash(): void {
    this.proxy.mode = 'cut';
    this.options.out.cut();
    this.options.back.cut();
    this.#tellCrash();
  }

  #at(point: string): void {
    const armed = this.#armed;
    if (armed === undefined || !(armed instanceof RegExp ? armed.test(point) : armed === point)) return;
    this.#armed = undefined;
    this.crash();
    throw new Error('the connection is gone: no power');
  }

  #engine(): Exchange {
    const { now = () => new Date(), out } = this.options;
    const { db } = this;
    return new Exchange({
      ...{ log: new LogHub({ db, bus: new PostgresBus({ url: db.url }) }), topics: [], grounds: [this.#ground(now)] },
      peer: () => ({
        ...{ transport: httpsPush({ url: out.url, timeoutMs: 10_000 }, undefined, now), fetcher: undefined },
        ...{ fetchEveryMs: 60_000, retry: { firstMs: 20, longestMs: 200 }, onError: () => {}, onDown: () => {} },
      }),
      onError: () => {},
    });
  }

  #ground(now: () => Date): PeerGround {
    return {
      ...platformGround({ ...this.options, now }, this.db, this.recorder),
      step: (step) => this.#at(step),
      onAlarm: (alarm) => void this.alarms.push(alarm),
    };
  }

  #door(): ExchangeDoor {
    const { now = () => new Date() } = this.options;
    const doorkeeper = new Doorkeeper({
      addresses: new Addresses([]),
      settings: { keys: 6, tokens: 60, withinSeconds: 300 },
      open: () => Promise.reject(new Error('nobody has a session here')),
    });
    return new ExchangeDoor({ exchange: () => this.exchange, doorkeeper, now });
  }
}

/** What a platform's exchange stands on, over a database. */
export function platformGround(
  {
    heartbeatMs = 3_600_000,
    kinds = [],
    keys,
    now = () => new Date(),
    other,
    own,
    receiptWithinMs = 900_000,
  }: Pick<PlatformOptions, 'heartbeatMs' | 'keys' | 'kinds' | 'now' | 'other' | 'own' | 'receiptWithinMs'>,
  db: Database,
  recorder: Recorder,
): PeerGround {
  return {
    ...{ db, own, ownKeys: keys, evidence: exchangeEvidence(recorder, now), now, step: () => {}, onAlarm: () => {} },
    peer: {
      ...{ name: other.name, party: other.party, feedId: peerFeed(other.name), keys: other.keys.map(asPeerKey) },
      ...{ kinds: [note, ...kinds, heartbeat], receiptWithinMs, heartbeatMs, resendAfterMs: 900_000 },
    },
  };
}

/** As a hub would be whose author had forgotten transactions. */
const withoutTransaction =
  ({ write }: Database): Database['transaction'] =>
  async (work) => {
    const client = await write.connect();
    client.on('error', () => {});
    const { query } = client;
    // What a transaction would hold together, and its savepoints, are left out; locks then end with their statement.
    client.query = ((text: unknown, ...more: unknown[]) =>
      typeof text === 'string' && /^(SAVEPOINT|RELEASE|ROLLBACK)/.test(text)
        ? Promise.resolve({ rows: [] })
        : (query as (...parts: unknown[]) => unknown).call(client, text, ...more)) as typeof client.query;
    try {
      return await work(client);
    } finally {
      client.query = query;
      client.release(true);
    }
  };
