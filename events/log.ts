import type pg from 'pg';
import type { LogEntry, LogTopic, NewEntry } from '../model/entry.js';
import type { Queryable } from '../prisma/database.js';

/** The channel whose notifications say "there is something up to position N". */
export const CHANNEL = 'fenghuo_log';

/** A process that stops between append and commit may hold up all other writers for so long, then it loses its transaction. */
const HEAD_HELD_MS = 10_000;

/** A read of the log that is not answered within this has failed, whichever pool it runs in. */
const ANSWER_MS = 2000;

const APPEND = `
WITH head AS (
  UPDATE log_head SET position = position + $1 RETURNING position - $1 AS before, position AS after
), appended AS (
  INSERT INTO log_entry (position, topic, key, at, payload)
  SELECT head.before + n, topic, key, at, payload
  FROM head, unnest($2::text[], $3::text[], $4::timestamptz[], $5::jsonb[]) WITH ORDINALITY AS e(topic, key, at, payload, n)
)
SELECT after, pg_notify('${CHANNEL}', after::text),
  set_config('idle_in_transaction_session_timeout', '${HEAD_HELD_MS}', true) FROM head`;

/**
 * Appends entries in the caller's transaction, in their order, and returns the last one's position; one statement. The head's
 * row stays locked until that transaction ends, so positions have no gaps and rise in commit order: append last, then commit at
 * once. Readers are woken by the commit itself; a rollback leaves nothing. Without entries it does nothing and returns the head's.
 */
export async function appendEntries(client: pg.PoolClient, entries: readonly NewEntry[]): Promise<number> {
  if (entries.length === 0) return (await readHead(client)).position;
  const { rows } = await client.query<{ after: number }>(APPEND, [
    entries.length,
    entries.map((entry) => entry.topic),
    entries.map((entry) => entry.key),
    entries.map((entry) => entry.at),
    entries.map((entry) => JSON.stringify(entry.payload)),
  ]);
  return headOf(rows).after;
}

/** Where the log ends: its epoch and its last committed position. */
export interface LogHead {
  readonly epoch: string;
  readonly position: number;
}

/** The log's end, and up to where each topic has been dropped by retention. */
export interface LogState extends LogHead {
  readonly floors: Readonly<Partial<Record<LogTopic, number>>>;
}

/** Some entries and the log's state, seen at one moment. */
export interface LogPage extends LogState {
  readonly entries: readonly LogEntry[];
}

export interface LogRange {
  /** Of these topics only; without, of all. */
  readonly topics?: readonly LogTopic[] | undefined;
  /** Entries after this position, exclusive. */
  readonly after?: number;
  /** Entries up to this position, inclusive. With `newestFirst` the last ones of the range instead of the first. */
  readonly upTo?: number;
  readonly newestFirst?: boolean;
  readonly limit: number;
}

export async function readHead(db: Queryable): Promise<LogHead> {
  const { rows } = await db.query<LogHead>('SELECT epoch, position FROM log_head');
  return headOf(rows);
}

const FLOORS = `(SELECT coalesce(json_object_agg(topic, position), '{}') FROM log_floor) AS floors`;

export async function readState(db: Queryable): Promise<LogState> {
  const { rows } = await db.query<LogState>(`SELECT epoch, position, ${FLOORS} FROM log_head`);
  return headOf(rows);
}

/** Entries of some topics after a position, ordered by position, at most `limit`. */
export async function readEntries(db: Queryable, range: LogRange): Promise<readonly LogEntry[]> {
  return (await readPage(db, range)).entries;
}

/** One statement, thus one snapshot: what the page lacks had not been committed, or the floors tell that it was dropped. */
export async function readPage(db: Queryable, range: LogRange): Promise<LogPage> {
  const order = range.newestFirst ? 'DESC' : 'ASC';
  const query = {
    query_timeout: ANSWER_MS,
    text: `SELECT h.epoch, h.position AS head, ${FLOORS}, e.position, e.topic, e.key, e.at, e.payload
     FROM log_head h LEFT JOIN LATERAL (
       SELECT position, topic, key, at, payload FROM log_entry
       WHERE position > $1 AND position <= $2 AND ($3::text[] IS NULL OR topic = ANY($3))
       ORDER BY position ${order} LIMIT $4
     ) e ON true ORDER BY e.position`,
    values: [range.after ?? 0, range.upTo ?? Number.MAX_SAFE_INTEGER, range.topics ?? null, range.limit],
  };
  const { rows } = await db.query<LogState & { head: number } & (LogEntry | { topic: null })>(query);
  const { epoch, head, floors } = headOf(rows);
  const entries = rows.flatMap(({ epoch: _epoch, head: _head, floors: _floors, ...entry }) =>
    entry.topic === null ? [] : [entry as LogEntry],
  );
  return { epoch, position: head, floors, entries };
}

function headOf<R>(rows: readonly R[]): R {
  const [head] = rows;
  if (!head) throw new Error('log_head has no row: the database was not migrated');
  return head;
}
