import type { Stamped } from '../../model/batch.js';
import type { StationRecord, ThresholdRecord } from '../../model/record.js';
import type { Queryable } from '../database.js';

export const stationId = (feedId: string, code: string): string => `${feedId}:${code}`;

/** What a source that says less than before does not take back. */
const KEPT_IF_ABSENT = [
  'station_type',
  'lon',
  'lat',
  'original_lon',
  'original_lat',
  'original_crs',
  'division_code',
  'source_division',
];

/** Inserts or replaces stations; an unchanged one is not touched. Returns how many were new and replaced. */
export async function writeStations(
  client: Queryable,
  feedId: string,
  stations: readonly Stamped<StationRecord>[],
  at: Date,
): Promise<{ stored: number; replaced: number }> {
  if (stations.length === 0) return { stored: 0, replaced: 0 };
  const unique = [...new Map(stations.map((station) => [station.code, station])).values()].sort((a, b) =>
    a.code < b.code ? -1 : 1,
  );
  const { rows } = await client.query<{ inserted: boolean }>(
    `INSERT INTO station (id, feed_id, code, name, station_type, lon, lat, original_lon, original_lat, original_crs,
       division_code, source_division, raw_hash, updated_at)
     SELECT $1 || ':' || code, $1, code, name, station_type, lon, lat, original_lon, original_lat, original_crs,
       division_code, source_division, raw_hash, $2
     FROM unnest($3::text[], $4::text[], $5::text[], $6::float8[], $7::float8[], $8::float8[], $9::float8[], $10::text[],
       $11::text[], $12::text[], $13::bytea[])
       AS s(code, name, station_type, lon, lat, original_lon, original_lat, original_crs, division_code, source_division, raw_hash)
     ON CONFLICT (id) DO UPDATE SET name = excluded.name, ${KEPT_IF_ABSENT.map((c) => `${c} = coalesce(excluded.${c}, station.${c})`).join(', ')},
       raw_hash = excluded.raw_hash, updated_at = excluded.updated_at
     WHERE (station.name, ${KEPT_IF_ABSENT.map((c) => `station.${c}`).join(', ')}) IS DISTINCT FROM
       (excluded.name, ${KEPT_IF_ABSENT.map((c) => `coalesce(excluded.${c}, station.${c})`).join(', ')})
     RETURNING (xmax = 0) AS inserted`,
    [
      feedId,
      at,
      unique.map((s) => s.code),
      unique.map((s) => s.name),
      unique.map((s) => s.stationType ?? null),
      unique.map((s) => s.position?.lon ?? null),
      unique.map((s) => s.position?.lat ?? null),
      unique.map((s) => s.position?.original.lon ?? null),
      unique.map((s) => s.position?.original.lat ?? null),
      unique.map((s) => s.position?.original.crs ?? null),
      unique.map((s) => s.division),
      unique.map((s) => s.divisionCode ?? null),
      unique.map((s) => s.rawHash),
    ],
  );
  const stored = rows.filter((row) => row.inserted).length;
  return { stored, replaced: rows.length - stored };
}

/** Replaces thresholds by (station, property, sensor, name, season), and takes back those without a value. Returns how many changed. */
export async function writeThresholds(
  client: Queryable,
  feedId: string,
  thresholds: readonly ThresholdRecord[],
): Promise<number> {
  const keyOf = (t: ThresholdRecord): string =>
    [t.station, t.property, t.sensor ?? '', t.name, t.season?.from ?? ''].join('\n');
  const unique = [...new Map(thresholds.map((t) => [keyOf(t), t])).entries()].sort(([a], [b]) => (a < b ? -1 : 1));
  const rows = unique.map(([, t]) => t);
  const gone = rows.filter(({ value }) => value === null);
  const kept = rows.filter(({ value }) => value !== null);
  return (await dropThresholds(client, feedId, gone)) + (await putThresholds(client, feedId, kept));
}

const keysOf = (feedId: string, rows: readonly ThresholdRecord[]): unknown[] => [
  feedId,
  rows.map((t) => t.station),
  rows.map((t) => t.property),
  rows.map((t) => t.sensor ?? ''),
  rows.map((t) => t.name),
  rows.map((t) => t.season?.from ?? ''),
];

async function dropThresholds(client: Queryable, feedId: string, rows: readonly ThresholdRecord[]): Promise<number> {
  if (rows.length === 0) return 0;
  const { rowCount } = await client.query(
    `DELETE FROM threshold t USING unnest($2::text[], $3::text[], $4::text[], $5::text[], $6::text[])
       AS g(station, property, sensor, name, season_from)
     WHERE t.station_id = $1 || ':' || g.station AND t.property = g.property AND t.sensor = g.sensor AND t.name = g.name
       AND t.season_from = g.season_from`,
    keysOf(feedId, rows),
  );
  return rowCount ?? 0;
}

async function putThresholds(client: Queryable, feedId: string, rows: readonly ThresholdRecord[]): Promise<number> {
  if (rows.length === 0) return 0;
  const { rowCount } = await client.query(
    `INSERT INTO threshold (station_id, property, sensor, name, season_from, season_to, value)
     SELECT $1 || ':' || station, property, sensor, name, season_from, season_to, value
     FROM unnest($2::text[], $3::text[], $4::text[], $5::text[], $6::text[], $7::text[], $8::float8[])
       AS t(station, property, sensor, name, season_from, season_to, value)
     ON CONFLICT (station_id, property, sensor, name, season_from)
       DO UPDATE SET value = excluded.value, season_to = excluded.season_to
     WHERE (threshold.value, threshold.season_to) IS DISTINCT FROM (excluded.value, excluded.season_to)`,
    [...keysOf(feedId, rows), rows.map((t) => t.season?.to ?? ''), rows.map((t) => t.value)],
  );
  return rowCount ?? 0;
}
