import type { NewEntry } from '../../model/entry.js';
import { messageOf } from '../../model/errors.js';
import type { Bundle, BundleItem } from '../../model/exchange.js';
import { type BundleRow, faultedItems } from '../../prisma/store/exchange-bundles.js';
import { isUnavailable } from '../../prisma/store/failure.js';
import type { Fault, Taking } from '../kinds/kind.js';
import type { Work } from './adopt.js';

/** An item that we had said is carried out, and that cannot be any more. */
export interface Failed {
  readonly seq: number;
  readonly reason: string;
}

/**
 * Carries out once more what this database does not know of: items of bundles whose receipts say that they are. What was said stays said. The same
 * item again changes nothing, so those that were carried out since the restore are not doubled.
 */
export async function carryOutAgain(
  work: Work,
  bundles: readonly BundleRow[],
  entries: NewEntry[],
): Promise<{ readonly done: number; readonly failed: readonly Failed[] }> {
  const failed: Failed[] = [];
  let done = 0;
  for (const bundle of bundles) {
    // A sign of life tells of a moment that is over.
    if (bundle.kind === 'heartbeat') continue;
    const refused = new Set(await faultedItems(work.client, { ...bundle, direction: 'IN' }));
    const { items } = JSON.parse(bundle.body) as Bundle;
    for (const [index, item] of items.entries()) {
      if (refused.has(index)) continue;
      const fault = await carryOut(work, bundle, item, entries);
      if (fault) failed.push({ seq: bundle.seq, reason: `${item.type} ${item.id}: ${fault.code}: ${fault.note}` });
      else done += 1;
    }
  }
  return { done, failed };
}

async function carryOut(
  { at, client, ground: { own, peer } }: Work,
  { bundleId, kind: name, seq }: BundleRow,
  item: BundleItem,
  entries: NewEntry[],
): Promise<Fault | undefined> {
  const kind = peer.kinds.find((each) => each.kind === name);
  if (!kind) return { code: 'KIND_REFUSED', path: '', note: `kind ${name} is no longer taken` };
  const told: NewEntry[] = [];
  const taking: Taking = { client, peer, own, now: at, entries: told, bundle: { bundleId, seq, kind: kind.kind } };
  await client.query('SAVEPOINT item');
  const fault = await attempt(async () => (await kind.check(item, taking)) ?? (await kind.apply(item, taking)));
  if (fault) await client.query('ROLLBACK TO SAVEPOINT item');
  else {
    await client.query('RELEASE SAVEPOINT item');
    entries.push(...told);
  }
  return fault;
}

async function attempt(work: () => Promise<Fault | undefined>): Promise<Fault | undefined> {
  try {
    return await work();
  } catch (error) {
    if (isUnavailable(error)) throw error;
    return { code: 'NOT_CARRIED_OUT', path: '', note: messageOf(error) };
  }
}
