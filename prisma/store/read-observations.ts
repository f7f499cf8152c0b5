import type { ObservationRow, SeriesRow } from '../../model/rows.js';
import type { Database } from '../database.js';

/** The newest observation of each of many datastreams, in one statement. */
export async function latestOf(db: Database, keys: readonly number[]): Promise<ObservationRow[]> {
  const { rows } = await db.read.query<ObservationRow>(
    `SELECT datastream_key AS "datastreamKey", observed_at AS "observedAt", value, quality, received_at AS "receivedAt",
       original_time AS "originalTime", zone, revision FROM observation_latest WHERE datastream_key = ANY($1)`,
    [keys],
  );
  return rows;
}

export interface SeriesQuery {
  readonly key: number;
  readonly from: Date;
  readonly to: Date;
  /** Bucket length; raw values where undefined. */
  readonly everySeconds?: number | undefined;
  readonly limit: number;
}

/** Values from `from` inclusive to `to` exclusive, oldest first; erroneous ones are left out of buckets. */
export async function readSeries(
  db: Database,
  { key, from, to, everySeconds, limit }: SeriesQuery,
): Promise<SeriesRow[]> {
  const raw = `SELECT observed_at AS at, value, value AS min, value AS mean, value AS max, (value IS NOT NULL)::int AS count
    FROM observation WHERE datastream_key = $1 AND observed_at >= $2 AND observed_at < $3 ORDER BY observed_at LIMIT $4`;
  const buckets = `SELECT to_timestamp(floor(extract(epoch FROM observed_at) / $5) * $5) AS at, avg(value) AS value, min(value) AS min,
      avg(value) AS mean, max(value) AS max, count(value)::int AS count
    FROM observation WHERE datastream_key = $1 AND observed_at >= $2 AND observed_at < $3 AND quality <> 'ERRONEOUS'
    GROUP BY 1 ORDER BY 1 LIMIT $4`;
  const values = [key, from, to, limit];
  const { rows } = await (everySeconds === undefined
    ? db.read.query<SeriesRow>(raw, values)
    : db.read.query<SeriesRow>(buckets, [...values, everySeconds]));
  return rows;
}
