import type pg from 'pg';
import type { ExchangeAlarm } from '../model/entry.js';
import { type BundleItem, type Frame, RECEIPTS_BYTES, Refusal, type Signed, withinBytes } from '../model/exchange.js';
import type { PeerRow } from '../model/exchange-rows.js';
import {
  type BundleRow,
  insertBundle,
  moveBundle,
  readBundle as readKept,
  seqOfBundle,
} from '../prisma/store/exchange-bundles.js';
import { heardFrom, lockPeer, movePeer } from '../prisma/store/exchange-peers.js';
import { type ReceiptRow, receiptsAfter, receiptsOf } from '../prisma/store/exchange-receipts.js';
import { hashOf } from './canonical.js';
import { readBundle, refuseFuture } from './envelope.js';
import { type PeerGround, requireEvidence } from './ground.js';
import { type About, freshReceipts, issueReceipt, raiseAlarms } from './receipts.js';
import { refuseText } from './refuse.js';
import { verify } from './signing.js';

/** Receipts that go back with one answer. */
const RECEIPTS = 100;

export interface Taken {
  /** Ours after those that the sender has, and this bundle's among them. */
  readonly receipts: readonly ReceiptRow[];
  /** Why it is kept and nothing of it is carried out. */
  readonly setAside: Refusal | undefined;
}

interface Coming {
  readonly road: string;
  /** The number of the last receipt of ours that the sender has. */
  readonly heard: number;
  /** Whether the sender hears of a refusal by this road. */
  readonly unanswered: boolean;
}

/**
 * Takes over a bundle of this peer: verified, in its place of the chain, kept together with the signed receipt that it is here, in one
 * transaction. The same bundle again changes nothing and gets the same receipt. One that has its place and cannot be used for what it is, is kept
 * and set aside where nothing else answers; elsewhere it is refused with our signed word. Throws Refusal for everything else.
 */
export async function takeBundle(ground: PeerGround, signed: Signed, frame: Frame, coming: Coming): Promise<Taken> {
  const { db, now, peer, step } = ground;
  await verify(signed, 'fenghuo-bundle+jws', peer.keys, now());
  refuseFuture(frame.createdAt, now());
  const { items, fault } = readRest(ground, signed);
  requireEvidence(ground);
  step('take: read and verified');
  const about = { bundleId: frame.bundleId, seq: frame.seq, hash: hashOf(signed.body) };
  let told = (): void => {};
  const stands = await db.transaction(async (client) => {
    const row = await lockPeer(client, peer.name);
    // What is sent again may come from whoever has seen it on the way: it is no sign of life.
    const kept = await keptAs(client, row, frame, about.hash);
    if (kept) return kept;
    refuseOutOfPlace(row, frame);
    if (fault && !coming.unanswered) {
      // Another version is no fault of the bundle: the sender judges whether the two sides differ, or this one from its others.
      if (fault.code !== 'WRONG_VERSION') await refuseText(client, ground, about, fault);
      return 'REFUSED';
    }
    await heardFrom(client, row, now());
    await keep(client, ground, { ...signed, ...about }, frame, items);
    told = await setAside(client, ground, about, { kind: frame.kind, items: items.length, road: coming.road }, fault);
    step('take: before the commit');
    return fault ? 'SET_ASIDE' : 'RECEIVED';
  });
  told();
  step('take: committed, not answered');
  const receipts = await freshReceipts(ground, await answerOf(ground, about, stands, coming.heard));
  if (fault && stands === 'REFUSED') throw new Refusal(fault.code, fault.reason, undefined, receipts);
  return { receipts, setAside: stands === 'SET_ASIDE' || stands === 'WITHDRAWN' ? fault : undefined };
}

/** What is in it beside its frame, and why it cannot be used. */
function readRest(
  { peer }: PeerGround,
  signed: Signed,
): { readonly items: readonly BundleItem[]; readonly fault: Refusal | undefined } {
  try {
    const { items, kind: name } = readBundle(signed);
    if (peer.kinds.some(({ kind }) => kind === name)) return { items, fault: undefined };
    const reason = `kind ${name} is not taken from ${peer.name}: its settings (flow) do not name it`;
    return { items, fault: new Refusal('KIND_REFUSED', reason) };
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    return { items: [], fault: error };
  }
}

