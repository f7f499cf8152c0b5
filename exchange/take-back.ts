import type pg from 'pg';
import type { ExchangeAlarm } from '../model/entry.js';
import { type BundleRow, moveBundle, readBundle } from '../prisma/store/exchange-bundles.js';
import { lockPeer } from '../prisma/store/exchange-peers.js';
import type { PeerGround } from './ground.js';
import { issueReceipt } from './receipts.js';

/**
 * Sets a bundle of ours aside that its receiver never takes, and tells the peer by a signed statement that it will not come, so that what
 * follows can; in the caller's transaction. Returns the alarm; undefined where it is no longer under way.
 */
export async function takeBack(
  client: pg.PoolClient,
  ground: PeerGround,
  bundle: BundleRow,
  reason: string,
): Promise<Omit<ExchangeAlarm, 'peer'> | undefined> {
  await lockPeer(client, bundle.peer);
  if ((await readBundle(client, bundle.peer, 'OUT', bundle.seq))?.state !== 'SEALED') return undefined;
  await moveBundle(client, bundle, 'SET_ASIDE', ground.now());
  await issueReceipt(client, ground, bundle, { state: 'WITHDRAWN', note: reason });
  return { kind: 'SET_ASIDE', direction: 'OUT', seq: bundle.seq, reason };
}
