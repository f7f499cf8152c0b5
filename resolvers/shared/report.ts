import type { Page, ReportRow } from '../../model/rows.js';
import type { Reach, ReachOptions } from '../../model/sight.js';
import type { PageRequest } from '../../prisma/store/keyset.js';
import type { ReportQuery } from '../../prisma/store/read-reports.js';
import { seen, seenPage } from '../coarsen.js';
import type { HubContext } from '../context.js';
import { areaInput, divisionInput } from './area-input.js';

export interface ReportFilter {
  readonly divisions?: readonly string[] | null | undefined;
  readonly since?: Date | null | undefined;
  readonly within?: NonNullable<unknown> | null | undefined;
}
export type ReportArgs = PageRequest & { filter?: ReportFilter | null | undefined };

interface PlaceConditions {
  readonly within?: unknown;
  readonly near?: unknown;
  readonly divisionPrefixes?: readonly string[] | undefined;
}

/**
 * What a list may hold for the viewer. A condition of place that is finer than the township would tell the place of what is seen
 * by its township only: such rows are then left out.
 */
export function reachOf(
  place: PlaceConditions,
  context: HubContext,
  { kind, exact = [] }: ReachOptions = {},
): Reach | undefined {
  const fine = place.within || place.near || place.divisionPrefixes?.some((prefix) => prefix.length > 9);
  return context.viewer.sight.reach({ ...(kind ? { kind } : {}), exact: fine ? [...exact, 'position'] : exact });
}

/** The arguments of a list of reports, checked. `exact`: what further conditions would tell. */
export function reportQuery(
  { first, after, filter }: ReportArgs,
  context: HubContext,
  exact: ReachOptions['exact'] = [],
): ReportQuery {
  const place = {
    divisionPrefixes: divisionInput(context.divisions, filter?.divisions),
    within: areaInput(filter?.within),
  };
  return { first, after, ...place, since: filter?.since ?? undefined, reach: reachOf(place, context, { exact }) };
}

/** A page of reports as the viewer may see them. */
export const asSeen = async <R extends ReportRow>(page: Promise<Page<R>>, context: HubContext): Promise<Page<R>> =>
  seenPage(await page, (rows) => seen(context.viewer.sight, rows));
