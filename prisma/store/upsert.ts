import type { Stamped } from '../../model/batch.js';
import type { FeedRecord, Provenance } from '../../model/record.js';
import type { Queryable } from '../database.js';

export interface Written {
  readonly stored: number;
  readonly replaced: number;
  /** The times that the written rows tell of. */
  readonly moments?: readonly Date[];
  /** The rows that were inserted or replaced. */
  readonly ids?: readonly string[];
}

/** The columns that all reports share (model ReportRow), in the order of `reportValues`. */
export const REPORT_COLUMNS = [
  'id',
  'feed_id',
  'observed_at',
  'original_time',
  'zone',
  'received_at',
  'raw_hash',
  'lon',
  'lat',
  'original_lon',
  'original_lat',
  'original_crs',
  'division_code',
  'status',
];

type Report = Extract<FeedRecord, Provenance & { position: unknown; status: unknown }>;

/** Of one report, received at `at`. */
export const reportValues = (feedId: string, at: Date, r: Stamped<Report>): unknown[] => [
  `${feedId}:${r.sourceId}`,
  feedId,
  r.observedAt,
  r.originalTime,
  r.zone,
  at,
  r.rawHash,
  r.position?.lon ?? null,
  r.position?.lat ?? null,
  r.position?.original.lon ?? null,
  r.position?.original.lat ?? null,
  r.position?.original.crs ?? null,
  r.division,
  r.status,
];

export interface UpsertOptions {
  /** A column with the source's own time of change: an older version never replaces a newer. */
  readonly newestBy?: string;
  /** Keeps every row that is replaced, in report_history. */
  readonly history?: boolean;
}

/**
 * Inserts rows by `id`, the first column, in one statement for any number: they travel as one JSON array, typed by the table's own
 * row type. The same `raw_hash` again changes nothing; another replaces all but the first two columns and raises `revision`.
 */
export async function upsert(
  client: Queryable,
  table: string,
  columns: readonly string[],
  rows: readonly unknown[][],
  options: UpsertOptions = {},
): Promise<Written> {
  if (rows.length === 0) return { stored: 0, replaced: 0 };
  const unique = [...new Map(rows.map((row) => [row[0] as string, row])).values()].sort((a, b) =>
    String(a[0]) < String(b[0]) ? -1 : 1,
  );
  const json = unique.map((row) => Object.fromEntries(columns.map((name, i) => [name, toJson(row[i])])));
  const answer = await client.query<{ id: string; inserted: boolean; moment: Date | null }>(
    statement(table, columns, options),
    [JSON.stringify(json)],
  );
  const stored = answer.rows.filter((row) => row.inserted).length;
  const moments = answer.rows.flatMap(({ moment }) => (moment ? [moment] : []));
  return { stored, replaced: answer.rows.length - stored, moments, ids: answer.rows.map(({ id }) => id) };
}

function statement(table: string, columns: readonly string[], { newestBy, history }: UpsertOptions): string {
  const list = columns.join(', ');
  const sets = columns.slice(2).map((name) => `${name} = excluded.${name}`);
  const newer = newestBy ? ` AND coalesce(excluded.${newestBy} >= t.${newestBy}, true)` : '';
  const moment = columns.includes('observed_at') ? 't.observed_at' : 'NULL::timestamptz';
  const write = `INSERT INTO ${table} AS t (${list}) SELECT ${list} FROM given
     ON CONFLICT (id) DO UPDATE SET ${sets.join(', ')}, revision = t.revision + 1
     WHERE t.raw_hash <> excluded.raw_hash${newer}
     RETURNING t.id, (t.xmax = 0) AS inserted, ${moment} AS moment`;
  const given = `given AS (SELECT * FROM jsonb_populate_recordset(NULL::${table}, $1))`;
  if (!history) return `WITH ${given} ${write}`;
  // A statement sees the tables as they were before it: `old` is what the write replaces.
  return `WITH ${given}, old AS (SELECT t.* FROM ${table} t JOIN given USING (id)), written AS (${write}),
     kept AS (INSERT INTO report_history (report_id, revision, received_at, content)
       SELECT old.id, old.revision, old.received_at, to_jsonb(old) - 'raw_hash' FROM old JOIN written USING (id) WHERE NOT inserted)
     SELECT * FROM written`;
}

/** A value as `jsonb_populate_recordset` reads it. */
export const toJson = (value: unknown): unknown => (Buffer.isBuffer(value) ? `\\x${value.toString('hex')}` : value);
