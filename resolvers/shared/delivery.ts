import type { DeliveryRow, DeliveryState } from '../../model/delivery.js';
import type { Page } from '../../model/rows.js';
import { draftsSeen } from '../../model/warning-sight.js';
import type { PageRequest } from '../../prisma/store/keyset.js';
import { readDeliveries } from '../../prisma/store/read-deliveries.js';
import { type HubContext, refusal } from '../context.js';
import { listInput } from './area-input.js';
import { idInput } from './text-input.js';

export interface DeliveryFilter {
  readonly warnings?: readonly (string | number)[] | null | undefined;
  readonly channels?: readonly string[] | null | undefined;
  readonly states?: readonly DeliveryState[] | null | undefined;
}

/** The ledger of what went out: all of it for the duty officer and the hub's staff, for a department what is of its own warnings. */
export function warningDeliveries(
  args: PageRequest & { filter?: DeliveryFilter | null | undefined },
  context: HubContext,
): Promise<Page<DeliveryRow>> {
  const department = draftsSeen(context.viewer);
  if (department === null) throw refusal(context, 'a role that reads the data of its department');
  const filter = args.filter ?? {};
  return readDeliveries(context.db, {
    first: args.first,
    after: args.after,
    department,
    identifiers: listInput('warnings', filter.warnings)?.map((id) => idInput('warnings', String(id))),
    channels: listInput('channels', filter.channels)?.map((name) => idInput('channels', name)),
    states: listInput('states', filter.states),
  });
}
