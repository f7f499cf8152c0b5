import type { BundleKind } from '../../model/exchange.js';
import type { HoldingRow } from '../../model/exchange-rows.js';
import type { Page } from '../../model/rows.js';
import { readHoldings } from '../../prisma/store/exchange-holdings.js';
import type { PageRequest } from '../../prisma/store/keyset.js';
import type { HubContext } from '../context.js';
import { idInput } from '../shared/text-input.js';
import { requireExchangeReader } from './instruction-call.js';

/** Kinds that are kept as they were told; the others become what they tell of. */
export const HELD_KINDS = ['warningReach', 'observationDigest', 'resourceDigest'] as const satisfies BundleKind[];
export type HeldKind = (typeof HELD_KINDS)[number];

/** What platforms of other tiers have told of, the newest of each thing. */
export function exchangeHoldings(
  args: PageRequest & { peer?: string | null | undefined; kind?: HeldKind | null | undefined },
  context: HubContext,
): Promise<Page<HoldingRow>> {
  requireExchangeReader(context);
  return readHoldings(context.db, {
    first: args.first,
    after: args.after,
    peers: args.peer == null ? undefined : [idInput('peer', args.peer)],
    kinds: args.kind == null ? undefined : [args.kind],
  });
}

/** Its time is over: nothing newer has come where something should have. */
export const isHoldingStale = ({ freshUntil }: HoldingRow, { now }: HubContext): boolean =>
  freshUntil !== null && freshUntil <= now();
