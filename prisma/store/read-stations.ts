import { contains } from '../../model/area.js';
import type { DatastreamRow, Page, StationRow, ThresholdRow } from '../../model/rows.js';
import type { Database } from '../database.js';
import { chunkSize, decodeKey, encodeKey, type PageRequest, pageSize, toPage, Where } from './keyset.js';
import { type PlaceQuery, wherePlace } from './place-conditions.js';

export interface StationQuery extends PageRequest, PlaceQuery {
  readonly departments?: readonly string[] | undefined;
  readonly properties?: readonly string[] | undefined;
}

/** The select list of a StationRow from a table or step known as `s`. */
export const STATION_COLUMNS = `s.id, s.feed_id AS "feedId", s.code, s.name, s.station_type AS "stationType", s.lon, s.lat,
  s.original_lon AS "originalLon", s.original_lat AS "originalLat", s.original_crs AS "originalCrs", s.division_code AS "divisionCode"`;

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
  if (query.properties)
    where.and(
      'EXISTS (SELECT 1 FROM datastream d WHERE d.station_id = s.id AND d.property = ANY(?))',
      query.properties,
    );
  wherePlace(where, 's', query);
  const { rows } = await db.read.query<StationRow>(
    `SELECT ${STATION_COLUMNS} FROM station s JOIN feed f ON f.id = s.feed_id ${where.sql} ORDER BY s.id LIMIT ${where.bind(limit)}`,
    where.values,
  );
  return rows;
}

export const stationsById = (db: Database, ids: readonly string[]): Promise<StationRow[]> =>
  db.prisma.station.findMany({ where: { id: { in: [...ids] } } });

/** Stations that a department's feeds know as "<prefix>/…". */
export interface StationsUnder {
  readonly department: string;
  readonly prefix: string;
}

/** At most so many stations are listed under one prefix. */
export const MAX_STATIONS_UNDER = 1000;

/** For each of `wanted` its stations by id, at most MAX_STATIONS_UNDER; `place` is the index in `wanted`. */
export async function stationsUnder(
  db: Database,
  wanted: readonly StationsUnder[],
): Promise<(StationRow & { readonly place: number })[]> {
  const { rows } = await db.read.query<StationRow & { place: number }>(
    `SELECT w.place::int, ${STATION_COLUMNS}
     FROM unnest($1::text[], $2::text[]) WITH ORDINALITY AS w(department, prefix, place)
     CROSS JOIN LATERAL (SELECT o.* FROM station o JOIN feed f ON f.id = o.feed_id
       WHERE f.department_code = w.department AND starts_with(o.code, w.prefix || '/') ORDER BY o.id LIMIT $3) s`,
    [wanted.map(({ department }) => department), wanted.map(({ prefix }) => prefix), MAX_STATIONS_UNDER],
  );
  return rows.map((row) => ({ ...row, place: row.place - 1 }));
}

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
    orderBy: [{ property: 'asc' }, { sensor: 'asc' }, { name: 'asc' }, { seasonFrom: 'asc' }],
  });
