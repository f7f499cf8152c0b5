import type { AlarmRow, HotspotRow, Page } from '../../model/rows.js';
import type { PageRequest } from '../../prisma/store/keyset.js';
import { type FireQuery, readAlarms, readHotspots } from '../../prisma/store/read-fires.js';
import type { HubContext } from '../context.js';
import { areaInput, divisionInput } from '../shared/area-input.js';

export interface FireFilter {
  readonly divisions?: readonly string[] | null | undefined;
  readonly since?: Date | null | undefined;
  readonly within?: unknown;
}
type FireArgs = PageRequest & { filter?: FireFilter | null | undefined };

export const fireHotspots = (args: FireArgs, context: HubContext): Promise<Page<HotspotRow>> =>
  readHotspots(context.db, toQuery(args, context));

export const fireAlarms = (args: FireArgs, context: HubContext): Promise<Page<AlarmRow>> =>
  readAlarms(context.db, toQuery(args, context));

const toQuery = ({ first, after, filter }: FireArgs, context: HubContext): FireQuery => ({
  first,
  after,
  divisionPrefixes: divisionInput(context.divisions, filter?.divisions),
  since: filter?.since ?? undefined,
  within: areaInput(filter?.within),
});
