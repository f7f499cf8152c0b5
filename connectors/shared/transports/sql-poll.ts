import { Socket } from 'node:net';
import pg from 'pg';
import { z } from 'zod';
import { messageOf } from '../../../model/errors.js';
import { zoneMinutes } from '../../../model/time.js';
import type { FeedContext } from '../../connector.js';
import type { Outbound } from '../../outbound.js';
import { secret } from '../settings.js';

/** How a feed reaches a department's own PostgreSQL database; part of the feed's settings. */
export const sqlSettings = z.strictObject({
  /** postgres://user:password@host:port/database, of a role that may only read. */
  url: secret.refine((text) => /^postgres(ql)?:\/\/[^/]/.test(text) && URL.canParse(text), {
    error: 'postgres://user:password@host:port/database',
  }),
  /** Where the tables are. */
  schema: z.string().min(1).default('public'),
  connectTimeoutMs: z.int().min(100).max(60_000).default(5000),
  /** Of each statement, the fetching of a page included. */
  statementTimeoutMs: z.int().min(100).max(120_000).default(20_000),
  /** Rows fetched, normalised and stored at a time. */
  pageRows: z.int().min(1).max(10_000).default(1000),
});
export type SqlSettings = z.infer<typeof sqlSettings>;

/** Every value as the text PostgreSQL writes: numerics keep their digits, times their clock. */
export type SqlRow = Readonly<Record<string, string | null>>;

export interface SqlSession {
  /** For answers that are known to be short. */
  query(text: string, values?: readonly unknown[]): Promise<SqlRow[]>;
  /** A query of any length, `pageRows` at a time, all of it as the database was when it began. */
  pages(text: string, values?: readonly unknown[]): AsyncGenerator<SqlRow[]>;
}

/** What may be said of a refusal: PostgreSQL's own texts may quote values and settings. */
const REFUSALS: Readonly<Record<string, string>> = {
  '28P01': 'the password is refused',
  '28000': 'the login is refused',
  '3D000': 'there is no such database',
  '42501': 'the role may not read this',
  '42P01': 'there is no such table',
  '42703': 'there is no such column',
  '57014': 'a statement took too long',
  '57P03': 'the database is starting or stopping',
  '53300': 'the database has no connection to spare',
  '25006': 'the session may only read',
};
/** What the network, and the client itself, say; they quote nothing. */
const BROKEN =
  /^(E[A-Z]+|timeout expired|Query read timeout|Connection terminated.*|The server does not support SSL.*)$/;
const FAREWELL_MS = 1000;
const asText: pg.CustomTypesConfig = { getTypeParser: () => (value: string | Buffer) => value.toString() };

/**
 * Runs `work` on one connection that can only read, with the session's clock in `zone`, and closes it. The link's own failures are
 * one line that names host, port and database but no credentials; what `work` itself throws passes unchanged. When `signal`
 * aborts, the connection is cut and whatever waits on it throws.
 */
export async function withDatabase<T>(
  settings: SqlSettings,
  zone: string,
  { signal, outbound }: Pick<FeedContext, 'signal' | 'outbound'>,
  work: (session: SqlSession) => Promise<T>,
): Promise<T> {
  signal.throwIfAborted();
  const { hostname, port } = new URL(settings.url);
  outbound?.check(hostname, Number(port || 5432));
  const connection = new Connection(settings, outbound);
  const cut = (): void => connection.cut();
  signal.addEventListener('abort', cut, { once: true });
  try {
    await connection.open(zone);
    return await work(connection);
  } finally {
    signal.removeEventListener('abort', cut);
    await connection.close();
  }
}

/** pg connects by host and port: the host's name is judged by what it leads to. */
class GuardedSocket extends Socket {
  constructor(private readonly outbound: Outbound | undefined) {
    super();
  }
  override connect(...args: unknown[]): this {
    const [port, host] = args;
    const guarded = this.outbound && typeof port === 'number' && typeof host === 'string';
    const whole = guarded ? [{ port, host, lookup: this.outbound.lookup }] : args;
    return Reflect.apply(super.connect, this, whole) as this;
  }
}

class Connection implements SqlSession {
  readonly #socket: Socket;
  readonly #client: pg.Client;

  constructor(
    private readonly settings: SqlSettings,
    outbound: Outbound | undefined,
  ) {
    this.#socket = new GuardedSocket(outbound);
    this.#client = new pg.Client({
      connectionString: settings.url,
      connectionTimeoutMillis: settings.connectTimeoutMs,
      // A server that hangs does not keep its own limits.
      query_timeout: settings.statementTimeoutMs + 2000,
      application_name: 'fenghuo',
      types: asText,
      stream: () => this.#socket,
    });
    // A connection that breaks between two statements says so at the next one.
    this.#client.on('error', () => {});
  }

  async open(zone: string): Promise<void> {
    const minutes = zoneMinutes(zone) ?? 0;
    await this.#asking(() => this.#client.connect());
    await this.query(
      `SET default_transaction_read_only = on; SET statement_timeout = ${this.settings.statementTimeoutMs};
       SET datestyle = 'ISO, YMD'; SET TIME ZONE INTERVAL '${minutes} minutes'`,
    );
  }

  async query(text: string, values?: readonly unknown[]): Promise<SqlRow[]> {
    const answer = await this.#asking(() => this.#client.query<SqlRow>(text, values && [...values]));
    return answer.rows;
  }

  async *pages(text: string, values: readonly unknown[] = []): AsyncGenerator<SqlRow[]> {
    const { pageRows } = this.settings;
    await this.query('BEGIN TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY');
    try {
      await this.query(`DECLARE page NO SCROLL CURSOR FOR ${text}`, values);
      for (let rows = await this.#fetch(pageRows); rows.length > 0; rows = await this.#fetch(pageRows)) {
        yield rows;
        if (rows.length < pageRows) return;
      }
    } finally {
      // On a broken connection there is nothing to end.
      await this.query('ROLLBACK').catch(() => {});
    }
  }

  cut(): void {
    this.#socket.destroy();
  }

  async close(): Promise<void> {
    const limit = setTimeout(() => this.cut(), FAREWELL_MS);
    await this.#client.end().catch(() => {});
    clearTimeout(limit);
    this.cut();
  }

  #fetch(rows: number): Promise<SqlRow[]> {
    return this.query(`FETCH ${rows} FROM page`);
  }

  async #asking<R>(ask: () => Promise<R>): Promise<R> {
    try {
      return await ask();
    } catch (error) {
      throw new Error(`${nameOf(this.settings)}: ${reasonOf(error)}`);
    }
  }
}

function nameOf({ url }: SqlSettings): string {
  const { hostname, port, pathname } = new URL(url);
  return `database ${decodeURIComponent(pathname.slice(1)) || '(default)'} at ${hostname}:${port || 5432}`;
}

function reasonOf(error: unknown): string {
  const code: unknown = typeof error === 'object' && error !== null ? Reflect.get(error, 'code') : undefined;
  if (typeof code === 'string') return REFUSALS[code] ?? `cannot be read (${code})`;
  const text = messageOf(error);
  return BROKEN.test(text) ? text : 'the connection failed';
}
