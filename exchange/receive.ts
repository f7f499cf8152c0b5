import type pg from 'pg';
import type { ExchangeAlarm } from '../model/entry.js';
import { type Bundle, RECEIPTS_BYTES, Refusal, type Signed, withinBytes } from '../model/exchange.js';
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
import { refuseFuture } from './envelope.js';
import { type PeerGround, requireEvidence } from './ground.js';
import { freshReceipts, issueReceipt, raiseAlarms } from './receipts.js';
import { verify } from './signing.js';

/** Receipts that go back with one answer. */
const RECEIPTS = 100;

/**
 * Takes over a bundle of this peer: verified, in its place of the chain, kept together with the signed receipt that it is here, in one
 * transaction. The same bundle again changes nothing and gets the same receipt. Throws Refusal for everything else. Returns our receipts after
 * `heard`, and this bundle's among them.
 */
export async function takeBundle(
  ground: PeerGround,
  signed: Signed,
  bundle: Bundle,
  { road, heard, unanswered }: { readonly road: string; readonly heard: number; readonly unanswered: boolean },
): Promise<readonly ReceiptRow[]> {
  const { db, evidence, now, peer, step } = ground;
  await verify(signed, 'fenghuo-bundle+jws', peer.keys, now());
  refuseFuture(bundle.createdAt, now());
  const unwanted = unwantedKind(ground, bundle);
  if (unwanted && !unanswered) throw unwanted;
  requireEvidence(ground);
  step('take: read and verified');
  let committed = (): void => {};
  let alarms: readonly ExchangeAlarm[] = [];
  await db.transaction(async (client) => {
    const row = await lockPeer(client, peer.name);
    // What is sent again may come from whoever has seen it on the way: it is no sign of life.
    if (await isKept(client, row, bundle, signed)) return;
    refuseOutOfPlace(row, bundle);
    await heardFrom(client, row, now());
    await keep(client, ground, signed, bundle);
    if (unwanted) alarms = await setAside(client, ground, { ...bundle, hash: hashOf(signed.body) }, unwanted);
    committed = await evidence.write(client, {
      ...{ peer: peer.name, act: 'bundle taken', road, kind: bundle.kind, bundleId: bundle.bundleId, seq: bundle.seq },
      ...{ result: unwanted?.code ?? 'OK', items: unwanted ? 0 : bundle.items.length },
    });
    step('take: before the commit');
  });
  committed();
  step('take: committed, not answered');
  for (const alarm of alarms) ground.onAlarm(alarm);
  return freshReceipts(ground, await answerOf(ground, bundle.seq, heard));
}

const unwantedKind = ({ peer }: PeerGround, { kind: name }: Bundle): Refusal | undefined =>
  peer.kinds.some(({ kind }) => kind === name)
    ? undefined
    : new Refusal('KIND_REFUSED', `kind ${name} is not taken from ${peer.name}: its settings (flow) do not name it`);

async function setAside(
  client: pg.PoolClient,
  ground: PeerGround,
  { bundleId, seq, hash }: { readonly bundleId: string; readonly seq: number; readonly hash: string },
  { code, reason }: Refusal,
): Promise<readonly ExchangeAlarm[]> {
  await moveBundle(client, { peer: ground.peer.name, direction: 'IN', seq }, 'SET_ASIDE', ground.now());
  await issueReceipt(client, ground, { bundleId, seq, hash }, { state: 'SET_ASIDE', note: `${code}: ${reason}` });
  return raiseAlarms(client, ground, [{ kind: 'SET_ASIDE', direction: 'IN', seq, reason }]);
}

async function answerOf({ db, peer }: PeerGround, seq: number, heard: number): Promise<readonly ReceiptRow[]> {
  const next = await receiptsAfter(db.write, peer.name, 'OURS', heard, RECEIPTS);
  if (next.some((receipt) => receipt.seq === seq && receipt.state === 'RECEIVED'))
    return withinBytes(next, RECEIPTS_BYTES);
  const [own] = await receiptsOf(db.write, peer.name, 'OURS', seq);
  return withinBytes(own && !next.some(({ number }) => number === own.number) ? [own, ...next] : next, RECEIPTS_BYTES);
}

/** Whether exactly this bundle is here already. Another one in its place, or under its id, is refused. */
async function isKept(client: pg.PoolClient, row: PeerRow, bundle: Bundle, { body }: Signed): Promise<boolean> {
  if (bundle.seq <= row.takenSeq) {
    const kept: BundleRow | undefined = await readKept(client, row.name, 'IN', bundle.seq);
    if (kept?.hash === hashOf(body)) return true;
    throw new Refusal(
      'SEQ_TAKEN',
      kept
        ? `seq ${bundle.seq} is the bundle ${kept.bundleId} here, of another content: was the sender restored from a backup?`
        : `seq ${bundle.seq} was taken over and is no longer kept`,
      row.takenSeq + 1,
    );
  }
  const other = await seqOfBundle(client, row.name, 'IN', bundle.bundleId);
  if (other === undefined) return false;
  throw new Refusal('SEQ_TAKEN', `bundleId ${bundle.bundleId} came under seq ${other}`, row.takenSeq + 1);
}

function refuseOutOfPlace(row: PeerRow, { seq, prevHash }: Bundle): void {
  const expected = row.takenSeq + 1;
  if (seq > expected)
    throw new Refusal('SEQ_GAP', `seq ${expected} must come before seq ${seq}: send it, and what follows it`, expected);
  if (prevHash !== row.takenHash)
    throw new Refusal('CHAIN_BROKEN', `prevHash is not that of seq ${row.takenSeq} as it is kept here`, expected);
}

async function keep(client: pg.PoolClient, ground: PeerGround, signed: Signed, bundle: Bundle): Promise<void> {
  const { peer } = ground;
  const { bundleId, seq, kind, items, prevHash } = bundle;
  const at = ground.now();
  const hash = hashOf(signed.body);
  await insertBundle(
    client,
    {
      ...{ peer: peer.name, direction: 'IN', seq, bundleId, kind, createdAt: new Date(bundle.createdAt), ...signed },
      ...{ hash, previous: prevHash, state: 'RECEIVED', storedAt: at },
    },
    items.map(({ type, id, version, op }) => ({ kind: type, id, version, op })),
  );
  await issueReceipt(client, ground, { bundleId, seq, hash }, { state: 'RECEIVED' });
  await movePeer(client, peer.name, { takenSeq: seq, takenHash: hash });
}
