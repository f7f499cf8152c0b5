import { randomBytes } from 'node:crypto';
import { appendEntries } from '../../events/log.js';
import { divisionPrefix } from '../../model/division.js';
import { HubError } from '../../model/errors.js';
import type { IncidentState } from '../../model/incident.js';
import {
  deadlineOf,
  nextReport,
  type OrderFault,
  orderFault,
  type ReportDeadlines,
  type ReportProgress,
} from '../../model/incident-report.js';
import type { IncidentReportRow, IncidentRow } from '../../model/incident-rows.js';
import type { Queryable } from '../../prisma/database.js';
import {
  countFiled,
  type IncidentDraft,
  insertIncident,
  insertReport,
  lockIncident,
  lockReportKey,
  updateIncident,
} from '../../prisma/store/write-incident-reports.js';
import { type HubContext, renewLoaders, requireRegistrar } from '../context.js';
import { feedOf } from '../shared/feed.js';
import { type CheckedReport, checkReport, type ReportInput } from './report-input.js';

/** The feed that reports belong to, and the incidents that they begin. */
export const REPORTS_FEED = 'emergency/incident-reports';

export interface ReportFiled {
  readonly outcome: 'filed';
  readonly report: IncidentReportRow;
  readonly incident: IncidentRow;
  /** The same call had come before. */
  readonly repeated: boolean;
}
export interface ReportOutOfOrder {
  readonly outcome: 'out-of-order';
  readonly fault: OrderFault;
  readonly incident: IncidentRow;
}

/**
 * Files 首报, 续报 or 终报: the report, what it changes of its incident and the log entry in one transaction. The same key and
 * content again gives the same report; other content under the key is CONFLICT. A report that does not fit the order is an outcome.
 */
export async function fileIncidentReport(
  input: ReportInput,
  context: HubContext,
): Promise<ReportFiled | ReportOutOfOrder> {
  requireRegistrar(context, REPORTS_FEED);
  const checked = checkReport(input, context);
  const deadlines = context.reportDeadlines();
  if (!deadlines) throw new HubError('NOT_FOUND', `no feed "${REPORTS_FEED}" in this hub's settings`);
  const feed = await feedOf(REPORTS_FEED, context);
  if (feed.disabled) throw new HubError('SOURCE_UNAVAILABLE', `"${REPORTS_FEED}" is switched off`, { feed: feed.id });
  const result = await context.db.transaction((client) => file(client, checked, deadlines, feed.status, context));
  renewLoaders(context);
  return result;
}

type Client = Parameters<Parameters<HubContext['db']['transaction']>[0]>[0];

async function file(
  client: Client,
  checked: CheckedReport,
  deadlines: ReportDeadlines,
  status: string,
  context: HubContext,
): Promise<ReportFiled | ReportOutOfOrder> {
  const earlier = await lockReportKey(client, REPORTS_FEED, checked.key);
  if (earlier) return repeated(client, earlier, checked);
  const seen = checked.incident ? await lockIncident(client, checked.incident) : undefined;
  // What the reporter may not see is to them as if it were not there.
  if (checked.incident && !(seen && context.viewer.sight.ofFeed(seen.feedId)))
    throw new HubError('NOT_FOUND', `no incident "${checked.incident}"`);
  const fault = seen && orderFault(checked.kind, checked.medium, seen, checked.reopenReason !== null);
  if (seen && fault) return { outcome: 'out-of-order', fault, incident: seen };
  if (checked.reopenReason && seen?.lastReportKind !== 'FINAL')
    throw new HubError('BAD_INPUT', 'reopenReason: the incident is not closed', { field: 'reopenReason' });
  const now = context.now();
  const before = seen ?? begun(checked, status, context);
  const draft = after(before, checked, deadlines, context);
  const incident = seen ? await updateIncident(client, draft) : await insertIncident(client, draft, checked.hash);
  const report = reportOf(checked, before, incident, deadlines, now, status);
  await insertReport(client, report);
  await countFiled(client, REPORTS_FEED, now);
  // Last in the transaction: appending holds the log's head until commit.
  await appendEntries(client, [
    { topic: 'incident', key: incident.id, at: now, payload: { incidentId: incident.id, reportId: report.id } },
  ]);
  return { outcome: 'filed', report, incident, repeated: false };
}

async function repeated(
  client: Queryable,
  report: IncidentReportRow,
  { key, hash }: CheckedReport,
): Promise<ReportFiled> {
  if (!report.inputHash.equals(hash))
    throw new HubError('CONFLICT', `idempotencyKey "${key}" was used for another report: take a new one`, {
      report: report.id,
    });
  const incident = await lockIncident(client, report.incidentId);
  return { outcome: 'filed', report, incident: incident as IncidentRow, repeated: true };
}

