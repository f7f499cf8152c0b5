import type { IncidentLevel } from './incident.js';

/** 首报, 续报, 终报. */
export const REPORT_KINDS = ['FIRST', 'FOLLOW_UP', 'FINAL'] as const;
export type ReportKind = (typeof REPORT_KINDS)[number];
/** A first report may come by telephone before it is written. */
export const REPORT_MEDIA = ['PHONE', 'WRITTEN'] as const;
export type ReportMedium = (typeof REPORT_MEDIA)[number];

/** Why a report cannot come at this moment in an incident's life. */
export const ORDER_FAULTS = ['FIRST_ALREADY_FILED', 'NO_FIRST', 'ALREADY_CLOSED'] as const;
export type OrderFault = (typeof ORDER_FAULTS)[number];

/** How soon reports are due. */
export interface ReportDeadlines {
  /** After the incident is known. */
  readonly firstPhoneMinutes: number;
  readonly firstWrittenMinutes: number;
  /** After the last report, while the response goes on. */
  readonly followUpHours: Readonly<Record<IncidentLevel, number>>;
  /** After the response has ended. */
  readonly finalHours: number;
}

/** 30 minutes by telephone and an hour in writing are the usual rule; the later intervals are for the city's own plan to say. */
export const DEFAULT_DEADLINES: ReportDeadlines = {
  firstPhoneMinutes: 30,
  firstWrittenMinutes: 60,
  followUpHours: { I: 2, II: 4, III: 12, IV: 24, UNKNOWN: 24 },
  finalHours: 72,
};

/** What an incident's reports have come to. */
export interface ReportProgress {
  readonly level: IncidentLevel;
  /** When the reporting unit knew of it. */
  readonly knownAt: Date;
  readonly reportCount: number;
  readonly lastReportKind: ReportKind | null;
  readonly lastReportAt: Date | null;
  /** The first report that was not by telephone. */
  readonly writtenReportAt: Date | null;
  /** When the response ended. */
  readonly controlledAt: Date | null;
}

export interface ReportDue {
  readonly kind: ReportKind;
  readonly medium: ReportMedium;
  readonly dueAt: Date;
}

const after = (from: Date, minutes: number): Date => new Date(from.getTime() + minutes * 60_000);

/** The report that is due next; null once the final one is there. */
export function nextReport(progress: ReportProgress, deadlines: ReportDeadlines): ReportDue | null {
  const { knownAt, lastReportAt, lastReportKind, writtenReportAt, controlledAt, level } = progress;
  if (lastReportKind === 'FINAL') return null;
  if (lastReportAt === null)
    return { kind: 'FIRST', medium: 'PHONE', dueAt: after(knownAt, deadlines.firstPhoneMinutes) };
  if (writtenReportAt === null)
    return { kind: 'FIRST', medium: 'WRITTEN', dueAt: after(knownAt, deadlines.firstWrittenMinutes) };
  if (controlledAt !== null)
    return { kind: 'FINAL', medium: 'WRITTEN', dueAt: after(controlledAt, deadlines.finalHours * 60) };
  return { kind: 'FOLLOW_UP', medium: 'WRITTEN', dueAt: after(lastReportAt, deadlines.followUpHours[level] * 60) };
}

/** By when this report should have come: a first one written at once has the written one's time. */
export function deadlineOf(
  kind: ReportKind,
  medium: ReportMedium,
  progress: ReportProgress,
  deadlines: ReportDeadlines,
): Date | null {
  if (kind === 'FIRST')
    return after(progress.knownAt, medium === 'PHONE' ? deadlines.firstPhoneMinutes : deadlines.firstWrittenMinutes);
  return nextReport(progress, deadlines)?.dueAt ?? null;
}

/**
 * What is wrong with the order, if anything. One first report, but in writing once more after one by telephone; follow-ups and the
 * final one after it; nothing after the final one, unless the incident is opened again.
 */
export function orderFault(
  kind: ReportKind,
  medium: ReportMedium,
  {
    reportCount,
    lastReportKind,
    writtenReportAt,
  }: Pick<ReportProgress, 'reportCount' | 'lastReportKind' | 'writtenReportAt'>,
  reopens: boolean,
): OrderFault | undefined {
  if (kind === 'FIRST') {
    const afterPhone = medium === 'WRITTEN' && lastReportKind === 'FIRST' && writtenReportAt === null;
    return reportCount === 0 || afterPhone ? undefined : 'FIRST_ALREADY_FILED';
  }
  if (reportCount === 0) return 'NO_FIRST';
  if (lastReportKind === 'FINAL' && !(kind === 'FOLLOW_UP' && reopens)) return 'ALREADY_CLOSED';
  return undefined;
}

/** People of an incident, as one report counts them; null where it does not say. */
export const CASUALTY_FIELDS = ['dead', 'missing', 'injured', 'trapped', 'evacuated', 'affected'] as const;
export type CasualtyField = (typeof CASUALTY_FIELDS)[number];
export type Casualties = Readonly<Record<CasualtyField, number | null>>;
