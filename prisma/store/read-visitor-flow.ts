import type { Page, VisitorFlowRow } from '../../model/rows.js';
import type { Reach } from '../../model/sight.js';
import type { Database } from '../database.js';
import { Where } from './keyset.js';
import { inReach } from './reach.js';
import { COMMON_COLUMNS, type ReportQuery, readReports } from './read-reports.js';

const COLUMNS = `area_code AS "areaCode", area_name AS "areaName", in_park AS "inPark", entered_today AS "enteredToday", capacity,
  daily_capacity AS "dailyCapacity", comfort, source_comfort AS "sourceComfort", weather, parking_places AS "parkingPlaces",
  parking_free AS "parkingFree"`;

/** Visitor flow, newest first. */
export const readVisitorFlow = (db: Database, query: ReportQuery): Promise<Page<VisitorFlowRow>> =>
  readReports<VisitorFlowRow>(db, query, 'visitor_flow', COLUMNS);

/** The newest within reach of each area that has one, whatever feed brought it: one step along the index an area. */
export async function latestVisitorFlow(
  db: Database,
  areaCodes: readonly string[],
  reach: Reach | undefined,
): Promise<VisitorFlowRow[]> {
  const where = new Where();
  const { rows } = await db.read.query<VisitorFlowRow>(
    `SELECT ${COMMON_COLUMNS}, ${COLUMNS} FROM (
       SELECT newest.* FROM unnest(${where.bind(areaCodes)}::text[]) AS asked(code), LATERAL (
         SELECT * FROM visitor_flow v WHERE v.area_code = asked.code AND ${inReach(where, reach, 'v.feed_id')} ORDER BY v.observed_at DESC, v.id LIMIT 1) newest) latest`,
    where.values,
  );
  return rows;
}
