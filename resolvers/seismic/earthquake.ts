import type { Page, QuakeReportRow, RevisionRow } from '../../model/rows.js';
import { readEarthquakes } from '../../prisma/store/read-earthquakes.js';
import type { HubContext } from '../context.js';
import { type ReportArgs, reportQuery } from '../shared/report.js';
import { idInput } from '../shared/text-input.js';

export const earthquakes = (
  args: ReportArgs & { minMagnitude?: number | null | undefined },
  context: HubContext,
): Promise<Page<QuakeReportRow>> =>
  readEarthquakes(context.db, { ...reportQuery(args, context), minMagnitude: args.minMagnitude ?? undefined });

export const earthquake = async (id: string, context: HubContext): Promise<QuakeReportRow | null> =>
  (await context.loaders.earthquake.load(idInput('id', id))) ?? null;

export const sources = (quake: QuakeReportRow, context: HubContext): Promise<readonly QuakeReportRow[]> =>
  context.loaders.quakeReports.load(quake.factId);

export const revisions = (report: QuakeReportRow, context: HubContext): Promise<readonly RevisionRow[]> =>
  context.loaders.reportHistory.load(report.id);

/** A column of an earlier revision; null where it was empty. */
export const numberOf = ({ content }: RevisionRow, column: string): number | null => {
  const value = content[column];
  return typeof value === 'number' ? value : null;
};
export const textOf = ({ content }: RevisionRow, column: string): string | null => {
  const value = content[column];
  return typeof value === 'string' ? value : null;
};
export const dateOf = (row: RevisionRow, column: string): Date | null => {
  const text = textOf(row, column);
  return text === null ? null : new Date(text);
};
