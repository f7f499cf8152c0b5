import { contains } from '../../model/area.js';
import type { DatastreamRow, Page, StationRow, ThresholdRow } from '../../model/rows.js';
import type { Reach } from '../../model/sight.js';
import type { Database } from '../database.js';
import { chunkSize, decodeKey, encodeKey, type PageRequest, pageSize, toPage, Where } from './keyset.js';
import { type PlaceQuery, wherePlace } from './place-conditions.js';
import { inReach } from './reach.js';

export interface StationQuery extends PageRequest, PlaceQuery {
  readonly departments?: readonly string[] | undefined;
  readonly properties?: readonly string[] | undefined;
  /** Only what the viewer may see, for all of a feed or by the property. */
  readonly reach?: Reach | undefined;
}

/** A station, as `s`, within reach: its feed's all, or one of its own properties. */
export function stationInReach(where: Where, reach: Reach | undefined): string {
  const whole = inReach(where, reach, 's.feed_id');
  if (!reach || reach.parts.length === 0) return whole;
  return `(${whole} OR EXISTS (SELECT 1 FROM datastream g WHERE g.station_id = s.id AND ${inReach(where, reach, 's.feed_id', 'g.property')}))`;
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
      `EXISTS (SELECT 1 FROM datastream d WHERE d.station_id = s.id AND d.property = ANY(?) AND ${inReach(where, query.reach, 's.feed_id', 'd.property')})`,
      query.properties,
    );
  if (query.reach) where.and(stationInReach(where, query.reach));
  wherePlace(where, 's', query);
  const { rows } = await db.read.query<StationRow>(
    `SELECT ${STATION_COLUMNS} FROM station s JOIN feed f ON f.id = s.feed_id ${where.sql} ORDER BY s.id LIMIT ${where.bind(limit)}`,
    where.values,
  );
  return rows;
}

export async function stationsById(
  db: Database,
  ids: readonly string[],
  reach: Reach | undefined,
): Promise<StationRow[]> {
  const where = new Where().and('s.id = ANY(?)', ids);
  if (reach) where.and(stationInReach(where, reach));
  const { rows } = await db.read.query<StationRow>(
    `SELECT ${STATION_COLUMNS} FROM station s ${where.sql}`,
    where.values,
  );
  return rows;
}

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
  reach: Reach | undefined,
): Promise<(StationRow & { readonly place: number })[]> {
  const where = new Where();
  const [departments, prefixes, most] = [
    where.bind(wanted.map(({ department }) => department)),
    where.bind(wanted.map(({ prefix }) => prefix)),
    where.bind(MAX_STATIONS_UNDER),
  ];
  const { rows } = await db.read.query<StationRow & { place: number }>(
    `SELECT w.place::int, ${STATION_COLUMNS}
     FROM unnest(${departments}::text[], ${prefixes}::text[]) WITH ORDINALITY AS w(department, prefix, place)
     CROSS JOIN LATERAL (SELECT s.* FROM station s JOIN feed f ON f.id = s.feed_id
       WHERE f.department_code = w.department AND starts_with(s.code, w.prefix || '/') AND ${stationInReach(where, reach)}
       ORDER BY s.id LIMIT ${most}) s`,
    where.values,
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
