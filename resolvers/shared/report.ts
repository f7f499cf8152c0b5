import type { PageRequest } from '../../prisma/store/keyset.js';
import type { ReportQuery } from '../../prisma/store/read-reports.js';
import type { HubContext } from '../context.js';
import { areaInput, divisionInput } from './area-input.js';

export interface ReportFilter {
  readonly divisions?: readonly string[] | null | undefined;
  readonly since?: Date | null | undefined;
  readonly within?: NonNullable<unknown> | null | undefined;
}
export type ReportArgs = PageRequest & { filter?: ReportFilter | null | undefined };

/** The arguments of a list of reports, checked. */
export const reportQuery = ({ first, after, filter }: ReportArgs, context: HubContext): ReportQuery => ({
  first,
  after,
  divisionPrefixes: divisionInput(context.divisions, filter?.divisions),
  since: filter?.since ?? undefined,
  within: areaInput(filter?.within),
});
