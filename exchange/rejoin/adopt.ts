import type pg from 'pg';
import { NO_HASH, type Receipt } from '../../model/exchange.js';
import { insertBundle, moveBundle, type NewBundle } from '../../prisma/store/exchange-bundles.js';
import { type ForkRow, setForkAside } from '../../prisma/store/exchange-forks.js';
import { movePeer } from '../../prisma/store/exchange-peers.js';
import { insertReceipt, readReceipt, receiptsAfter } from '../../prisma/store/exchange-receipts.js';
import type { PeerGround } from '../ground.js';
import { bundleIn, type Found, type KnownKeys, receiptIn, type Way } from './believe.js';
import { type Kept, RejoinRefused } from './book.js';
import type { Comparison } from './compare.js';

/** A rejoining under way, in its transaction. */
export interface Work {
  readonly client: pg.PoolClient;
  readonly ground: PeerGround;
  readonly found: Comparison;
  readonly keys: KnownKeys;
  readonly at: Date;
}

/** A receipt of the file, and what it says. */
export interface Said {
  readonly kept: Kept;
  readonly receipt: Receipt;
}

const toPeer = ({ ground: { own, peer }, keys }: Work): Way => ({ from: own, to: peer.party, keys: keys.own });
const toUs = ({ ground: { own, peer }, keys }: Work): Way => ({ from: peer.party, to: own, keys: keys.peer });

/** Receipts that are missing here: our own, or the peer's. */
export async function saidIn(work: Work, chain: 'OURS' | 'THEIRS'): Promise<Said[]> {
  const said: Said[] = [];
  for (const kept of work.found[chain].beyond)
    said.push({ kept, receipt: await receiptIn(kept, chain === 'OURS' ? toPeer(work) : toUs(work)) });
  return said;
}

/**
 * Takes our lost bundles back, as the peer keeps them; what stood in their places is set aside. One that we had withdrawn was never there: its
 * number, id and hash are known from our receipt, and what it held is lost. Returns what was taken back, and what was set aside.
 */
export async function adoptSent(
  work: Work,
  ours: readonly Said[],
): Promise<{ readonly adopted: readonly Found[]; readonly aside: readonly ForkRow[] }> {
  const { at, client, found, ground } = work;
  const { beyond, common } = found.OUT;
  const end = beyond.at(-1);
  if (!end) return { adopted: [], aside: [] };
  const aside = await setForkAside(client, ground.peer.name, 'OUT', common, at);
  const adopted: Found[] = [];
  for (const kept of beyond)
    if (kept.body !== '') adopted.push(await keep(work, kept, 'OUT'));
    else await keepEmpty(work, kept, 'OUT', ours);
  await movePeer(client, ground.peer.name, { sentSeq: end.number, sentHash: end.hash, resendFrom: null });
  return { adopted, aside };
}

/**
 * Takes back the peer's bundles that we had received, which our lost receipts say. Those behind them come by the road. What the peer has withdrawn
 * among them stays empty.
 */
export async function adoptTaken(work: Work, ours: readonly Said[], theirs: readonly Said[]): Promise<number> {
  const { client, found, ground } = work;
  const { beyond, common, ours: last } = found.IN;
  const received = new Set(ours.flatMap(({ receipt: { seq, state } }) => (state === 'RECEIVED' ? [seq] : [])));
  const upTo = [...received].reduce((most, seq) => Math.max(most, seq), last);
  if (upTo === last) return 0;
  const missing = common === last ? beyond.filter(({ number }) => number <= upTo) : [];
  const end = missing.at(-1);
  if (end?.number !== upTo)
    throw new RejoinRefused(
      `we had received its bundles up to ${upTo}; the file has them no longer, or others than are kept here`,
    );
  for (const kept of missing)
    if (received.has(kept.number)) await keep(work, kept, 'IN');
    else await keepEmpty(work, kept, 'IN', theirs);
  await movePeer(client, ground.peer.name, { takenSeq: end.number, takenHash: end.hash });
  return missing.length;
}

async function keep(work: Work, kept: Kept, direction: 'OUT' | 'IN'): Promise<Found> {
  const bundle = await bundleIn(kept, direction === 'OUT' ? toPeer(work) : toUs(work));
  const { items, kind, createdAt } = bundle;
  const row = rowOf(work, kept, direction);
  await insertBundle(
    work.client,
    { ...row, kind, createdAt: new Date(createdAt), state: direction === 'OUT' ? 'SEALED' : 'RECEIVED' },
    items.map(({ type, id, version, op }) => ({ kind: type, id, version, op })),
  );
  return bundle;
}

/** One that its sender withdrew before it was there: its signed word stands for it. */
async function keepEmpty(work: Work, kept: Kept, direction: 'OUT' | 'IN', words: readonly Said[]): Promise<void> {
  const word = words.find(({ receipt: { state, bundleId } }) => state === 'WITHDRAWN' && bundleId === kept.bundleId);
  if (word?.receipt.bundleHash !== kept.hash || word.receipt.seq !== kept.number)
    throw new RejoinRefused(`bundle ${kept.number} of the file is empty, and its sender has not withdrawn it`);
  const state = direction === 'OUT' ? 'SET_ASIDE' : 'WITHDRAWN';
  const row = { ...rowOf(work, kept, direction), body: '', signature: '' };
  await insertBundle(work.client, { ...row, kind: 'heartbeat', createdAt: new Date(word.receipt.at), state }, []);
}

const rowOf = (
  { at, ground }: Work,
  { body, bundleId, hash, number, previous, signature }: Kept,
  direction: 'OUT' | 'IN',
): Omit<NewBundle, 'kind' | 'createdAt' | 'state'> => ({
  ...{ peer: ground.peer.name, direction, seq: number, bundleId, body, signature, hash, previous, storedAt: at },
});

/** All that could be written since the restore. */
const ALL = 1_000_000;

/**
 * Takes our lost receipts back. What was written here in their places is set aside and returned, and so is what takes back a bundle that was set
 * aside: it is about nothing that the peer knows.
 */
export async function adoptTold(
  work: Work,
  ours: readonly Said[],
  bundlesAside: readonly ForkRow[],
): Promise<readonly ForkRow[]> {
  const { at, client, found, ground } = work;
  const { name } = ground.peer;
  const { common, theirs } = found.OURS;
  const tail = await receiptsAfter(client, name, 'OURS', common, ALL);
  const voids = tail.some(
    ({ state, seq }) => state === 'WITHDRAWN' && bundlesAside.some(({ number }) => number === seq),
  );
  if (ours.length === 0 && !voids) return [];
  const aside = await setForkAside(client, name, 'OURS', common, at);
  for (const { kept, receipt } of ours) {
    const { bundleId, seq, state } = receipt;
    const said = { peer: name, issuer: 'OURS', number: kept.number, bundleId, seq, state } as const;
    const { body, hash, previous, signature } = kept;
    await insertReceipt(client, {
      ...said,
      ...{ at: new Date(receipt.at), body, signature, hash, previous, storedAt: at },
    });
    if (state === 'WITHDRAWN')
      await moveBundle(client, { peer: name, direction: 'OUT', seq }, 'SET_ASIDE', new Date(receipt.at));
  }
  const end = ours.at(-1)?.kept ?? (await readReceipt(client, name, 'OURS', common));
  const toldNumber = end?.number ?? 0;
  await movePeer(client, name, { toldNumber, toldHash: end?.hash ?? NO_HASH, toldUpto: Math.min(theirs, toldNumber) });
  return aside;
}
