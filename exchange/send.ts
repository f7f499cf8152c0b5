import {
  FORKING_REFUSALS,
  PASSING_REFUSALS,
  RECEIPTS_BYTES,
  Refusal,
  type RefusalCode,
  withinBytes,
} from '../model/exchange.js';
import type { PeerRow } from '../model/exchange-rows.js';
import { type BundleRow, nextToSend, noteAttempt, readBundle, resign } from '../prisma/store/exchange-bundles.js';
import { lockPeer, movePeer, readPeer } from '../prisma/store/exchange-peers.js';
import { receiptsAfter } from '../prisma/store/exchange-receipts.js';
import { cutText } from './canonical.js';
import { readBundle as readAsReceived } from './envelope.js';
import type { PeerGround } from './ground.js';
import { freshReceipts, raiseAlarm, raiseAlarms, signedNow } from './receipts.js';
import { takeBack } from './take-back.js';
import type { Answer, Reception, Refused, Transport } from './transports/transport.js';

/** A bundle refused so often for what it is, is taken back, though the refusal is not signed. */
const MOST_REFUSALS = 3;
const MOST_REFUSALS_IN_A_ROW = 60;
const RECEIPTS = 100;

/** The line does not work, or the other side takes nothing just now: the same again after a while. */
export class SendFault extends Error {
  override readonly name = 'SendFault';
}

export interface Sending {
  readonly ground: PeerGround;
  readonly transport: Transport;
  readonly reception: Reception;
  readonly signal: AbortSignal;
  /** The bundle before the receipts: on a line that loses answers neither is to keep the other back. */
  readonly bundleFirst: boolean;
}

/** Hands over the receipts that the peer has not had, or its next bundle. Returns whether there was anything. Throws where it must be tried again. */
export async function sendNext(sending: Sending): Promise<boolean> {
  const { ground } = sending;
  const row = await readPeer(ground.db.write, ground.peer.name);
  if (!row) return false;
  const waits = row.toldNumber > row.toldUpto;
  if (waits && !sending.bundleFirst) return sendReceipts(sending, row);
  const again = new Date(ground.now().getTime() - ground.peer.resendAfterMs);
  const bundle = await nextToSend(ground.db.write, row.name, row.resendFrom, again);
  if (!bundle) return waits && sendReceipts(sending, row);
  await sendBundle(sending, row, bundle);
  return true;
}

async function sendReceipts({ ground, transport, signal }: Sending, row: PeerRow): Promise<boolean> {
  const { db, peer, step } = ground;
  const kept = withinBytes(await receiptsAfter(db.write, peer.name, 'OURS', row.toldUpto, RECEIPTS), RECEIPTS_BYTES);
  if (kept.length === 0) return false;
  const receipts = await freshReceipts(ground, kept);
  step('receipts: before the call');
  const answer = await transport.sendReceipts(receipts, row.heardNumber, signal);
  step('receipts: answered, nothing written');
  const last = receipts.at(-1)?.number ?? row.toldUpto;
  if (answer.outcome === 'taken') {
    await movePeer(db.write, peer.name, { toldUpto: last, ...worked(ground) });
    return true;
  }
  // It stands elsewhere than we thought, e.g. because files were lost: from there on again.
  if (answer.code === 'SEQ_GAP' && answer.expected !== undefined && answer.expected - 1 !== row.toldUpto) {
    await movePeer(db.write, peer.name, { toldUpto: Math.min(answer.expected - 1, row.toldNumber) });
    return true;
  }
  const fault = `receipts are refused: ${answer.code}: ${answer.reason}`;
  // Once, and not at each try: the fault stands beside the peer until something goes over.
  if (FORKING_REFUSALS.includes(answer.code) && row.fault !== fault)
    await raiseAlarm(ground, { kind: 'CHAIN', direction: 'IN', seq: null, reason: fault });
  throw new SendFault(fault);
}

const worked = ({ now }: PeerGround): { lastSentAt: Date; fault: null } => ({ lastSentAt: now(), fault: null });

async function sendBundle(sending: Sending, row: PeerRow, bundle: BundleRow): Promise<void> {
  const { ground, transport, signal } = sending;
  const { step } = ground;
  const signature = await freshSignature(ground, bundle);
  step('send: before the call');
  const answer = await transport.send({ ...bundle, signature }, row.heardNumber, signal);
  step('send: answered, nothing written');
  if (answer.outcome === 'taken') await taken(sending, row, bundle, answer.receipts);
  else await refused(sending, row, bundle, answer);
  step('send: written down');
}

/** A bundle may have waited longer than its key was valid: the same text is then signed with the key of now. */
async function freshSignature(ground: PeerGround, bundle: BundleRow): Promise<string> {
  const signature = await signedNow(ground, bundle, 'fenghuo-bundle+jws');
  if (signature !== bundle.signature) await resign(ground.db.write, bundle, signature);
  return signature;
}

