import { readBundle } from '../prisma/store/exchange-bundles.js';
import { readPeer } from '../prisma/store/exchange-peers.js';
import type { PeerGround } from './ground.js';
import type { Notices } from './transports/notices.js';

/** Tells a peer that comes and gets its bundles of the newest: it then gets all. The address is the question that the bundle is the answer to. */
export async function announceNewest({ db, own, peer }: PeerGround, notices: Notices): Promise<void> {
  const seq = (await readPeer(db.write, peer.name))?.sentSeq ?? 0;
  const bundle = await readBundle(db.write, peer.name, 'OUT', seq);
  if (!bundle) return;
  const { bundleId, createdAt, kind } = bundle;
  const query = `{exchangeBundles(first:1,after:"${seq - 1}"){edges{node{body signature}}}}`;
  const about = { id: bundleId, seq, kind, createdAt: createdAt.toISOString(), from: own, to: peer.party };
  notices.announce({ ...about, name: `graphql?query=${encodeURIComponent(query)}`, bytes: null });
}
