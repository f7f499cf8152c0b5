import { type BundleItem, CLOCK_SKEW_MS } from '../../model/exchange.js';
import type { IncidentReportRow, IncidentRow } from '../../model/incident-rows.js';
import {
  countFiled,
  type IncidentDraft,
  insertIncident,
  insertReport,
  lockIncident,
  lockReportKey,
  updateIncident,
} from '../../prisma/store/write-incident-reports.js';
import { type IncidentReportPayload, incidentReportPayload } from './incident-shape.js';
import type { Fault, Taking } from './kind.js';
import { digestOf, fault, liesIn, shapeFault } from './shapes.js';

/** What is wrong with a report that a peer sends: its shape, its times, or that its incident lies outside the peer's division. */
export async function checkReport(item: BundleItem, { now, peer }: Taking): Promise<Fault | undefined> {
  const misshapen = shapeFault(incidentReportPayload, item);
  if (misshapen) return misshapen;
  const { incident, report } = incidentReportPayload.parse(item.payload);
  if (item.op !== 'upsert') return fault('OP_DIFFERS', 'op', 'a report is never taken back: file another');
  if (item.id !== `${incident.id}#${report.serial}`)
    return fault(
      'ID_DIFFERS',
      'id',
      `it must be the incident's id, "#" and the serial: ${incident.id}#${report.serial}`,
    );
  if (Date.parse(report.filedAt) > now.getTime() + CLOCK_SKEW_MS)
    return fault('FILED_IN_FUTURE', 'payload.report.filedAt', `it lies ahead of ${now.toISOString()}`);
  const late = report.dueAt !== null && Date.parse(report.filedAt) > Date.parse(report.dueAt);
  if (late !== report.late)
    return fault('LATE_DIFFERS', 'payload.report.late', `filed ${report.filedAt}, due ${report.dueAt}`);
  const { division } = incident;
  if (division !== null && !liesIn(division, peer.party.division))
    return fault('DIVISION_OUTSIDE', 'payload.incident.division', `${division} is not within ${peer.party.division}`);
  return undefined;
}

/** Keeps the incident and the report under the peer's feed, with the sender's serials; the log tells of it as of any report. */
export async function applyReport(item: BundleItem, taking: Taking): Promise<Fault | undefined> {
  const { client, peer, now, entries } = taking;
  const payload = incidentReportPayload.parse(item.payload);
  // A report is never changed once it is filed.
  if (await lockReportKey(client, peer.feedId, item.id)) return undefined;
  const id = `${peer.feedId}:${payload.incident.id}`;
  const hash = digestOf(payload);
  const before = await lockIncident(client, id);
  const draft = draftOf(payload, peer.feedId, now);
  if (!before) await insertIncident(client, draft, hash);
  // One that was held up on its way changes nothing of what later ones said.
  else if (before.reportCount < payload.report.serial) await updateIncident(client, later(before, draft));
  const report = reportOf(payload, id, peer.feedId, item.id, hash);
  await insertReport(client, report);
  await countFiled(client, peer.feedId, now);
  entries.push({ topic: 'incident', key: id, at: now, payload: { incidentId: id, reportId: report.id } });
  return undefined;
}

const date = (value: string | null): Date | null => (value === null ? null : new Date(value));

function draftOf({ incident, report, status }: IncidentReportPayload, feedId: string, now: Date): IncidentDraft {
  const [lon = null, lat = null] = incident.position ?? [];
  return {
    id: `${feedId}:${incident.id}`,
    feedId,
    number: incident.number,
    title: incident.title,
    description: report.text,
    address: incident.address,
    classCode: incident.classCode,
    level: report.level,
    state: report.state,
    ...{ sourceState: null, sourceType: null, unitCode: null, dispatchNumber: null, feedbackNumber: null },
    ...{ lon, lat, originalLon: lon, originalLat: lat, originalCrs: lon === null ? null : 'WGS84' },
    divisionCode: incident.division,
    observedAt: new Date(incident.occurredAt),
    originalTime: incident.occurredAt,
    zone: 'UTC',
    receivedAt: now,
    changedAt: new Date(report.filedAt),
    knownAt: new Date(incident.knownAt),
    controlledAt: date(incident.controlledAt),
    reportCount: report.serial,
    lastReportKind: report.kind,
    lastReportAt: new Date(report.filedAt),
    writtenReportAt: report.medium === 'WRITTEN' ? new Date(report.filedAt) : null,
    reportDueKind: incident.due?.kind ?? null,
    reportDueMedium: incident.due?.medium ?? null,
    reportDueAt: date(incident.due?.at ?? null),
    status,
  };
}

const later = (before: IncidentRow, draft: IncidentDraft): IncidentDraft => ({
  ...draft,
  writtenReportAt: before.writtenReportAt ?? draft.writtenReportAt,
});

function reportOf(
  { report, status }: IncidentReportPayload,
  incidentId: string,
  feedId: string,
  itemId: string,
  inputHash: Buffer,
): IncidentReportRow {
  const { late: _late, filedAt, dueAt, ...said } = report;
  return {
    ...said,
    id: `${incidentId}#${report.serial}`,
    incidentId,
    feedId,
    filedAt: new Date(filedAt),
    dueAt: date(dueAt),
    idempotencyKey: itemId,
    inputHash,
    status,
  };
}
