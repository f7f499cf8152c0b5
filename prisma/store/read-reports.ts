import type { MultiPolygon, Polygon } from 'geojson';
import { boundsOf, contains } from '../../model/area.js';
import type { Page, ReportRow } from '../../model/rows.js';
import type { Reach } from '../../model/sight.js';
import type { Database } from '../database.js';
import { chunkSize, decodeKey, encodeKey, type PageRequest, pageSize, toPage, Where } from './keyset.js';
import { whereInReach } from './reach.js';

export interface ReportQuery extends PageRequest {
  readonly divisionPrefixes?: readonly string[] | undefined;
  readonly since?: Date | undefined;
  readonly within?: Polygon | MultiPolygon | undefined;
  /** Only what the viewer may see. */
  readonly reach?: Reach | undefined;
}

/** What every report has; written by `upsert` of REPORT_COLUMNS. */
export const COMMON_COLUMNS = `id, feed_id AS "feedId", observed_at AS "observedAt", original_time AS "originalTime", zone, received_at AS "receivedAt",
  lon, lat, division_code AS "divisionCode", status, revision`;

/** Of reports that are more than a point: the columns of their bounds, and whether one lies in an area in part. */
export interface Shape<R> {
  readonly bounds: readonly [west: string, south: string, east: string, north: string];
  meets(area: Polygon | MultiPolygon, row: R): boolean;
}

const POINT: Shape<ReportRow> = {
  bounds: ['lon', 'lat', 'lon', 'lat'],
  meets: (area, { lon, lat }) => lon !== null && lat !== null && contains(area, lon, lat),
};

/** A table of reports within the query's reach, newest first; `columns` are those of the noun itself, as a select list; `more` adds conditions
 *  of the noun; `table` may bind values of its own. */
export async function readReports<R extends ReportRow>(
  db: Database,
  query: ReportQuery,
  table: string | ((where: Where) => string),
  columns: string,
  more?: (where: Where) => void,
  shape: Shape<R> = POINT,
): Promise<Page<R>> {
  const size = pageSize(query);
  const limit = chunkSize(size, query.within !== undefined);
  const found: R[] = [];
  let after = decodeKey(query.after, 'time', 'text');
  for (;;) {
    const where = conditions(query, after, shape.bounds);
    more?.(where);
    const from = typeof table === 'string' ? table : table(where);
    const { rows } = await db.read.query<R>(
      `SELECT ${COMMON_COLUMNS}, ${columns} FROM ${from} ${where.sql} ORDER BY observed_at DESC, id DESC LIMIT ${where.bind(limit)}`,
      where.values,
    );
    const { within } = query;
    found.push(...(within ? rows.filter((row) => shape.meets(within, row)) : rows));
    const last = rows.at(-1);
    after = last && [last.observedAt.toISOString(), last.id];
    if (found.length > size || rows.length < limit)
      return toPage(found, size, (row) => encodeKey(row.observedAt.toISOString(), row.id));
  }
}

function conditions(
  query: ReportQuery,
  after: readonly string[] | undefined,
  [w, s, e, n]: Shape<ReportRow>['bounds'],
): Where {
  const where = new Where();
  whereInReach(where, query.reach, 'feed_id');
  if (after) where.and('(observed_at, id) < (?::timestamptz, ?)', after[0], after[1]);
  if (query.since) where.and('observed_at >= ?', query.since);
  if (query.divisionPrefixes)
    where.and(
      'division_code LIKE ANY(?)',
      query.divisionPrefixes.map((prefix) => `${prefix}%`),
    );
  if (query.within) {
    const [west, south, east, north] = boundsOf(query.within);
    where.and(`${w} <= ? AND ${e} >= ? AND ${s} <= ? AND ${n} >= ?`, east, west, north, south);
  }
  return where;
}
