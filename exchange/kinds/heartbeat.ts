import { z } from 'zod';
import type { BundleItem } from '../../model/exchange.js';
import type { PeerRow } from '../../model/exchange-rows.js';
import { readBundle } from '../../prisma/store/exchange-bundles.js';
import { lockPeer, movePeer } from '../../prisma/store/exchange-peers.js';
import { readReceipt } from '../../prisma/store/exchange-receipts.js';
import { CHAIN_DIFFERS, type ExchangeKind, type Fault, type PeerView, type Taking, type Told } from './kind.js';

const end = z.strictObject({ number: z.int().min(0), hash: z.string().regex(/^[0-9a-f]{64}$/) });
/** The ends of the four chains as the sender has them: its bundles and receipts, and ours as far as they came. */
const ends = { sent: end, taken: end, told: end, heard: end };
/**
 * The sender was put back to an older state and has rejoined: from these ends it goes on, and what it had said before of ends beyond them holds no
 * more. `aside`: the ends of what it had made meanwhile in places that were taken.
 */
const rejoined = z.strictObject({
  at: z.iso.datetime({ precision: 3 }),
  ...ends,
  aside: z.strictObject({ sent: end.nullable(), told: end.nullable() }),
});
export type RejoinedStatement = z.infer<typeof rejoined>;
const payload = z.strictObject({ ...ends, rejoined: rejoined.optional() });

export const endsOf = (row: PeerRow): Omit<z.infer<typeof payload>, 'rejoined'> => ({
  sent: { number: row.sentSeq, hash: row.sentHash },
  taken: { number: row.takenSeq, hash: row.takenHash },
  told: { number: row.toldNumber, hash: row.toldHash },
  heard: { number: row.heardNumber, hash: row.heardHash },
});

/** A sign of life that says, signed, how far the sender has come: what was lost on the way is sent again, and a side that has lost its end knows. */
export const heartbeat: ExchangeKind = {
  kind: 'heartbeat',
  sources: ['heartbeat'],
  acted: 'recorded',

  async collect({ at, payload: told }: Told, { name }: PeerView, client): Promise<BundleItem> {
    // The ends before this bundle itself.
    const row = await lockPeer(client, name);
    return {
      ...{ type: 'heartbeat', id: name, version: at.toISOString(), op: 'upsert', payload: { ...endsOf(row), ...told } },
      provenance: { department: 'EMERGENCY', feed: null, changedAt: at.toISOString() },
    };
  },

  async check(item: BundleItem, { client, peer }: Taking): Promise<Fault | undefined> {
    const found = payload.safeParse(item.payload);
    if (!found.success) {
      const [issue] = found.error.issues;
      return { code: 'BAD_SHAPE', path: `payload.${issue?.path.join('.')}`, note: issue?.message ?? 'is not right' };
    }
    const ours = await lockPeer(client, peer.name);
    const { taken, heard } = found.data;
    if (taken.number > ours.sentSeq)
      return differs('taken', taken.number, `only ${ours.sentSeq} bundles were made here`);
    if (heard.number > ours.toldNumber)
      return differs('heard', heard.number, `only ${ours.toldNumber} receipts were written here`);
    const bundle = taken.number > 0 ? await readBundle(client, peer.name, 'OUT', taken.number) : undefined;
    if (bundle && bundle.hash !== taken.hash)
      return differs('taken', taken.number, 'that bundle has another hash here');
    const receipt = heard.number > 0 ? await readReceipt(client, peer.name, 'OURS', heard.number) : undefined;
    if (receipt && receipt.hash !== heard.hash)
      return differs('heard', heard.number, 'that receipt has another hash here');
    return undefined;
  },

  /**
   * Receipts that were lost on a road without answers go out again; those that the peer says it has, however it got them, need not. Bundles do by
   * themselves, while nothing is heard of them.
   */
  async apply(item: BundleItem, { bundle, client, entries, peer, now }: Taking): Promise<Fault | undefined> {
    const { heard, rejoined } = payload.parse(item.payload);
    if (rejoined) {
      const reason = `${peer.name} was put back to an older state and has rejoined at ${rejoined.at}: it goes on behind bundle ${rejoined.sent.number} and receipt ${rejoined.told.number}`;
      const alarm = { kind: 'REJOINED', direction: 'IN', seq: bundle.seq, peer: peer.name, reason } as const;
      entries.push({ topic: 'exchange', key: peer.name, at: now, payload: alarm });
    }
    const row = await lockPeer(client, peer.name);
    if (heard.number > row.toldUpto) await movePeer(client, peer.name, { toldUpto: heard.number });
    if (heard.number >= row.toldUpto) return undefined;
    const next = await readReceipt(client, peer.name, 'OURS', heard.number + 1);
    const waited = next ? now.getTime() - next.storedAt.getTime() : 0;
    if (waited > RECEIPT_UNDERWAY_MS) await movePeer(client, peer.name, { toldUpto: heard.number });
    return undefined;
  },
};

/** A receipt may be on its way while the heartbeat is. */
const RECEIPT_UNDERWAY_MS = 10 * 60_000;

const differs = (what: string, number: number, why: string): Fault => ({
  code: CHAIN_DIFFERS,
  path: `payload.${what}`,
  note: `${number}: ${why}; one of the two sides has lost or changed what it kept: run "npm run exchange -- verify"`,
});