/** A new incident, as it was before its first report. */
function begun(checked: CheckedReport, status: string, context: HubContext): IncidentDraft {
  const now = context.now();
  const occurredAt = checked.occurredAt ?? now;
  const day = new Date(now.getTime() + 8 * 3_600_000).toISOString().slice(0, 10).replaceAll('-', '');
  const number = `${day}-${randomBytes(4).toString('hex').toUpperCase()}`;
  return {
    id: `${REPORTS_FEED}:${number}`,
    feedId: REPORTS_FEED,
    number,
    title: checked.title ?? '',
    observedAt: occurredAt,
    originalTime: occurredAt.toISOString(),
    zone: 'UTC',
    status,
    state: 'REPORTED',
    level: 'UNKNOWN',
    ...NOTHING,
    receivedAt: now,
    changedAt: now,
  };
}

const NOTHING = {
  ...{ description: null, address: null, classCode: null, sourceState: null, sourceType: null, unitCode: null },
  ...{ dispatchNumber: null, feedbackNumber: null, lon: null, lat: null, originalLon: null, originalLat: null },
  ...{ originalCrs: null, divisionCode: null, knownAt: null, controlledAt: null, reportCount: 0 },
  ...{ lastReportKind: null, lastReportAt: null, writtenReportAt: null },
  ...{ reportDueKind: null, reportDueMedium: null, reportDueAt: null },
} as const;

/** When the unit knew of it: as it says, else when it happened, or when the hub got to know of it from elsewhere. */
const knownOf = (before: IncidentDraft, checked: CheckedReport): Date =>
  before.knownAt ?? checked.knownAt ?? checked.occurredAt ?? before.observedAt;

const progressOf = (row: IncidentDraft, knownAt: Date): ReportProgress => ({ ...row, knownAt });

/** The incident as the report leaves it; what the report does not speak of stays. */
function after(
  before: IncidentDraft,
  checked: CheckedReport,
  deadlines: ReportDeadlines,
  context: HubContext,
): IncidentDraft {
  const now = context.now();
  const own = before.feedId === REPORTS_FEED;
  const reopened = checked.reopenReason !== null;
  const controlledAt = reopened ? null : (checked.responseEndedAt ?? before.controlledAt);
  const next: IncidentDraft = {
    ...before,
    title: checked.title ?? before.title,
    description: own ? checked.text : before.description,
    address: checked.address ?? before.address,
    classCode: checked.classCode ?? before.classCode,
    level: checked.level ?? before.level,
    ...placeOf(before, checked, context),
    // Another source's words are still judged by that source's own times.
    changedAt: own ? now : before.changedAt,
    receivedAt: now,
    knownAt: knownOf(before, checked),
    controlledAt: checked.kind === 'FINAL' ? (controlledAt ?? now) : controlledAt,
    state: stateAfter(before.state, checked, controlledAt),
    reportCount: before.reportCount + 1,
    lastReportKind: checked.kind,
    lastReportAt: now,
    writtenReportAt: before.writtenReportAt ?? (checked.medium === 'WRITTEN' ? now : null),
  };
  const due = nextReport(progressOf(next, knownOf(before, checked)), deadlines);
  return {
    ...next,
    reportDueKind: due?.kind ?? null,
    reportDueMedium: due?.medium ?? null,
    reportDueAt: due?.dueAt ?? null,
  };
}

function stateAfter(before: IncidentState, { kind }: CheckedReport, controlledAt: Date | null): IncidentState {
  if (kind === 'FINAL') return 'CLOSED';
  if (controlledAt !== null) return 'CONTROLLED';
  return kind === 'FOLLOW_UP' ? 'RESPONDING' : before;
}

type Place = Pick<IncidentRow, 'lon' | 'lat' | 'originalLon' | 'originalLat' | 'originalCrs' | 'divisionCode'>;

/** The division is where the point lies; the one that is said counts where there is no point, or where it says more. */
function placeOf(before: IncidentDraft, { point, division }: CheckedReport, context: HubContext): Place {
  const at =
    point ?? (before.lon === null || before.lat === null ? null : { ...before, lon: before.lon, lat: before.lat });
  const lies = at ? context.divisions.at(at.lon, at.lat) : undefined;
  const more = division !== null && (!lies || divisionPrefix(division).startsWith(divisionPrefix(lies)));
  return {
    lon: at?.lon ?? null,
    lat: at?.lat ?? null,
    originalLon: at?.originalLon ?? null,
    originalLat: at?.originalLat ?? null,
    originalCrs: at?.originalCrs ?? null,
    divisionCode: more ? division : point ? (lies ?? null) : (before.divisionCode ?? lies ?? null),
  };
}

function reportOf(
  checked: CheckedReport,
  before: IncidentDraft,
  incident: IncidentRow,
  deadlines: ReportDeadlines,
  now: Date,
  status: string,
): IncidentReportRow {
  const { kind, medium, text, casualties, lossYuan, measures, unit, contactName, contactPhone, reopenReason } = checked;
  return {
    id: `${incident.id}#${incident.reportCount}`,
    incidentId: incident.id,
    feedId: REPORTS_FEED,
    serial: incident.reportCount,
    ...{ kind, medium, text, casualties, lossYuan, measures, unit, contactName, contactPhone, reopenReason },
    level: incident.level,
    state: incident.state,
    filedAt: now,
    dueAt: deadlineOf(kind, medium, progressOf(before, knownOf(before, checked)), deadlines),
    idempotencyKey: checked.key,
    inputHash: checked.hash,
    status,
  };
}
