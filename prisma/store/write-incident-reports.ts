import type { IncidentReportRow, IncidentRow } from '../../model/incident-rows.js';
import type { Queryable } from '../database.js';
import { INCIDENT_COLUMNS } from './read-incidents.js';
import { toJson } from './upsert.js';
import { KEPT_COLUMNS } from './write-incidents.js';
import { countDay } from './write-quality.js';

/** The select list of an IncidentReportRow. */
export const REPORT_FIELDS = `id, incident_id AS "incidentId", feed_id AS "feedId", serial, kind, medium, text, casualties,
  loss_yuan AS "lossYuan", measures, unit, contact_name AS "contactName", contact_phone AS "contactPhone", level, state,
  reopen_reason AS "reopenReason", filed_at AS "filedAt", due_at AS "dueAt", idempotency_key AS "idempotencyKey",
  input_hash AS "inputHash", status`;

/** Holds up whoever files under the same key, until the transaction ends; the report that was filed under it, if one was. */
export async function lockReportKey(
  client: Queryable,
  feedId: string,
  key: string,
): Promise<IncidentReportRow | undefined> {
  await client.query('SELECT pg_advisory_xact_lock(hashtextextended($1, 0))', [`${feedId} ${key}`]);
  const { rows } = await client.query<IncidentReportRow>(
    `SELECT ${REPORT_FIELDS} FROM incident_report WHERE feed_id = $1 AND idempotency_key = $2`,
    [feedId, key],
  );
  return rows[0];
}

/** A report with its incident, as the caller's transaction sees them; undefined for an unknown id. */
export async function readFiledReport(
  client: Queryable,
  id: string,
): Promise<{ readonly report: IncidentReportRow; readonly incident: IncidentRow } | undefined> {
  const reports = await client.query<IncidentReportRow>(`SELECT ${REPORT_FIELDS} FROM incident_report WHERE id = $1`, [
    id,
  ]);
  const [report] = reports.rows;
  if (!report) return undefined;
  const { rows } = await client.query<IncidentRow>(`SELECT ${INCIDENT_COLUMNS} FROM incident WHERE id = $1`, [
    report.incidentId,
  ]);
  return { report, incident: rows[0] as IncidentRow };
}

/** Locks an incident until the transaction ends; undefined for an unknown id. */
export async function lockIncident(client: Queryable, id: string): Promise<IncidentRow | undefined> {
  const { rows } = await client.query<IncidentRow>(
    `SELECT ${INCIDENT_COLUMNS} FROM incident WHERE id = $1 FOR UPDATE`,
    [id],
  );
  return rows[0];
}

/** An incident as a report leaves it. */
export type IncidentDraft = Omit<IncidentRow, 'revision'>;

const snake = (name: string): string => name.replaceAll(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
const recordOf = (row: object): string =>
  JSON.stringify(Object.fromEntries(Object.entries(row).map(([name, value]) => [snake(name), toJson(value)])));

const CHANGED = [
  ...['title', 'description', 'address', 'class_code', 'level', 'state', 'lon', 'lat', 'original_lon', 'original_lat'],
  ...['original_crs', 'division_code', 'changed_at', 'received_at', 'known_at', 'controlled_at', 'report_count'],
  ...['last_report_kind', 'last_report_at', 'written_report_at', 'report_due_kind', 'report_due_medium'],
  'report_due_at',
];
const MADE = [...CHANGED, 'id', 'feed_id', 'number', 'observed_at', 'original_time', 'zone', 'raw_hash', 'status'];
const WITH_REVISION = (write: string): string => `WITH written AS (${write}),
  kept AS (INSERT INTO incident_revision (incident_id, ${KEPT_COLUMNS}) SELECT id, ${KEPT_COLUMNS} FROM written)
  SELECT ${INCIDENT_COLUMNS} FROM written`;

/** A new incident, revision 0. */
export async function insertIncident(client: Queryable, draft: IncidentDraft, hash: Buffer): Promise<IncidentRow> {
  const { rows } = await client.query<IncidentRow>(
    WITH_REVISION(`INSERT INTO incident (${MADE.join(', ')})
      SELECT ${MADE.join(', ')} FROM jsonb_populate_record(NULL::incident, $1) RETURNING *`),
    [recordOf({ ...draft, rawHash: hash })],
  );
  return rows[0] as IncidentRow;
}

/** The next revision of an incident that the caller has locked. */
export async function updateIncident(client: Queryable, draft: IncidentDraft): Promise<IncidentRow> {
  const { rows } = await client.query<IncidentRow>(
    WITH_REVISION(`UPDATE incident t SET ${CHANGED.map((name) => `${name} = d.${name}`).join(', ')}, revision = t.revision + 1
      FROM jsonb_populate_record(NULL::incident, $1) d WHERE t.id = d.id RETURNING t.*`),
    [recordOf(draft)],
  );
  return rows[0] as IncidentRow;
}

export async function insertReport(client: Queryable, row: IncidentReportRow): Promise<void> {
  const columns = Object.keys(row).map(snake).join(', ');
  await client.query(
    `INSERT INTO incident_report (${columns}) SELECT ${columns} FROM jsonb_populate_record(NULL::incident_report, $1)`,
    [recordOf(row)],
  );
}

/** Counts one report that came through the hub's own API, as `writeBatch` counts what a source brought. */
export async function countFiled(client: Queryable, feedId: string, at: Date): Promise<void> {
  await client.query(
    `UPDATE feed SET last_received_at = greatest(last_received_at, $2), last_observed_at = greatest(last_observed_at, $2),
       received_count = received_count + 1 WHERE id = $1`,
    [feedId, at],
  );
  await countDay(client, feedId, { at, stored: 1, replaced: 0, moments: [at], rejected: [], repaired: [] });
}
