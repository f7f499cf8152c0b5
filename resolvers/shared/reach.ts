import { divisionPrefix } from '../../model/division.js';
import type { WarningSnapshot } from '../../model/entry.js';
import type { Reach, ReachCounts, TownshipReach } from '../../model/reach.js';
import type { DivisionRow } from '../../model/rows.js';
import { draftsSeen } from '../../model/warning-sight.js';
import type { HubContext } from '../context.js';

/** Those who may know whom a warning reached: its own department, the duty officer and the hub's staff. */
export function seesReach(warning: Pick<WarningSnapshot, 'departmentCode'>, { viewer }: HubContext): boolean {
  const department = draftsSeen(viewer);
  return department === undefined || department === warning.departmentCode;
}

/** A reach with the warning that it is of. */
export type ReachNode = Reach & { readonly warning: WarningSnapshot };

export async function reachOfWarning(warning: WarningSnapshot, context: HubContext): Promise<ReachNode | null> {
  if (!seesReach(warning, context)) return null;
  const reach = await context.loaders.reach.load(warning.identifier);
  return reach ? { ...reach, warning } : null;
}

const NOBODY: ReachCounts = { targeted: 0, delivered: 0, acknowledged: 0, reached: 0 };

/** Every township that the warning's divisions hold, also those without a single recipient, by code. */
export function townships({ warning, places }: ReachNode, context: HubContext): TownshipReach[] {
  const codes = new Set(warning.divisionCodes.flatMap((code) => townshipsIn(code, context)));
  for (const place of places.keys()) if (place.length === 9) codes.add(place);
  return [...codes].sort().map((code) => ({ code, ...(places.get(code) ?? NOBODY) }));
}

export const divisionOf = ({ code }: TownshipReach, context: HubContext): DivisionRow | null =>
  context.divisions.get(code) ?? null;

/** The townships beneath a division; of a township or a village the township itself. */
function townshipsIn(code: string, context: HubContext): string[] {
  const division = context.divisions.get(code);
  const today = division?.code ?? code;
  if (divisionPrefix(today).length >= 9) return [today.slice(0, 9)];
  return context.divisions.children(today).flatMap((child) => townshipsIn(child.code, context));
}