async function taken(
  { ground, reception, transport }: Sending,
  row: PeerRow,
  bundle: BundleRow,
  receipts: Extract<Answer, { outcome: 'taken' }>['receipts'],
): Promise<void> {
  const { db, now, peer } = ground;
  if (receipts.length > 0) await reception.receipts(receipts, transport.address);
  await db.transaction(async (client) => {
    const locked = await lockPeer(client, peer.name);
    await noteAttempt(client, bundle, { sentAt: now() });
    const from = locked.resendFrom;
    const next = from !== null && bundle.seq >= from ? bundle.seq + 1 : from;
    await movePeer(client, peer.name, {
      ...worked(ground),
      resendFrom: next !== null && next > locked.sentSeq ? null : next,
    });
  });
  const kept = await readBundle(db.write, row.name, 'OUT', bundle.seq);
  // Its receipt may be further on than one answer holds: then it comes with the next ones.
  if (receipts.length > 0 && kept?.state === 'SEALED' && receipts.length < RECEIPTS)
    throw new SendFault(`seq ${bundle.seq} was answered without its receipt`);
}

async function refused(sending: Sending, row: PeerRow, bundle: BundleRow, answer: Refused): Promise<void> {
  const { ground, transport } = sending;
  const { db, peer } = ground;
  const { code, expected } = answer;
  const reason = cutText(answer.reason, 900);
  if (await refusedBySignature(sending, bundle, answer)) return;
  if (code === 'SEQ_GAP' && expected !== undefined && expected < bundle.seq && expected !== row.resendFrom) {
    await movePeer(db.write, peer.name, { resendFrom: expected });
    if (await readBundle(db.write, peer.name, 'OUT', expected)) return;
    await raiseAlarm(ground, {
      kind: 'CHAIN',
      direction: 'OUT',
      seq: expected,
      reason: `${peer.name} asks for seq ${expected}, which is not kept here`,
    });
  }
  const forks = FORKING_REFUSALS.includes(code);
  if (forks && bundle.refusals === 0)
    await raiseAlarm(ground, { kind: 'CHAIN', direction: 'OUT', seq: bundle.seq, reason });
  const spoilt = isUnreadable(bundle);
  const forItself = !PASSING_REFUSALS.includes(code) && !forks && !(spoilt ? UNKNOWN : BEARING).includes(code);
  const counts = forItself && (spoilt || !transport.hearsay);
  const refusals = await noteAttempt(db.write, bundle, { error: `${code}: ${reason}`, refused: counts || forks });
  if (counts && (spoilt || refusals >= (await mostRefusals(ground, bundle, code))))
    return takeBackAlone(ground, bundle, `${code}: ${reason}`);
  throw new SendFault(`seq ${bundle.seq} is refused: ${code}: ${reason}`);
}

/** Where the answer holds the peer's signed word that it was this text, the bundle is taken back with it. */
async function refusedBySignature(
  { ground, reception, transport }: Sending,
  { peer, seq }: BundleRow,
  { receipts = [] }: Refused,
): Promise<boolean> {
  if (receipts.length === 0) return false;
  await reception.receipts(receipts, transport.address);
  return (await readBundle(ground.db.write, peer, 'OUT', seq))?.state !== 'SEALED';
}

/** Refused there, and not to be read here either: then nothing on the way has damaged it, whoever says so. */
function isUnreadable(bundle: BundleRow): boolean {
  try {
    readAsReceived(bundle);
    return false;
  } catch (error) {
    if (error instanceof Refusal) return true;
    throw error;
  }
}

/**
 * A refusal that nobody has signed may come from something on the way that damages whatever passes. Where the one before was taken back, too, each
 * is tried for about an hour of the longest waits before it is given up. That the peer does not want a kind is its own word, however often it says so.
 */
async function mostRefusals({ db, peer }: PeerGround, { seq }: BundleRow, code: RefusalCode): Promise<number> {
  if (code === 'KIND_REFUSED') return MOST_REFUSALS;
  const before = await readBundle(db.write, peer.name, 'OUT', seq - 1);
  return before?.state === 'SET_ASIDE' ? MOST_REFUSALS_IN_A_ROW : MOST_REFUSALS;
}

/** These are about who sends, not about this bundle: another one would fare no better. */
const UNKNOWN: readonly RefusalCode[] = ['WRONG_PEER', 'BAD_SIGNATURE'];
/** So is the version, where it is the one that is spoken here. */
const BEARING: readonly RefusalCode[] = [...UNKNOWN, 'WRONG_VERSION'];

async function takeBackAlone(ground: PeerGround, bundle: BundleRow, reason: string): Promise<void> {
  const alarms = await ground.db.transaction(async (client) => {
    const alarm = await takeBack(client, ground, bundle, reason);
    return raiseAlarms(client, ground, alarm ? [alarm] : []);
  });
  for (const each of alarms) ground.onAlarm(each);
}
