import { expand } from '../../events/live-iterator.js';
import type { ReportDue } from '../../model/incident-report.js';
import type { IncidentReportRow, IncidentRow } from '../../model/incident-rows.js';
import { type HubContext, maySeePersonal, renewLoaders } from '../context.js';
import { idInput } from '../shared/text-input.js';

/** Newest first; at most 100. */
export const reports = (row: IncidentRow, context: HubContext): Promise<readonly IncidentReportRow[]> =>
  context.loaders.reportsOfIncident.load(row.id);

export const incidentReport = async (id: string, context: HubContext): Promise<IncidentReportRow | null> =>
  (await context.loaders.incidentReport.load(idInput('id', id))) ?? null;

/** The incident of a report; null where the viewer may not see it. */
export const incidentOf = async (row: IncidentReportRow, context: HubContext): Promise<IncidentRow | null> =>
  (await context.loaders.incident.load(row.incidentId)) ?? null;

/** What is due next, and whether it is late by now; null where nobody reports the incident, or all is reported. */
export function reportDue(row: IncidentRow, context: HubContext): (ReportDue & { overdue: boolean }) | null {
  const { reportDueKind: kind, reportDueMedium: medium, reportDueAt: dueAt } = row;
  if (!kind || !medium || !dueAt) return null;
  return { kind, medium, dueAt, overdue: dueAt < context.now() };
}

export const isLate = ({ filedAt, dueAt }: IncidentReportRow): boolean => dueAt !== null && filedAt > dueAt;

/** Who may be asked back; null for callers who may not see persons. */
export const contact = (row: IncidentReportRow, field: 'contactName' | 'contactPhone', context: HubContext) =>
  maySeePersonal(context) ? row[field] : null;

export interface ReportTold {
  readonly cursor: string;
  readonly at: Date;
  readonly report: IncidentReportRow;
}

/** Reports as they are filed; with a cursor first all that were missed, in order. */
export async function incidentReported(
  args: { after?: string | null | undefined },
  context: HubContext,
): Promise<AsyncIterableIterator<ReportTold>> {
  const source = await context.hub.subscribe(['incident'], { after: args.after, onSlow: () => context.onSlow() });
  return expand(source, async ({ cursor, entry }) => {
    renewLoaders(context);
    const report = await context.loaders.incidentReport.load(entry.payload.reportId);
    return report ? [{ cursor, at: entry.at, report }] : [];
  });
}
