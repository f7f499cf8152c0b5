import type { BundleItem } from '../../model/exchange.js';
import { type NewHolding, takeVersion } from '../../prisma/store/exchange-holdings.js';
import type { Fault, Taking } from './kind.js';

/** What is kept of an item: its version, and its content where nothing else keeps that. */
export const holdingOf = (
  item: BundleItem,
  { peer, now }: Taking,
  payload: NewHolding['payload'],
  freshUntil: Date | null,
): NewHolding => ({
  peer: peer.name,
  kind: item.type,
  itemId: item.id,
  version: item.version,
  payload,
  department: item.provenance.department,
  changedAt: new Date(item.provenance.changedAt),
  receivedAt: now,
  freshUntil,
});

/** Keeps an item as it was told; one that is not newer than what is kept changes nothing. */
export async function hold(item: BundleItem, taking: Taking, freshUntil: Date | null): Promise<Fault | undefined> {
  await takeVersion(taking.client, holdingOf(item, taking, item.payload, freshUntil));
  return undefined;
}
