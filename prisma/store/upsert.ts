import type { Stamped } from '../../model/batch.js';
import type { FeedRecord, Provenance } from '../../model/record.js';
import type { Queryable } from '../database.js';

export interface Written {
  readonly stored: number;
  readonly replaced: number;
  /** The times that the written rows tell of. */
  readonly moments?: readonly Date[];
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

/**
 * Inserts rows by `id`, the first column, in one statement for any number: they travel as one JSON array, typed by the table's own
 * row type. The same `raw_hash` again changes nothing; another replaces all but the first two columns and raises `revision`.
 * `newestWins`: not where its `observed_at` is the earlier.
 */
export async function upsert(
  client: Queryable,
  table: string,
  columns: readonly string[],
  rows: readonly unknown[][],
  { newestWins = false }: { readonly newestWins?: boolean } = {},
): Promise<Written> {
  if (rows.length === 0) return { stored: 0, replaced: 0 };
  const unique = [...new Map(rows.map((row) => [row[0] as string, row])).values()].sort((a, b) =>
    String(a[0]) < String(b[0]) ? -1 : 1,
  );
  const json = unique.map((row) => Object.fromEntries(columns.map((name, i) => [name, toJson(row[i])])));
  const answer = await client.query<{ inserted: boolean; moment: Date | null }>(
    `INSERT INTO ${table} AS t (${columns.join(', ')})
     SELECT ${columns.join(', ')} FROM jsonb_populate_recordset(NULL::${table}, $1)
     ON CONFLICT (id) DO UPDATE SET ${columns
       .slice(2)
       .map((name) => `${name} = excluded.${name}`)
       .join(', ')}, revision = t.revision + 1
     WHERE t.raw_hash <> excluded.raw_hash${newestWins ? ' AND t.observed_at <= excluded.observed_at' : ''}
     RETURNING (xmax = 0) AS inserted, ${columns.includes('observed_at') ? 't.observed_at' : 'NULL::timestamptz'} AS moment`,
    [JSON.stringify(json)],
  );
  const stored = answer.rows.filter((row) => row.inserted).length;
  const moments = answer.rows.flatMap(({ moment }) => (moment ? [moment] : []));
  return { stored, replaced: answer.rows.length - stored, moments };
}

const toJson = (value: unknown): unknown => (Buffer.isBuffer(value) ? `\\x${value.toString('hex')}` : value);
