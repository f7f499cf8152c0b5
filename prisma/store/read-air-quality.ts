import type { AirQualityRow, Page } from '../../model/rows.js';
import type { Reach } from '../../model/sight.js';
import type { Database } from '../database.js';
import { decodeKey, encodeKey, type PageRequest, pageSize, toPage, Where } from './keyset.js';
import { inReach } from './reach.js';
import { COMMON_COLUMNS, type ReportQuery, readReports } from './read-reports.js';

const COLUMNS = `place_code AS "placeCode", place_name AS "placeName", place_kind AS "placeKind", averaging, edition, pollutants, aqi,
  primary_pollutants AS "primary", source_aqi AS "sourceAqi", source_category AS "sourceCategory", source_primary AS "sourcePrimary", differences`;

/** Air quality, newest first. */
export const readAirQuality = (db: Database, query: ReportQuery): Promise<Page<AirQualityRow>> =>
  readReports<AirQualityRow>(db, query, 'air_quality', COLUMNS);

/** The newest of each place and averaging, by feed and place: one step along the index a place, however long its past. */
export async function latestAirQuality(
  db: Database,
  request: PageRequest & { readonly reach?: Reach | undefined },
): Promise<Page<AirQualityRow>> {
  const size = pageSize(request);
  const after = decodeKey(request.after, 'text', 'text', 'text') ?? ['', '', ''];
  const where = new Where();
  const [feed, place, averaging] = after.map((part) => where.bind(part));
  const most = where.bind(size + 1);
  const { rows } = await db.read.query<AirQualityRow>(
    `WITH RECURSIVE place AS (
       (SELECT feed_id, place_code, averaging, 1 AS nth FROM air_quality
        WHERE (feed_id, place_code, averaging) > (${feed}, ${place}, ${averaging}) AND ${inReach(where, request.reach, 'feed_id')} ORDER BY feed_id, place_code, averaging LIMIT 1)
       UNION ALL
       SELECT next.*, place.nth + 1 FROM place, LATERAL (
         SELECT feed_id, place_code, averaging FROM air_quality a
         WHERE (a.feed_id, a.place_code, a.averaging) > (place.feed_id, place.place_code, place.averaging)
           AND ${inReach(where, request.reach, 'a.feed_id')}
         ORDER BY a.feed_id, a.place_code, a.averaging LIMIT 1) next
       WHERE place.nth < ${most}
     )
     SELECT ${COMMON_COLUMNS}, ${COLUMNS} FROM (
       SELECT newest.*, place.nth FROM place, LATERAL (
         SELECT * FROM air_quality a
         WHERE a.feed_id = place.feed_id AND a.place_code = place.place_code AND a.averaging = place.averaging
         ORDER BY a.observed_at DESC LIMIT 1) newest) latest
     ORDER BY nth`,
    where.values,
  );
  return toPage(rows, size, (row) => encodeKey(row.feedId, row.placeCode, row.averaging));
}
