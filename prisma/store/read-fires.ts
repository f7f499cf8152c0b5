import type { MultiPolygon, Polygon } from 'geojson';
import { boundsOf, contains } from '../../model/area.js';
import type { AlarmRow, FireRow, HotspotRow, Page } from '../../model/rows.js';
import type { Database } from '../database.js';
import { chunkSize, decodeKey, encodeKey, type PageRequest, pageSize, toPage, Where } from './keyset.js';

export interface FireQuery extends PageRequest {
  readonly divisionPrefixes?: readonly string[] | undefined;
  readonly since?: Date | undefined;
  readonly within?: Polygon | MultiPolygon | undefined;
}

const COMMON = `id, feed_id AS "feedId", observed_at AS "observedAt", original_time AS "originalTime", zone, received_at AS "receivedAt",
  lon, lat, division_code AS "divisionCode", status, revision`;

/** Satellite hotspots, newest first. */
export const readHotspots = (db: Database, query: FireQuery): Promise<Page<HotspotRow>> =>
  readFires<HotspotRow>(
    db,
    query,
    'fire_hotspot',
    `satellite, instrument, confidence, confidence_percent AS "confidencePercent",
    brightness_kelvin AS "brightnessKelvin", radiative_power_megawatts AS "radiativePowerMegawatts", daytime`,
  );

/** Camera alarms, newest first. */
export const readAlarms = (db: Database, query: FireQuery): Promise<Page<AlarmRow>> =>
  readFires<AlarmRow>(db, query, 'fire_alarm', 'device_id AS "deviceId", type, priority, description');

async function readFires<R extends FireRow>(
  db: Database,
  query: FireQuery,
  table: string,
  columns: string,
): Promise<Page<R>> {
  const size = pageSize(query);
  const limit = chunkSize(size, query.within !== undefined);
  const found: R[] = [];
  let after = decodeKey(query.after, 'time', 'text');
  for (;;) {
    const where = conditions(query, after);
    const { rows } = await db.read.query<R>(
      `SELECT ${COMMON}, ${columns} FROM ${table} ${where.sql} ORDER BY observed_at DESC, id DESC LIMIT ${where.bind(limit)}`,
      where.values,
    );
    const { within } = query;
    found.push(
      ...(within ? rows.filter(({ lon, lat }) => lon !== null && lat !== null && contains(within, lon, lat)) : rows),
    );
    const last = rows.at(-1);
    after = last && [last.observedAt.toISOString(), last.id];
    if (found.length > size || rows.length < limit)
      return toPage(found, size, (row) => encodeKey(row.observedAt.toISOString(), row.id));
  }
}

function conditions(query: FireQuery, after: readonly string[] | undefined): Where {
  const where = new Where();
  if (after) where.and('(observed_at, id) < (?::timestamptz, ?)', after[0], after[1]);
  if (query.since) where.and('observed_at >= ?', query.since);
  if (query.divisionPrefixes)
    where.and(
      'division_code LIKE ANY(?)',
      query.divisionPrefixes.map((prefix) => `${prefix}%`),
    );
  if (query.within) {
    const [west, south, east, north] = boundsOf(query.within);
    where.and('lon BETWEEN ? AND ? AND lat BETWEEN ? AND ?', west, east, south, north);
  }
  return where;
}
