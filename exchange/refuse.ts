import type pg from 'pg';
import { Refusal, type Signed } from '../model/exchange.js';
import { lockPeer } from '../prisma/store/exchange-peers.js';
import { type ReceiptRow, receiptIn } from '../prisma/store/exchange-receipts.js';
import { hashOf } from './canonical.js';
import { type PeerGround, requireEvidence } from './ground.js';
import { type About, freshReceipts, issueReceipt } from './receipts.js';
import { verify } from './signing.js';

/**
 * Our signed word that this very text is refused for what it is: by it its sender may take it back at once, without believing whoever stands
 * between. The same text again gets the same; a second one under the same id gets none.
 */
export async function refuseText(
  client: pg.PoolClient,
  ground: PeerGround,
  about: About,
  { code, reason }: Refusal,
): Promise<readonly ReceiptRow[]> {
  const known = await receiptIn(client, ground.peer.name, 'OURS', about.bundleId, 'REFUSED');
  if (!known) return [await issueReceipt(client, ground, about, { state: 'REFUSED', note: `${code}: ${reason}` })];
  return (JSON.parse(known.body) as { bundleHash: string }).bundleHash === about.hash ? [known] : [];
}

/**
 * A text in which not even the place can be read, but which one of these peers has signed as a bundle: it is told so, for on most roads nothing
 * else would tell it. Returns whose it is and the refusal with the signed word; undefined where nobody has signed it.
 */
export async function refuseUnplaced(
  grounds: readonly PeerGround[],
  signed: Signed,
  refusal: Refusal,
): Promise<{ readonly ground: PeerGround; readonly refusal: Refusal } | undefined> {
  for (const ground of grounds) {
    if (!(await isSignedBy(ground, signed))) continue;
    requireEvidence(ground);
    const hash = hashOf(signed.body);
    const receipts = await ground.db.transaction(async (client) => {
      const { takenSeq } = await lockPeer(client, ground.peer.name);
      return refuseText(client, ground, { bundleId: idOfText(hash), seq: takenSeq + 1, hash }, refusal);
    });
    const { code, expected, reason } = refusal;
    return { ground, refusal: new Refusal(code, reason, expected, await freshReceipts(ground, receipts)) };
  }
  return undefined;
}

/** Its own id cannot be read: one made of its hash, in the form of a UUID of version 8 (RFC 9562). */
const idOfText = (hash: string): string =>
  `${hash.slice(0, 8)}-${hash.slice(8, 12)}-8${hash.slice(13, 16)}-8${hash.slice(17, 20)}-${hash.slice(20, 32)}`;

async function isSignedBy({ now, peer }: PeerGround, signed: Signed): Promise<boolean> {
  try {
    await verify(signed, 'fenghuo-bundle+jws', peer.keys, now());
    return true;
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    return false;
  }
}
