import type pg from 'pg';
import type { ExchangeAlarm } from '../model/entry.js';
import { type BundleState, type Receipt, Refusal, type Signed } from '../model/exchange.js';
import {
  insertBundle,
  markFaults,
  moveBundle,
  readBundle as readKept,
  seqOfBundle,
  underWay,
} from '../prisma/store/exchange-bundles.js';
import { heardFrom, lockPeer, movePeer } from '../prisma/store/exchange-peers.js';
import { insertReceipt, readReceipt as readTaken, receiptsOf } from '../prisma/store/exchange-receipts.js';
import { hashOf } from './canonical.js';
import { refuseFuture } from './envelope.js';
import { type PeerGround, requireEvidence } from './ground.js';
import { raiseAlarms } from './receipts.js';
import { verify } from './signing.js';
import { takeBack } from './take-back.js';

export interface Came {
  readonly signed: Signed;
  readonly receipt: Receipt;
}

type Alarm = Omit<ExchangeAlarm, 'peer'>;

/**
 * Takes receipts of this peer, in the order of their numbers and without gaps; what came before changes nothing, and no bundle's state goes
 * back. Returns the number up to which they are known now: whoever sent more goes on from there. Throws Refusal for what is not its own.
 */
export async function takeReceipts(ground: PeerGround, came: readonly Came[], road: string): Promise<number> {
  const { db, evidence, now, peer, step } = ground;
  for (const { signed, receipt } of came) {
    await verify(signed, 'fenghuo-receipt+jws', peer.keys, now());
    refuseFuture(receipt.at, now());
  }
  requireEvidence(ground);
  let committed = (): void => {};
  let alarms: readonly ExchangeAlarm[] = [];
  const heard = await db.transaction(async (client) => {
    const raised: Alarm[] = [];
    const row = await lockPeer(client, peer.name);
    const before = row.heardNumber;
    let number = before;
    for (const each of [...came].sort((a, b) => a.receipt.number - b.receipt.number)) {
      if (each.receipt.number > number + 1) break;
      const taken = await takeOne(client, ground, each, raised);
      if (taken === 'later') break;
      number = Math.max(number, each.receipt.number);
    }
    if (raised.length > 0) alarms = await raiseAlarms(client, ground, raised);
    if (number > before) {
      await heardFrom(client, row, now());
      committed = await evidence.write(client, {
        ...{ peer: peer.name, act: 'receipts taken', road, kind: null, bundleId: null, seq: null, result: 'OK' },
        items: number - before,
      });
    }
    step('receipts: taken, before the commit');
    return number;
  });
  committed();
  step('receipts: taken, committed');
  for (const alarm of alarms) ground.onAlarm(alarm);
  return heard;
}

/** One more receipt of the peer, or one that is known; `later`: something must come before it. Throws Refusal for what is not its own. */
export async function takeOne(
  client: pg.PoolClient,
  ground: PeerGround,
  { signed, receipt }: Came,
  alarms: Alarm[],
): Promise<'taken' | 'known' | 'later'> {
  const { peer } = ground;
  const row = await lockPeer(client, peer.name);
  const hash = hashOf(signed.body);
  if (receipt.number <= row.heardNumber) {
    const kept = await readTaken(client, peer.name, 'THEIRS', receipt.number);
    if (!kept || kept.hash === hash) return 'known';
    throw new Refusal('CHAIN_BROKEN', `receipt ${receipt.number} is another one here`, row.heardNumber + 1);
  }
  if (receipt.previous !== row.heardHash)
    throw new Refusal('CHAIN_BROKEN', `previous is not the hash of receipt ${row.heardNumber}`, row.heardNumber + 1);
  const earlier = await receiptsOf(client, peer.name, 'THEIRS', receipt.seq);
  if (earlier.some(({ bundleId, state }) => bundleId === receipt.bundleId && state === receipt.state))
    throw new Refusal('SEQ_TAKEN', `a receipt ${receipt.state} of bundle ${receipt.bundleId} is here already`);
  if (receipt.state === 'WITHDRAWN') {
    if ((await goOnBehind(client, ground, receipt, alarms)) === 'later') return 'later';
  } else if (receipt.state === 'REFUSED') await refusedThere(client, ground, receipt, alarms);
  else await move(client, ground, { ...receipt, state: receipt.state }, alarms);
  const at = new Date(receipt.at);
  await insertReceipt(client, {
    ...{ peer: peer.name, issuer: 'THEIRS', number: receipt.number, bundleId: receipt.bundleId, seq: receipt.seq },
    ...{ state: receipt.state, at, ...signed, hash, previous: receipt.previous, storedAt: ground.now() },
  });
  await movePeer(client, peer.name, { heardNumber: receipt.number, heardHash: hash });
  return 'taken';
}

