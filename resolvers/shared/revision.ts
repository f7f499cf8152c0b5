import type { ReportRow, RevisionRow } from '../../model/rows.js';
import type { HubContext } from '../context.js';

/** What a report said before it was corrected, newest first. */
export const revisions = ({ id }: Pick<ReportRow, 'id'>, context: HubContext): Promise<readonly RevisionRow[]> =>
  context.loaders.reportHistory.load(id);

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
