import type { Page, VisitorFlowRow } from '../../model/rows.js';
import type { Database } from '../database.js';
import { COMMON_COLUMNS, type ReportQuery, readReports } from './read-reports.js';

const COLUMNS = `area_code AS "areaCode", area_name AS "areaName", in_park AS "inPark", entered_today AS "enteredToday", capacity,
  daily_capacity AS "dailyCapacity", comfort, source_comfort AS "sourceComfort", weather, parking_places AS "parkingPlaces",
  parking_free AS "parkingFree"`;

/** Visitor flow, newest first. */
export const readVisitorFlow = (db: Database, query: ReportQuery): Promise<Page<VisitorFlowRow>> =>
  readReports<VisitorFlowRow>(db, query, 'visitor_flow', COLUMNS);

/** The newest of each area that has one, whatever feed brought it: one step along the index an area. */
export async function latestVisitorFlow(db: Database, areaCodes: readonly string[]): Promise<VisitorFlowRow[]> {
  const { rows } = await db.read.query<VisitorFlowRow>(
    `SELECT ${COMMON_COLUMNS}, ${COLUMNS} FROM (
       SELECT newest.* FROM unnest($1::text[]) AS asked(code), LATERAL (
         SELECT * FROM visitor_flow v WHERE v.area_code = asked.code ORDER BY v.observed_at DESC, v.id LIMIT 1) newest) latest`,
    [areaCodes],
  );
  return rows;
}
