import { resign, waitingUnder } from '../prisma/store/exchange-bundles.js';
import { resignReceipt, untoldUnder } from '../prisma/store/exchange-receipts.js';
import type { PeerGround } from './ground.js';
import { signedNow } from './receipts.js';
import { headerOfKey } from './signing.js';

const AT_ONCE = 100;

/**
 * Signs anew, with the key of now, what is not known to have arrived and whose key has come to its end: also for whoever comes and gets it.
 * Returns whether there may be more.
 */
export async function signAnew(ground: PeerGround): Promise<boolean> {
  const { db, now, ownKeys, peer } = ground;
  let more = false;
  for (const key of ownKeys.filter(({ until }) => until !== null && until <= now())) {
    const bundles = await waitingUnder(db.write, peer.name, headerOfKey(key, 'fenghuo-bundle+jws'), AT_ONCE);
    for (const bundle of bundles) await resign(db.write, bundle, await signedNow(ground, bundle, 'fenghuo-bundle+jws'));
    const receipts = await untoldUnder(db.write, peer.name, headerOfKey(key, 'fenghuo-receipt+jws'), AT_ONCE);
    for (const receipt of receipts)
      await resignReceipt(db.write, receipt, await signedNow(ground, receipt, 'fenghuo-receipt+jws'));
    more ||= bundles.length === AT_ONCE || receipts.length === AT_ONCE;
  }
  return more;
}
