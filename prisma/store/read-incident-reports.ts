import type { IncidentReportRow } from '../../model/incident-rows.js';
import type { Database } from '../database.js';
import { REPORT_FIELDS } from './write-incident-reports.js';

/** The last hundred reports of each incident, newest first. */
export async function reportsOfIncidents(db: Database, ids: readonly string[]): Promise<IncidentReportRow[]> {
  const { rows } = await db.read.query<IncidentReportRow>(
    `SELECT r.* FROM unnest($1::text[]) AS wanted(id), LATERAL (
       SELECT ${REPORT_FIELDS} FROM incident_report WHERE incident_id = wanted.id ORDER BY serial DESC LIMIT 100) r`,
    [ids],
  );
  return rows;
}

export async function reportsById(db: Database, ids: readonly string[]): Promise<IncidentReportRow[]> {
  const { rows } = await db.read.query<IncidentReportRow>(
    `SELECT ${REPORT_FIELDS} FROM incident_report WHERE id = ANY($1)`,
    [ids],
  );
  return rows;
}