/**
 * It has refused a text for what it is. Only its hash counts: the peer may not have been able to read more of it, and where something on the way
 * had damaged it, or it is over, it is none that is under way here.
 */
async function refusedThere(
  client: pg.PoolClient,
  ground: PeerGround,
  { bundleHash, note }: Receipt,
  alarms: Alarm[],
): Promise<void> {
  const bundle = await underWay(client, ground.peer.name, bundleHash);
  const alarm = bundle && (await takeBack(client, ground, bundle, note ?? 'no reason given'));
  if (alarm) alarms.push(alarm);
}

/** What it says of a bundle of ours. */
async function move(
  client: pg.PoolClient,
  ground: PeerGround,
  receipt: Receipt & { readonly state: BundleState },
  alarms: Alarm[],
): Promise<void> {
  const { peer } = ground;
  const key = { peer: peer.name, direction: 'OUT', seq: receipt.seq } as const;
  const bundle = await readKept(client, key.peer, key.direction, key.seq);
  if (bundle?.bundleId !== receipt.bundleId || bundle.hash !== receipt.bundleHash)
    throw new Refusal('BAD_SHAPE', `seq ${receipt.seq}: no bundle ${receipt.bundleId} of that hash was sent from here`);
  await moveBundle(client, key, receipt.state, new Date(receipt.at));
  await markFaults(client, key, receipt.faults);
  if (receipt.state === 'SET_ASIDE')
    alarms.push({
      kind: 'SET_ASIDE',
      direction: 'OUT',
      seq: receipt.seq,
      reason: `${peer.name} could not carry it out: ${receipt.note ?? 'no reason given'}`,
    });
}

/** It takes back a bundle of its own that we could never take: the chain goes on behind it. */
async function goOnBehind(
  client: pg.PoolClient,
  ground: PeerGround,
  { bundleId, bundleHash, note, seq }: Receipt,
  alarms: Alarm[],
): Promise<'later' | undefined> {
  const { peer } = ground;
  const row = await lockPeer(client, peer.name);
  if (seq > row.takenSeq + 1) return 'later';
  if (seq <= row.takenSeq) {
    const kept = await readKept(client, peer.name, 'IN', seq);
    if (!kept || kept.bundleId === bundleId) return undefined;
    throw new Refusal('SEQ_TAKEN', `seq ${seq} is the bundle ${kept.bundleId} here, not the one that is withdrawn`);
  }
  if ((await seqOfBundle(client, peer.name, 'IN', bundleId)) !== undefined)
    throw new Refusal('SEQ_TAKEN', `bundleId ${bundleId} came under another seq`);
  const at = ground.now();
  await insertBundle(
    client,
    {
      ...{ peer: peer.name, direction: 'IN', seq, bundleId, kind: 'heartbeat', createdAt: at, body: '', signature: '' },
      ...{ hash: bundleHash, previous: row.takenHash, state: 'WITHDRAWN', storedAt: at },
    },
    [],
  );
  await movePeer(client, peer.name, { takenSeq: seq, takenHash: bundleHash });
  alarms.push({ kind: 'WITHDRAWN', direction: 'IN', seq, reason: note ?? 'no reason given' });
  return undefined;
}
