import type { IncidentLevel, IncidentState } from '../../model/incident.js';
import type { IncidentRevisionRow, IncidentRow } from '../../model/incident-rows.js';
import type { Page } from '../../model/rows.js';
import type { Database } from '../database.js';
import { COMMON_COLUMNS, type ReportQuery, readReports } from './read-reports.js';

export interface IncidentQuery extends ReportQuery {
  /** Beginnings of class codes. */
  readonly classPrefixes?: readonly string[] | undefined;
  readonly states?: readonly IncidentState[] | undefined;
  readonly levels?: readonly IncidentLevel[] | undefined;
  /** Slugs of departments. */
  readonly departments?: readonly string[] | undefined;
  /** True: a report was due before `now`; false: none was. */
  readonly overdue?: boolean | undefined;
  readonly now: Date;
}

const COLUMNS = `number, title, description, address, class_code AS "classCode", level, state, source_state AS "sourceState",
  source_type AS "sourceType", unit_code AS "unitCode", dispatch_number AS "dispatchNumber",
  feedback_number AS "feedbackNumber", changed_at AS "changedAt", original_lon AS "originalLon", original_lat AS "originalLat",
  original_crs AS "originalCrs", known_at AS "knownAt", controlled_at AS "controlledAt", report_count AS "reportCount",
  last_report_kind AS "lastReportKind", last_report_at AS "lastReportAt", written_report_at AS "writtenReportAt",
  report_due_kind AS "reportDueKind", report_due_medium AS "reportDueMedium", report_due_at AS "reportDueAt"`;
/** The select list of an IncidentRow. */
export const INCIDENT_COLUMNS = `${COMMON_COLUMNS}, ${COLUMNS}`;

/** Incidents, those that happened last first. */
export const readIncidents = (db: Database, query: IncidentQuery): Promise<Page<IncidentRow>> =>
  readReports<IncidentRow>(db, query, 'incident', COLUMNS, (where) => {
    const beginning = (column: string, starts: readonly string[] | undefined): void => {
      if (starts)
        where.and(
          `${column} LIKE ANY(?)`,
          starts.map((start) => `${start}%`),
        );
    };
    beginning('class_code', query.classPrefixes);
    beginning(
      'feed_id',
      query.departments?.map((slug) => `${slug}/`),
    );
    if (query.states) where.and('state = ANY(?)', query.states);
    if (query.levels) where.and('level = ANY(?)', query.levels);
    if (query.overdue !== undefined) where.and('coalesce(report_due_at < ?, false) = ?', query.now, query.overdue);
  });

export async function incidentsById(db: Database, ids: readonly string[]): Promise<IncidentRow[]> {
  const { rows } = await db.read.query<IncidentRow>(`SELECT ${INCIDENT_COLUMNS} FROM incident WHERE id = ANY($1)`, [
    ids,
  ]);
  return rows;
}

/** The last hundred revisions of each, newest first. */
export async function revisionsOfIncidents(db: Database, ids: readonly string[]): Promise<IncidentRevisionRow[]> {
  const { rows } = await db.read.query<IncidentRevisionRow>(
    `SELECT r.* FROM unnest($1::text[]) AS wanted(id), LATERAL (
       SELECT incident_id AS "incidentId", revision, title, description, address, class_code AS "classCode", level, state,
         source_state AS "sourceState", lon, lat, changed_at AS "changedAt", received_at AS "receivedAt"
       FROM incident_revision WHERE incident_id = wanted.id ORDER BY revision DESC LIMIT 100) r`,
    [ids],
  );
  return rows;
}