/** Sets it aside where it has a fault, and writes its evidence, the last statement. Returns what tells of both once that is committed. */
async function setAside(
  client: pg.PoolClient,
  ground: PeerGround,
  about: About,
  { items, kind, road }: { readonly items: number; readonly kind: string; readonly road: string },
  fault: Refusal | undefined,
): Promise<() => void> {
  const { bundleId, seq } = about;
  let alarms: readonly ExchangeAlarm[] = [];
  if (fault) {
    const reason = `${fault.code}: ${fault.reason}`;
    await moveBundle(client, { peer: ground.peer.name, direction: 'IN', seq }, 'SET_ASIDE', ground.now());
    await issueReceipt(client, ground, about, { state: 'SET_ASIDE', note: reason });
    alarms = await raiseAlarms(client, ground, [{ kind: 'SET_ASIDE', direction: 'IN', seq, reason }]);
  }
  const written = await ground.evidence.write(client, {
    ...{ peer: ground.peer.name, act: 'bundle taken', road, kind, bundleId, seq },
    ...{ result: fault?.code ?? 'OK', items: fault ? 0 : items },
  });
  return () => {
    written();
    for (const alarm of alarms) ground.onAlarm(alarm);
  };
}

async function answerOf(
  { db, peer }: PeerGround,
  { bundleId, seq }: About,
  stands: string,
  heard: number,
): Promise<readonly ReceiptRow[]> {
  const next = await receiptsAfter(db.write, peer.name, 'OURS', heard, RECEIPTS);
  const first = stands === 'REFUSED' ? 'REFUSED' : 'RECEIVED';
  if (next.some((receipt) => receipt.seq === seq && receipt.state === first)) return withinBytes(next, RECEIPTS_BYTES);
  const own = (await receiptsOf(db.write, peer.name, 'OURS', seq)).find(
    (receipt) => receipt.bundleId === bundleId && receipt.state === first,
  );
  return withinBytes(own && !next.some(({ number }) => number === own.number) ? [own, ...next] : next, RECEIPTS_BYTES);
}

/** How exactly this bundle is kept; undefined where it is not. Another one in its place, or under its id, is refused. */
async function keptAs(
  client: pg.PoolClient,
  row: PeerRow,
  { bundleId, seq }: Frame,
  hash: string,
): Promise<BundleRow['state'] | undefined> {
  if (seq <= row.takenSeq) {
    const kept: BundleRow | undefined = await readKept(client, row.name, 'IN', seq);
    if (kept?.hash === hash) return kept.state;
    throw new Refusal(
      'SEQ_TAKEN',
      kept
        ? `seq ${seq} is the bundle ${kept.bundleId} here, of another content: was the sender restored from a backup?`
        : `seq ${seq} was taken over and is no longer kept`,
      row.takenSeq + 1,
    );
  }
  const other = await seqOfBundle(client, row.name, 'IN', bundleId);
  if (other === undefined) return undefined;
  throw new Refusal('SEQ_TAKEN', `bundleId ${bundleId} came under seq ${other}`, row.takenSeq + 1);
}

function refuseOutOfPlace(row: PeerRow, { seq, prevHash }: Frame): void {
  const expected = row.takenSeq + 1;
  if (seq > expected)
    throw new Refusal('SEQ_GAP', `seq ${expected} must come before seq ${seq}: send it, and what follows it`, expected);
  if (prevHash !== row.takenHash)
    throw new Refusal('CHAIN_BROKEN', `prevHash is not that of seq ${row.takenSeq} as it is kept here`, expected);
}

async function keep(
  client: pg.PoolClient,
  ground: PeerGround,
  { body, hash, signature }: Signed & About,
  { bundleId, createdAt, kind, prevHash, seq }: Frame,
  items: readonly BundleItem[],
): Promise<void> {
  const { peer } = ground;
  await insertBundle(
    client,
    {
      ...{ peer: peer.name, direction: 'IN', seq, bundleId, kind, createdAt: new Date(createdAt), body, signature },
      ...{ hash, previous: prevHash, state: 'RECEIVED', storedAt: ground.now() },
    },
    items.map(({ type, id, version, op }) => ({ kind: type, id, version, op })),
  );
  await issueReceipt(client, ground, { bundleId, seq, hash }, { state: 'RECEIVED' });
  await movePeer(client, peer.name, { takenSeq: seq, takenHash: hash });
}
