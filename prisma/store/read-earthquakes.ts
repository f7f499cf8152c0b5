import type { Page, QuakeReportRow, RevisionRow } from '../../model/rows.js';
import type { Reach } from '../../model/sight.js';
import type { Database } from '../database.js';
import { factKeys } from './facts.js';
import { Where } from './keyset.js';
import { headsInReach } from './reach.js';
import { COMMON_COLUMNS, type ReportQuery, readReports } from './read-reports.js';

const COLUMNS = `fact_id AS "factId", catalogue, depth_km AS "depthKm", magnitude, magnitude_type AS "magnitudeType", place, review,
  event_type AS "eventType", withdrawn, source_updated_at AS "updatedAt"`;
const REPORTS = `(SELECT e.*, r.fact_id AS fact_key, r.fact_id::text, r.precedence, r.version FROM earthquake_report e JOIN fact_report r ON r.report_id = e.id) q`;
const HEADS = `(SELECT e.*, f.id AS fact_key, f.id::text AS fact_id FROM fact f JOIN earthquake_report e ON e.id = f.head_id WHERE f.kind = 'earthquake') q`;

const heads = (where: Where, reach: Reach | undefined): string =>
  reach ? headsInReach(where, reach, 'earthquake', 'earthquake_report') : HEADS;

export interface QuakeQuery extends ReportQuery {
  readonly minMagnitude?: number | undefined;
}

/** The report that each earthquake goes by, newest origin time first; withdrawn earthquakes are left out. */
export const readEarthquakes = (db: Database, query: QuakeQuery): Promise<Page<QuakeReportRow>> =>
  readReports<QuakeReportRow>(
    db,
    query,
    (where) => heads(where, query.reach),
    COLUMNS,
    (where) => {
      where.and('NOT withdrawn');
      if (query.minMagnitude !== undefined) where.and('magnitude >= ?', query.minMagnitude);
    },
  );

/** The report that each of these earthquakes goes by within reach, withdrawn or not. */
export async function earthquakesById(
  db: Database,
  ids: readonly string[],
  reach: Reach | undefined,
): Promise<QuakeReportRow[]> {
  const where = new Where().and('fact_key = ANY(?::bigint[])', factKeys(ids));
  const { rows } = await db.read.query<QuakeReportRow>(
    `SELECT ${COMMON_COLUMNS}, ${COLUMNS} FROM ${heads(where, reach)} ${where.sql}`,
    where.values,
  );
  return rows;
}

/** All reports of these earthquakes, each earthquake's in their order of precedence. */
export async function quakeReportsOf(db: Database, factIds: readonly string[]): Promise<QuakeReportRow[]> {
  const { rows } = await db.read.query<QuakeReportRow>(
    `SELECT ${COMMON_COLUMNS}, ${COLUMNS} FROM ${REPORTS} WHERE fact_key = ANY($1::bigint[]) ORDER BY fact_id, precedence, version DESC, id`,
    [factIds],
  );
  return rows;
}

/** At most so many earlier revisions of a report are listed. */
export const MAX_REPORT_REVISIONS = 100;

/** What these reports said before they were corrected, newest first. */
export async function reportHistory(db: Database, reportIds: readonly string[]): Promise<RevisionRow[]> {
  const { rows } = await db.read.query<RevisionRow>(
    `SELECT h.report_id AS "reportId", h.revision, h.received_at AS "receivedAt", h.content FROM unnest($1::text[]) AS w(id)
     CROSS JOIN LATERAL (SELECT * FROM report_history r WHERE r.report_id = w.id ORDER BY r.revision DESC LIMIT $2) h`,
    [reportIds, MAX_REPORT_REVISIONS],
  );
  return rows;
}
