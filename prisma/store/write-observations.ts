import type { Stamped } from '../../model/batch.js';
import type { ObservationEntry } from '../../model/entry.js';
import type { ObservationRecord } from '../../model/record.js';
import type { Queryable } from '../database.js';
import { stationId } from './write-stations.js';

/** "<station id>:<property>[:<sensor>]" */
export const datastreamId = (feedId: string, record: ObservationRecord): string =>
  `${stationId(feedId, record.station)}:${record.property}${record.sensor ? `:${record.sensor}` : ''}`;

export interface ObservationResult {
  readonly stored: number;
  readonly replaced: number;
  readonly moments: readonly Date[];
  /** Those that became the newest of their datastream, also by correcting it. */
  readonly newest: ObservationEntry['observations'];
}

interface WrittenRow {
  inserted: boolean;
  newest: boolean;
  datastream_id: string;
  value: number | null;
  quality: ObservationRecord['quality'];
  observed_at: Date;
  received_at: Date;
  original_time: string;
  zone: string;
  revision: number;
}

/**
 * Writes observations and their latest values in one statement. The same moment with the same value and quality changes
 * nothing; with another it replaces, and `revision` rises. A late observation never becomes the latest.
 * Datastreams must exist and `records` hold each (datastream, observedAt) once.
 */
export async function writeObservations(
  client: Queryable,
  feedId: string,
  keys: ReadonlyMap<string, number>,
  records: readonly Stamped<ObservationRecord>[],
  receivedAt: Date,
): Promise<ObservationResult> {
  if (records.length === 0) return { stored: 0, replaced: 0, moments: [], newest: [] };
  const rows = records
    .map((record) => ({ record, id: datastreamId(feedId, record) }))
    .map(({ record, id }) => ({ record, id, key: keys.get(id) ?? 0 }))
    .sort((a, b) => a.key - b.key || a.record.observedAt.getTime() - b.record.observedAt.getTime());
  const answer = await client.query<WrittenRow>(UPSERT, [
    rows.map((row) => row.key),
    rows.map((row) => row.record.observedAt),
    rows.map((row) => row.record.value),
    rows.map((row) => row.record.quality),
    receivedAt,
    rows.map((row) => row.record.sourceId),
    rows.map((row) => row.record.originalTime),
    rows.map((row) => row.record.zone),
    rows.map((row) => row.record.rawHash),
    rows.map((row) => row.id),
  ]);
  const stored = answer.rows.filter((row) => row.inserted).length;
  return {
    stored,
    replaced: answer.rows.length - stored,
    moments: answer.rows.map((row) => row.observed_at),
    newest: answer.rows.filter((row) => row.newest).map(toEntry),
  };
}

const toEntry = (row: WrittenRow): ObservationEntry['observations'][number] => ({
  datastreamId: row.datastream_id,
  value: row.value,
  quality: row.quality,
  observedAt: row.observed_at.toISOString(),
  receivedAt: row.received_at.toISOString(),
  originalTime: row.original_time,
  zone: row.zone,
  revision: row.revision,
});

const UPSERT = `
WITH input AS (
  SELECT * FROM unnest($1::bigint[], $2::timestamptz[], $3::float8[], $4::text[], $6::text[], $7::text[], $8::text[], $9::bytea[], $10::text[])
    AS i(datastream_key, observed_at, value, quality, source_id, original_time, zone, raw_hash, datastream_id)
), written AS (
  INSERT INTO observation AS o (datastream_key, observed_at, value, quality, received_at, source_id, original_time, zone, raw_hash)
  SELECT datastream_key, observed_at, value, quality, $5, source_id, original_time, zone, raw_hash FROM input
  ON CONFLICT (datastream_key, observed_at) DO UPDATE SET value = excluded.value, quality = excluded.quality,
    received_at = excluded.received_at, source_id = excluded.source_id, original_time = excluded.original_time,
    zone = excluded.zone, raw_hash = excluded.raw_hash, revision = o.revision + 1
  WHERE (o.value, o.quality) IS DISTINCT FROM (excluded.value, excluded.quality)
  RETURNING o.datastream_key, o.observed_at, o.value, o.quality, o.received_at, o.original_time, o.zone, o.revision,
    o.revision = 0 AS inserted
), newest AS (
  SELECT DISTINCT ON (datastream_key) * FROM written ORDER BY datastream_key, observed_at DESC
), latest AS (
  INSERT INTO observation_latest AS l (datastream_key, observed_at, value, quality, received_at, original_time, zone, revision)
  SELECT datastream_key, observed_at, value, quality, received_at, original_time, zone, revision FROM newest
  ON CONFLICT (datastream_key) DO UPDATE SET observed_at = excluded.observed_at, value = excluded.value,
    quality = excluded.quality, received_at = excluded.received_at, original_time = excluded.original_time,
    zone = excluded.zone, revision = excluded.revision
  WHERE l.observed_at <= excluded.observed_at
  RETURNING l.datastream_key, l.observed_at
)
SELECT w.*, l.datastream_key IS NOT NULL AS newest, i.datastream_id
FROM written w
JOIN input i USING (datastream_key, observed_at)
LEFT JOIN latest l USING (datastream_key, observed_at)`;

/** Makes the datastreams that are missing and returns the keys of all, by id. Stations must exist. */
export async function ensureDatastreams(
  client: Queryable,
  feedId: string,
  records: readonly ObservationRecord[],
): Promise<Map<string, number>> {
  const unique = [...new Map(records.map((record) => [datastreamId(feedId, record), record])).entries()].sort(
    ([a], [b]) => (a < b ? -1 : 1),
  );
  if (unique.length === 0) return new Map();
  const ids = unique.map(([id]) => id);
  await client.query(
    `INSERT INTO datastream (id, station_id, property, sensor)
     SELECT * FROM unnest($1::text[], $2::text[], $3::text[], $4::text[]) ON CONFLICT (id) DO NOTHING`,
    [
      ids,
      unique.map(([, record]) => stationId(feedId, record.station)),
      unique.map(([, record]) => record.property),
      unique.map(([, record]) => record.sensor ?? ''),
    ],
  );
  await nameMedia(client, unique);
  const { rows } = await client.query<{ id: string; key: number }>(
    'SELECT id, key FROM datastream WHERE id = ANY($1)',
    [ids],
  );
  return new Map(rows.map((row) => [row.id, row.key]));
}

/** Most sources say nothing of a medium: then there is nothing to ask the database. */
async function nameMedia(client: Queryable, rows: readonly (readonly [string, ObservationRecord])[]): Promise<void> {
  const said = rows.filter(([, { medium }]) => medium !== undefined);
  if (said.length === 0) return;
  await client.query(
    `UPDATE datastream d SET medium = m.medium FROM unnest($1::text[], $2::text[]) AS m(id, medium)
     WHERE d.id = m.id AND d.medium IS DISTINCT FROM m.medium`,
    [said.map(([id]) => id), said.map(([, { medium }]) => medium)],
  );
}
