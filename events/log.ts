import type pg from 'pg';
import type { LogEntry, LogTopic, NewEntry } from '../model/entry.js';
import type { Queryable } from '../prisma/database.js';

/** The channel whose notifications say "there is something up to position N". */
export const CHANNEL = 'fenghuo_log';

const APPEND = `
WITH head AS (
  UPDATE log_head SET position = position + $1 RETURNING position - $1 AS before, position AS after
), appended AS (
  INSERT INTO log_entry (position, topic, key, at, payload)
  SELECT head.before + n, topic, key, at, payload
  FROM head, unnest($2::text[], $3::text[], $4::timestamptz[], $5::jsonb[]) WITH ORDINALITY AS e(topic, key, at, payload, n)
)
SELECT after, pg_notify('${CHANNEL}', after::text) FROM head`;

/**
 * Appends entries in the caller's transaction, in their order, and returns the last one's position. The head's row stays locked
 * until that transaction ends, so positions have no gaps and rise in commit order: append last, then commit at once.
 * Readers are woken by the commit itself; a rollback leaves nothing.
 */
export async function appendEntries(client: pg.PoolClient, entries: readonly NewEntry[]): Promise<number> {
  const { rows } = await client.query<{ after: number }>(APPEND, [
    entries.length,
    entries.map((entry) => entry.topic),
    entries.map((entry) => entry.key),
    entries.map((entry) => entry.at),
    entries.map((entry) => JSON.stringify(entry.payload)),
  ]);
  return rows[0]?.after ?? 0;
}

/** Entries of some topics after a position, in order, at most `limit`. */
export async function readEntries(
  db: Queryable,
  range: { readonly topics: readonly LogTopic[]; readonly after: number; readonly limit: number },
): Promise<LogEntry[]> {
  const { rows } = await db.query<LogEntry>(
    'SELECT position, topic, key, at, payload FROM log_entry WHERE position > $1 AND topic = ANY($2) ORDER BY position LIMIT $3',
    [range.after, range.topics, range.limit],
  );
  return rows;
}

/** Where the log stands: its epoch, its last committed position, and up to where each topic has been dropped. */
export interface LogState {
  readonly epoch: string;
  readonly position: number;
  readonly floors: Readonly<Partial<Record<LogTopic, number>>>;
}

export async function readState(db: Queryable): Promise<LogState> {
  const { rows } = await db.query<LogState>(
    `SELECT epoch, position, (SELECT coalesce(json_object_agg(topic, position), '{}') FROM log_floor) AS floors FROM log_head`,
  );
  const [state] = rows;
  if (!state) throw new Error('log_head has no row: the database was not migrated');
  return state;
}
