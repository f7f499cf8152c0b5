import { type Coarsening, WHOLE } from '../../model/access.js';
import { coarsenReport } from '../../model/coarsen.js';
import { departmentOfFeed } from '../../model/department.js';
import { canonicalDivision } from '../../model/division.js';
import type { IncidentEntry } from '../../model/entry.js';
import { type BundleItem, peerFeed } from '../../model/exchange.js';
import { INCIDENT_LEVELS } from '../../model/incident.js';
import type { IncidentReportRow, IncidentRow } from '../../model/incident-rows.js';
import type { Queryable } from '../../prisma/database.js';
import { readFiledReport } from '../../prisma/store/write-incident-reports.js';
import type { IncidentReportPayload, IncidentReportSettings } from './incident-shape.js';
import { applyReport, checkReport } from './incident-taking.js';
import type { ExchangeKind, PeerView, Told } from './kind.js';
import { digestOf, inSome, placed } from './shapes.js';
import { peerSight } from './sight.js';

/** Reports of incidents 首报, 续报, 终报, with their deadlines. Somebody here marks what came as handled. */
export const incidentReportKind = (settings: IncidentReportSettings): ExchangeKind => ({
  kind: 'incidentReport',
  sources: ['incident'],
  acted: null,
  collect: (told, peer, client) => collect(told, peer, client, settings),
  check: checkReport,
  apply: applyReport,
});

/** A report with its incident, each as the peer may see it. */
interface Seen {
  readonly report: IncidentReportRow;
  readonly incident: IncidentRow;
}

async function collect(
  told: Told,
  peer: PeerView,
  client: Queryable,
  settings: IncidentReportSettings,
): Promise<BundleItem | undefined> {
  const { reportId } = told.payload as unknown as IncidentEntry;
  const filed = settings.send ? await readFiledReport(client, reportId) : undefined;
  if (!filed || filed.report.feedId === peer.feedId || !fits(filed, settings)) return undefined;
  const seen = await seenBy(peer, filed, told.at, client, settings);
  if (!seen) return undefined;
  return {
    type: 'incidentReport',
    id: `${idOf(filed.incident)}#${filed.report.serial}`,
    // A report is never changed once it is filed.
    version: filed.report.filedAt.toISOString(),
    op: 'upsert',
    payload: { ...payloadOf(seen, settings) },
    provenance: {
      department: departmentOfFeed(filed.report.feedId),
      feed: filed.report.feedId,
      changedAt: filed.report.filedAt.toISOString(),
    },
  };
}

const fits = (
  { report, incident }: Seen,
  { minLevel, classes, divisions, statuses }: IncidentReportSettings,
): boolean =>
  (report.level === 'UNKNOWN' || INCIDENT_LEVELS.indexOf(report.level) <= INCIDENT_LEVELS.indexOf(minLevel)) &&
  (!classes || classes.some((beginning) => incident.classCode?.startsWith(beginning))) &&
  inSome(placed(incident.divisionCode), divisions) &&
  statuses.some((each) => each === report.status);

/** Nothing finer than the township, no text of the source's: what is left of an incident that another department tells of and has not granted. */
const OUTLINE: Coarsening = { position: true, value: false, names: true };

async function seenBy(
  peer: PeerView,
  { report, incident }: Seen,
  at: Date,
  client: Queryable,
  { reports }: IncidentReportSettings,
): Promise<Seen | undefined> {
  const sight = await peerSight(client, peer.name, at);
  const duty = (feedId: string): boolean => reports === 'own' && isDuty(feedId);
  const ofReport = duty(report.feedId) ? WHOLE : sight.ofFeed(report.feedId);
  // Figures of a report have no grade to stand for them.
  if (!ofReport || ofReport.value) return undefined;
  const told = incident.feedId === peer.feedId ? WHOLE : sight.ofFeed(incident.feedId);
  const ofIncident = duty(incident.feedId) ? WHOLE : (told ?? (duty(report.feedId) ? OUTLINE : undefined));
  if (!ofIncident) return undefined;
  const number = ofIncident === OUTLINE ? { number: maskOf(incident) } : {};
  return { report: coarsenReport(report, ofReport), incident: { ...coarsenReport(incident, ofIncident), ...number } };
}

/** Another department's number of an incident may say more than was granted; what stands for it stays the same whatever is granted later. */
const idOf = (incident: IncidentRow): string =>
  departmentOfFeed(incident.feedId) === 'EMERGENCY' ? incident.id : `${incident.feedId}:${maskOf(incident)}`;
const maskOf = ({ id }: IncidentRow): string => digestOf(id).toString('hex').slice(0, 16);

/** What the emergency department files itself; what other platforms sent is theirs. */
const isDuty = (feedId: string): boolean =>
  departmentOfFeed(feedId) === 'EMERGENCY' && !feedId.startsWith(peerFeed(''));

function payloadOf({ report, incident }: Seen, { persons }: IncidentReportSettings): IncidentReportPayload {
  const { reportDueKind, reportDueMedium, reportDueAt } = incident;
  return {
    incident: {
      id: idOf(incident),
      number: incident.number,
      title: incident.title,
      classCode: incident.classCode,
      level: incident.level,
      state: incident.state,
      division: incident.divisionCode && (canonicalDivision(incident.divisionCode) ?? null),
      address: incident.address,
      position: incident.lon === null || incident.lat === null ? null : [incident.lon, incident.lat],
      occurredAt: incident.observedAt.toISOString(),
      knownAt: (incident.knownAt ?? incident.observedAt).toISOString(),
      controlledAt: incident.controlledAt?.toISOString() ?? null,
      due:
        reportDueKind && reportDueMedium && reportDueAt
          ? { kind: reportDueKind, medium: reportDueMedium, at: reportDueAt.toISOString() }
          : null,
    },
    report: {
      serial: report.serial,
      kind: report.kind,
      medium: report.medium,
      text: report.text,
      casualties: report.casualties,
      lossYuan: report.lossYuan,
      measures: report.measures,
      unit: report.unit,
      contactName: persons ? report.contactName : null,
      contactPhone: persons ? report.contactPhone : null,
      reopenReason: report.reopenReason,
      level: report.level,
      state: report.state,
      filedAt: report.filedAt.toISOString(),
      dueAt: report.dueAt?.toISOString() ?? null,
      late: report.dueAt !== null && report.filedAt > report.dueAt,
    },
    status: report.status as IncidentReportPayload['status'],
  };
}
