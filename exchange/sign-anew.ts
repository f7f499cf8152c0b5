import { resign, waitingUnderNone } from '../prisma/store/exchange-bundles.js';
import { resignReceipt, untoldUnderNone } from '../prisma/store/exchange-receipts.js';
import type { PeerGround } from './ground.js';
import { isValid } from './keys.js';
import { signedNow } from './receipts.js';
import { headerOfKey, type SignedType } from './signing.js';

const AT_ONCE = 100;

/**
 * Signs anew, with the key of now, what is not known to have arrived and whose key has come to its end or is no longer in the settings: also for
 * whoever comes and gets it. Returns whether there may be more.
 */
export async function signAnew(ground: PeerGround): Promise<boolean> {
  const { db, now, ownKeys, peer } = ground;
  const valid = ownKeys.filter((key) => isValid(key, now()));
  const beginnings = (typ: SignedType): string[] => valid.map((key) => `${headerOfKey(key, typ)}.`);
  const bundles = await waitingUnderNone(db.write, peer.name, beginnings('fenghuo-bundle+jws'), AT_ONCE);
  for (const bundle of bundles) await resign(db.write, bundle, await signedNow(ground, bundle, 'fenghuo-bundle+jws'));
  const receipts = await untoldUnderNone(db.write, peer.name, beginnings('fenghuo-receipt+jws'), AT_ONCE);
  for (const receipt of receipts)
    await resignReceipt(db.write, receipt, await signedNow(ground, receipt, 'fenghuo-receipt+jws'));
  return bundles.length === AT_ONCE || receipts.length === AT_ONCE;
}
