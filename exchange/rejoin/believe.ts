import { type BundleItem, type Frame, type Party, type Receipt, Refusal } from '../../model/exchange.js';
import { hashOf } from '../canonical.js';
import { readBundle, readFrame, readReceipt, sameParty } from '../envelope.js';
import type { PeerKey } from '../keys.js';
import { type SignedType, verify } from '../signing.js';
import { type Kept, RejoinRefused } from './book.js';

/** Public keys of both sides, those among them whose time is over. */
export interface KnownKeys {
  readonly own: readonly PeerKey[];
  readonly peer: readonly PeerKey[];
}

/** Who signed a record, and whom it was for. */
export interface Way {
  readonly from: Party;
  readonly to: Party;
  readonly keys: readonly PeerKey[];
}

/** A bundle of the file; without items where more than its frame cannot be read. */
export interface Found extends Frame {
  readonly items: readonly BundleItem[];
}

/** The bundle in a record of the file; throws RejoinRefused unless it is whole, in its place, and signed by its sender. */
export async function bundleIn(kept: Kept, way: Way): Promise<Found> {
  const frame = await signedIn(kept, way, 'fenghuo-bundle+jws', readFrame);
  return { ...placed(frame, kept, [frame.seq, frame.prevHash]), items: itemsIn(kept) };
}

/** As when it came: one that cannot be used was set aside whole. */
function itemsIn(kept: Kept): readonly BundleItem[] {
  try {
    return readBundle(kept).items;
  } catch (error) {
    if (error instanceof Refusal) return [];
    throw error;
  }
}

export async function receiptIn(kept: Kept, way: Way): Promise<Receipt> {
  const receipt = await signedIn(kept, way, 'fenghuo-receipt+jws', readReceipt);
  return placed(receipt, kept, [receipt.number, receipt.previous]);
}

async function signedIn<T extends { readonly from: Party; readonly to: Party }>(
  kept: Kept,
  { from, keys, to }: Way,
  typ: SignedType,
  read: (kept: Kept) => T,
): Promise<T> {
  try {
    // Whether a key was over when it signed is judged by tools/verify-exchange.mjs, over the whole file.
    const always = keys.map((key) => ({ ...key, from: null, until: null }));
    await verify(kept, typ, always, new Date(0));
    const found = read(kept);
    if (sameParty(found.from, from) && sameParty(found.to, to)) return found;
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    throw new RejoinRefused(`number ${kept.number} of the file: ${error.code}: ${error.reason}`);
  }
  throw new RejoinRefused(`number ${kept.number} of the file is not between these two platforms`);
}

function placed<T extends { readonly bundleId: string }>(found: T, kept: Kept, place: readonly unknown[]): T {
  const fits = place[0] === kept.number && place[1] === kept.previous && found.bundleId === kept.bundleId;
  if (fits && hashOf(kept.body) === kept.hash) return found;
  throw new RejoinRefused(`number ${kept.number} of the file: what is written beside it is not what it says`);
}
