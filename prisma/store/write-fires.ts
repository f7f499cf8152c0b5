import type { Stamped } from '../../model/batch.js';
import type { FireAlarmRecord, HotspotRecord } from '../../model/record.js';
import type { Queryable } from '../database.js';

export interface Written {
  readonly stored: number;
  readonly replaced: number;
}

/** The columns that hotspots and alarms share, in the order of `common`. */
const COMMON = [
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
const common = (feedId: string, at: Date, r: Stamped<HotspotRecord> | Stamped<FireAlarmRecord>): unknown[] => [
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

/** Inserts satellite hotspots by (feed, source id); the same bytes again change nothing, others replace and raise `revision`. */
export const writeHotspots = (
  client: Queryable,
  feedId: string,
  records: readonly Stamped<HotspotRecord>[],
  at: Date,
): Promise<Written> =>
  upsert(
    client,
    'fire_hotspot',
    [
      ...COMMON,
      'satellite',
      'instrument',
      'confidence',
      'confidence_percent',
      'brightness_kelvin',
      'radiative_power_megawatts',
      'daytime',
    ],
    records.map((r) => [
      ...common(feedId, at, r),
      r.satellite,
      r.instrument,
      r.confidence,
      r.confidencePercent,
      r.brightnessKelvin,
      r.radiativePowerMegawatts,
      r.daytime,
    ]),
  );

/** Inserts camera alarms by (feed, source id), as `writeHotspots` does. */
export const writeFireAlarms = (
  client: Queryable,
  feedId: string,
  records: readonly Stamped<FireAlarmRecord>[],
  at: Date,
): Promise<Written> =>
  upsert(
    client,
    'fire_alarm',
    [...COMMON, 'device_id', 'type', 'priority', 'description'],
    records.map((r) => [...common(feedId, at, r), r.deviceId, r.type, r.priority, r.description]),
  );

/** One statement for any number of rows: they travel as one JSON array, typed by the table's own row type. */
async function upsert(
  client: Queryable,
  table: 'fire_hotspot' | 'fire_alarm',
  columns: readonly string[],
  rows: readonly unknown[][],
): Promise<Written> {
  if (rows.length === 0) return { stored: 0, replaced: 0 };
  const unique = [...new Map(rows.map((row) => [row[0] as string, row])).values()].sort((a, b) =>
    String(a[0]) < String(b[0]) ? -1 : 1,
  );
  const json = unique.map((row) => Object.fromEntries(columns.map((name, i) => [name, toJson(row[i])])));
  const answer = await client.query<{ inserted: boolean }>(
    `INSERT INTO ${table} AS t (${columns.join(', ')})
     SELECT ${columns.join(', ')} FROM jsonb_populate_recordset(NULL::${table}, $1)
     ON CONFLICT (id) DO UPDATE SET ${columns
       .slice(2)
       .map((name) => `${name} = excluded.${name}`)
       .join(', ')}, revision = t.revision + 1
     WHERE t.raw_hash <> excluded.raw_hash
     RETURNING (xmax = 0) AS inserted`,
    [JSON.stringify(json)],
  );
  const stored = answer.rows.filter((row) => row.inserted).length;
  return { stored, replaced: answer.rows.length - stored };
}

const toJson = (value: unknown): unknown => (Buffer.isBuffer(value) ? `\\x${value.toString('hex')}` : value);
