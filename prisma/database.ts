import { PrismaPg } from '@prisma/adapter-pg';
import pg from 'pg';
import { PrismaClient } from './generated/client.js';
import { isUnavailable } from './store/failure.js';

/** To get a connection, from the pool or a new one. */
const CONNECT_MS = 1500;

/** What can run one SQL statement: a pool, or the client of a running transaction. */
export type Queryable = Pick<pg.Pool | pg.PoolClient, 'query'>;

export interface DatabaseOptions {
  readonly url: string;
  /** Called once per SQL statement sent, with its text: for tests and metrics. */
  readonly onStatement?: (sql: string) => void;
  /** A statement is given up after this; with the wait for a connection, no caller waits longer than five seconds. */
  readonly statementTimeoutMs?: number;
}

/** The hub's connections. Readers and writers have pools of their own, so slow queries never hold up a warning. */
export interface Database {
  readonly url: string;
  readonly read: pg.Pool;
  readonly write: pg.Pool;
  /** Registries and administration, through the readers' pool. */
  readonly prisma: PrismaClient;
  /** Runs `work` in one transaction of the writers' pool; commits when it resolves, rolls back when it throws. */
  transaction<T>(work: (client: pg.PoolClient) => Promise<T>): Promise<T>;
  close(): Promise<void>;
}

// float8 and int4 come as numbers already; int8 counts stay far below 2^53, and bytea as Buffer is what the readers want.
const types: pg.CustomTypesConfig = {
  getTypeParser: ((id: number, format?: 'text' | 'binary') =>
    id === pg.types.builtins.INT8 ? Number : pg.types.getTypeParser(id, format)) as typeof pg.types.getTypeParser,
};

function pool(options: DatabaseOptions, max: number, timeoutMs: number): pg.Pool {
  const made = new pg.Pool({
    connectionString: options.url,
    max,
    types,
    connectionTimeoutMillis: CONNECT_MS,
    query_timeout: timeoutMs,
    statement_timeout: timeoutMs,
    idleTimeoutMillis: 30_000,
    application_name: 'fenghuo',
  });
  // An idle connection that breaks is replaced at the next use; without a listener it would end the process.
  made.on('error', () => {});
  if (options.onStatement)
    made.on('connect', (client) => countStatements(client, options.onStatement as (sql: string) => void));
  return made;
}

function countStatements(client: pg.PoolClient, onStatement: (sql: string) => void): void {
  const query = client.query.bind(client) as (...parts: unknown[]) => unknown;
  client.query = ((...parts: unknown[]) => {
    const first = parts[0] as string | { text?: string };
    onStatement(typeof first === 'string' ? first : (first.text ?? ''));
    return query(...parts);
  }) as typeof client.query;
}

/** Opens nothing until the first statement; `close` waits for the connections to end. */
export function openDatabase(options: DatabaseOptions): Database {
  const timeoutMs = options.statementTimeoutMs ?? 3000;
  const read = pool(options, 12, timeoutMs);
  const write = pool(options, 8, timeoutMs);
  const prisma = new PrismaClient({ adapter: new PrismaPg(read) });
  return {
    url: options.url,
    read,
    write,
    prisma,
    transaction: (work) => inTransaction(write, work),
    close: async () => {
      await prisma.$disconnect();
      await Promise.all([read, write].map((each) => (each.ended ? undefined : each.end())));
    },
  };
}

async function inTransaction<T>(write: pg.Pool, work: (client: pg.PoolClient) => Promise<T>): Promise<T> {
  const client = await write.connect();
  let broken: Error | undefined;
  const onError = (error: Error): void => {
    broken = error;
  };
  client.on('error', onError);
  try {
    await client.query('BEGIN');
    const result = await work(client);
    await client.query('COMMIT');
    return result;
  } catch (error) {
    // A server that does not answer would not answer ROLLBACK either: closing the connection rolls back.
    if (isUnavailable(error)) broken ??= error as Error;
    else
      await client.query('ROLLBACK').catch((failure: Error) => {
        broken ??= failure;
      });
    throw error;
  } finally {
    client.off('error', onError);
    client.release(broken);
  }
}
