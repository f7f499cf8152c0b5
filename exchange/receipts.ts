import type pg from 'pg';
import { appendEntries } from '../events/log.js';
import type { ExchangeAlarm } from '../model/entry.js';
import type { Acted, ItemFault, Receipt, ReceiptState } from '../model/exchange.js';
import { lockPeer, movePeer } from '../prisma/store/exchange-peers.js';
import { insertReceipt, type ReceiptRow } from '../prisma/store/exchange-receipts.js';
import { canonicalJson, hashOf } from './canonical.js';
import { momentOf } from './envelope.js';
import type { PeerGround } from './ground.js';
import { type OwnKey, signingKeyAt } from './keys.js';
import { sign } from './signing.js';

/** What a receipt is about. */
export interface About {
  readonly bundleId: string;
  readonly seq: number;
  readonly hash: string;
}

export interface Saying {
  readonly state: ReceiptState;
  readonly faults?: readonly ItemFault[];
  readonly acted?: Acted;
  readonly note?: string;
}

/** The key that signs now; throws where none is valid, so that nothing is sent unsigned or with a key that is over. */
export function currentKey({ ownKeys, now }: PeerGround): OwnKey {
  const key = signingKeyAt(ownKeys, now());
  if (!key) throw new Error('no key of exchange.keys is valid now: add one, and let the peers pin it');
  return key;
}

/** Signs and keeps our next receipt to the peer, in the caller's transaction. */
export async function issueReceipt(
  client: pg.PoolClient,
  ground: PeerGround,
  about: About,
  { state, faults = [], acted, note }: Saying,
): Promise<ReceiptRow> {
  const { own, peer } = ground;
  const row = await lockPeer(client, peer.name);
  const at = ground.now();
  const receipt: Receipt = {
    number: row.toldNumber + 1,
    bundleId: about.bundleId,
    seq: about.seq,
    bundleHash: about.hash,
    state,
    from: own,
    to: peer.party,
    at: momentOf(at),
    faults,
    acted: acted ?? null,
    note: note ?? null,
    previous: row.toldHash,
  };
  const body = canonicalJson(receipt);
  const kept: ReceiptRow = {
    ...{ peer: peer.name, issuer: 'OURS', number: receipt.number, bundleId: about.bundleId, seq: about.seq, state, at },
    ...{ body, signature: await sign(body, 'fenghuo-receipt+jws', currentKey(ground)), hash: hashOf(body) },
    ...{ previous: row.toldHash, storedAt: at },
  };
  await insertReceipt(client, kept);
  await movePeer(client, peer.name, { toldNumber: kept.number, toldHash: kept.hash });
  return kept;
}

/** Tells the log of what somebody has to look at, in the caller's transaction; the last of its statements but for the evidence. */
export async function raiseAlarms(
  client: pg.PoolClient,
  ground: PeerGround,
  alarms: readonly Omit<ExchangeAlarm, 'peer'>[],
): Promise<readonly ExchangeAlarm[]> {
  const raised = alarms.map((alarm) => ({ ...alarm, reason: alarm.reason.slice(0, 1000), peer: ground.peer.name }));
  await appendEntries(
    client,
    raised.map((payload) => ({ topic: 'exchange', key: payload.peer, at: ground.now(), payload })),
  );
  return raised;
}
