import type { MultiPolygon, Polygon } from 'geojson';
import { boundsOf, contains } from '../../model/area.js';
import type { Page, ReportRow } from '../../model/rows.js';
import type { Database } from '../database.js';
import { chunkSize, decodeKey, encodeKey, type PageRequest, pageSize, toPage, Where } from './keyset.js';

export interface ReportQuery extends PageRequest {
  readonly divisionPrefixes?: readonly string[] | undefined;
  readonly since?: Date | undefined;
  readonly within?: Polygon | MultiPolygon | undefined;
}

/** What every report has; written by `upsert` of REPORT_COLUMNS. */
export const COMMON_COLUMNS = `id, feed_id AS "feedId", observed_at AS "observedAt", original_time AS "originalTime", zone, received_at AS "receivedAt",
  lon, lat, division_code AS "divisionCode", status, revision`;

/** A table of reports, newest first; `columns` are those of the noun itself, as a select list; `more` adds conditions of the noun. */
export async function readReports<R extends ReportRow>(
  db: Database,
  query: ReportQuery,
  table: string,
  columns: string,
  more?: (where: Where) => void,
): Promise<Page<R>> {
  const size = pageSize(query);
  const limit = chunkSize(size, query.within !== undefined);
  const found: R[] = [];
  let after = decodeKey(query.after, 'time', 'text');
  for (;;) {
    const where = conditions(query, after);
    more?.(where);
    const { rows } = await db.read.query<R>(
      `SELECT ${COMMON_COLUMNS}, ${columns} FROM ${table} ${where.sql} ORDER BY observed_at DESC, id DESC LIMIT ${where.bind(limit)}`,
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

function conditions(query: ReportQuery, after: readonly string[] | undefined): Where {
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
