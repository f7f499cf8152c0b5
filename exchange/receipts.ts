import type pg from 'pg';
import { appendEntries } from '../events/log.js';
import type { ExchangeAlarm } from '../model/entry.js';
import type { Acted, ItemFault, Receipt, ReceiptState, Signed } from '../model/exchange.js';
import { lockPeer, movePeer } from '../prisma/store/exchange-peers.js';
import { insertReceipt, type ReceiptRow, resignReceipt } from '../prisma/store/exchange-receipts.js';
import { canonicalJson, hashOf } from './canonical.js';
import { momentOf, plainWords } from './envelope.js';
import type { PeerGround } from './ground.js';
import { type OwnKey, signingKeyAt } from './keys.js';
import { keyIdOf, type SignedType, sign } from './signing.js';

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

/** The signature under which a text of ours goes out now: where its key is no longer the one that signs, a new one. */
export async function signedNow(ground: PeerGround, { body, signature }: Signed, typ: SignedType): Promise<string> {
  const key = currentKey(ground);
  return keyIdOf(signature) === key.kid ? signature : sign(body, typ, key);
}

/** Receipts of ours as they go out: what has waited longer than its key was valid is signed anew, and kept so. */
export async function freshReceipts(ground: PeerGround, kept: readonly ReceiptRow[]): Promise<readonly ReceiptRow[]> {
  const fresh: ReceiptRow[] = [];
  for (const row of kept) {
    const signature = await signedNow(ground, row, 'fenghuo-receipt+jws');
    if (signature !== row.signature) await resignReceipt(ground.db.write, row, signature);
    fresh.push({ ...row, signature });
  }
  return fresh;
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
    note: note === undefined ? null : plainWords(note),
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
  const raised = alarms.map((alarm) => ({ ...alarm, reason: plainWords(alarm.reason), peer: ground.peer.name }));
  await appendEntries(
    client,
    raised.map((payload) => ({ topic: 'exchange', key: payload.peer, at: ground.now(), payload })),
  );
  return raised;
}

/** Tells the log, in a transaction of its own, and whoever listens. */
export async function raiseAlarm(ground: PeerGround, what: Omit<ExchangeAlarm, 'peer'>): Promise<void> {
  const raised = await ground.db.transaction((client) => raiseAlarms(client, ground, [what]));
  for (const each of raised) ground.onAlarm(each);
}
