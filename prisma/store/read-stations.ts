import type { MultiPolygon, Polygon } from 'geojson';
import { boundsOf, contains } from '../../model/area.js';
import type { DatastreamRow, Page, StationRow, ThresholdRow } from '../../model/rows.js';
import type { Database } from '../database.js';
import { chunkSize, decodeKey, encodeKey, type PageRequest, pageSize, toPage, Where } from './keyset.js';

export interface StationQuery extends PageRequest {
  readonly departments?: readonly string[] | undefined;
  /** Division prefixes, as DivisionRegistry.prefixes gives them. */
  readonly divisionPrefixes?: readonly string[] | undefined;
  readonly properties?: readonly string[] | undefined;
  readonly within?: Polygon | MultiPolygon | undefined;
  readonly near?: { readonly lon: number; readonly lat: number; readonly withinMetres: number } | undefined;
}

const COLUMNS = `s.id, s.feed_id AS "feedId", s.code, s.name, s.station_type AS "stationType", s.lon, s.lat,
  s.original_lon AS "originalLon", s.original_lat AS "originalLat", s.original_crs AS "originalCrs", s.division_code AS "divisionCode"`;

/** Great-circle distance in metres on a sphere of the Earth's mean radius. */
const DISTANCE = `12742017.6 * asin(sqrt(power(sin(radians(s.lat - ?) / 2), 2)
  + cos(radians(?)) * cos(radians(s.lat)) * power(sin(radians(s.lon - ?) / 2), 2)))`;

/** Stations by id. The outline of `within` is judged exactly, after its bounding box. */
export async function readStations(db: Database, query: StationQuery): Promise<Page<StationRow>> {
  const size = pageSize(query);
  const limit = chunkSize(size, query.within !== undefined);
  const found: StationRow[] = [];
  let after = decodeKey(query.after, 'text')?.[0];
  for (;;) {
    const rows = await readChunk(db, query, after, limit);
    const { within } = query;
    found.push(
      ...(within ? rows.filter(({ lon, lat }) => lon !== null && lat !== null && contains(within, lon, lat)) : rows),
    );
    after = rows.at(-1)?.id;
    if (found.length > size || rows.length < limit) return toPage(found, size, (row) => encodeKey(row.id));
  }
}

async function readChunk(
  db: Database,
  query: StationQuery,
  after: string | undefined,
  limit: number,
): Promise<StationRow[]> {
  const where = new Where();
  if (after !== undefined) where.and('s.id > ?', after);
  if (query.departments) where.and('f.department_code = ANY(?)', query.departments);
  if (query.divisionPrefixes)
    where.and(
      's.division_code LIKE ANY(?)',
      query.divisionPrefixes.map((prefix) => `${prefix}%`),
    );
  if (query.properties)
    where.and(
      'EXISTS (SELECT 1 FROM datastream d WHERE d.station_id = s.id AND d.property = ANY(?))',
      query.properties,
    );
  if (query.within) {
    const [west, south, east, north] = boundsOf(query.within);
    where.and('s.lon BETWEEN ? AND ? AND s.lat BETWEEN ? AND ?', west, east, south, north);
  }
  if (query.near) {
    const { lon, lat, withinMetres } = query.near;
    where.and(`${DISTANCE} <= ?`, lat, lat, lon, withinMetres);
  }
  const { rows } = await db.read.query<StationRow>(
    `SELECT ${COLUMNS} FROM station s JOIN feed f ON f.id = s.feed_id ${where.sql} ORDER BY s.id LIMIT ${where.bind(limit)}`,
    where.values,
  );
  return rows;
}

export const stationsById = (db: Database, ids: readonly string[]): Promise<StationRow[]> =>
  db.prisma.station.findMany({ where: { id: { in: [...ids] } } });

export async function datastreamsById(db: Database, ids: readonly string[]): Promise<DatastreamRow[]> {
  const rows = await db.prisma.datastream.findMany({ where: { id: { in: [...ids] } } });
  return rows.map((row) => ({ ...row, key: Number(row.key) }));
}

export async function datastreamsOfStations(db: Database, stationIds: readonly string[]): Promise<DatastreamRow[]> {
  const rows = await db.prisma.datastream.findMany({
    where: { stationId: { in: [...stationIds] } },
    orderBy: { id: 'asc' },
  });
  return rows.map((row) => ({ ...row, key: Number(row.key) }));
}

export const thresholdsOfStations = (db: Database, stationIds: readonly string[]): Promise<ThresholdRow[]> =>
  db.prisma.threshold.findMany({
    where: { stationId: { in: [...stationIds] } },
    orderBy: [{ property: 'asc' }, { name: 'asc' }, { seasonFrom: 'asc' }],
  });
