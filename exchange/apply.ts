import type pg from 'pg';
import { appendEntries } from '../events/log.js';
import type { ExchangeAlarm, NewEntry } from '../model/entry.js';
import { messageOf } from '../model/errors.js';
import type { Bundle, BundleItem, ItemFault } from '../model/exchange.js';
import { actTold, firstUntoldAct } from '../prisma/store/exchange-acts.js';
import {
  type BundleRow,
  faultedItems,
  firstUnapplied,
  markFaults,
  moveBundle,
  noteAttempt,
} from '../prisma/store/exchange-bundles.js';
import { lockPeer } from '../prisma/store/exchange-peers.js';
import { isUnavailable } from '../prisma/store/failure.js';
import { cutText } from './canonical.js';
import type { PeerGround } from './ground.js';
import { CHAIN_DIFFERS, type ExchangeKind, type Fault, type Taking } from './kinds/kind.js';
import { issueReceipt, raiseAlarms } from './receipts.js';

/** A bundle that fails so often for what it is, is set aside. */
const MOST_FAILURES = 3;
/** So often what the database gives up is taken for its fault: a quarter of an hour of the usual waits. */
const MOST_UNAVAILABLE = 20;

/**
 * Carries the next bundle of this peer one step on: from RECEIVED to VALIDATED, from there to APPLIED. Each step is one transaction with its
 * signed receipt. Returns whether there was one. A bundle that cannot be carried out is set aside with an alarm, and what follows goes on.
 */
export async function applyNext(ground: PeerGround): Promise<boolean> {
  const { db, peer } = ground;
  const bundle = await firstUnapplied(db.write, peer.name);
  if (!bundle) return false;
  let alarms: readonly ExchangeAlarm[] = [];
  try {
    await db.transaction(async (client) => {
      alarms = await (bundle.state === 'RECEIVED' ? check : apply)(client, ground, bundle);
    });
  } catch (error) {
    const said = messageOf(error);
    if (isUnavailable(error) && !(await isItsOwnFault(ground, bundle, said))) throw error;
    await failed(ground, bundle, said);
    return true;
  }
  ground.step(bundle.state === 'RECEIVED' ? 'check: committed' : 'apply: committed');
  for (const alarm of alarms) ground.onAlarm(alarm);
  return true;
}

const keyOf = ({ peer, seq }: BundleRow): { peer: string; direction: 'IN'; seq: number } => ({
  peer,
  direction: 'IN',
  seq,
});

/** Where another process has been quicker there is nothing left to do. */
async function stands(client: pg.PoolClient, ground: PeerGround, bundle: BundleRow): Promise<boolean> {
  await lockPeer(client, ground.peer.name);
  const now = await firstUnapplied(client, ground.peer.name);
  return now?.seq === bundle.seq && now.state === bundle.state;
}

async function check(client: pg.PoolClient, ground: PeerGround, bundle: BundleRow): Promise<readonly ExchangeAlarm[]> {
  if (!(await stands(client, ground, bundle))) return [];
  const { kind, taking } = takingOf(client, ground, bundle);
  const broken: string[] = [];
  const faults = await each(itemsOf(bundle), (item) => apart(bundle, taking, broken, () => kind.check(item, taking)));
  await markFaults(client, keyOf(bundle), faults);
  await moveBundle(client, keyOf(bundle), 'VALIDATED', taking.now);
  await issueReceipt(client, ground, bundle, { state: 'VALIDATED', faults });
  refuseWhole(bundle, broken);
  const differing = faults.filter(({ code }) => code === CHAIN_DIFFERS);
  const alarms = await raiseAlarms(client, ground, [
    ...differing.map(({ path, note }) => ({
      ...({ kind: 'CHAIN', direction: 'IN', seq: bundle.seq } as const),
      reason: `${ground.peer.name} says in ${path}: ${note}`,
    })),
    ...brokenItems(bundle, broken),
  ]);
  ground.step('check: before the commit');
  return alarms;
}

async function apply(client: pg.PoolClient, ground: PeerGround, bundle: BundleRow): Promise<readonly ExchangeAlarm[]> {
  if (!(await stands(client, ground, bundle))) return [];
  const { kind, taking } = takingOf(client, ground, bundle);
  const refused = new Set(await faultedItems(client, keyOf(bundle)));
  const broken: string[] = [];
  const faults = await each(itemsOf(bundle), async (item, index) =>
    refused.has(index) ? undefined : apart(bundle, taking, broken, () => kind.apply(item, taking)),
  );
  refuseWhole(bundle, broken);
  await markFaults(client, keyOf(bundle), faults);
  const acted = kind.acted !== null && faults.length + refused.size < bundle.itemCount ? kind.acted : null;
  await moveBundle(client, keyOf(bundle), acted === null ? 'APPLIED' : 'ACTED', taking.now);
  await issueReceipt(client, ground, bundle, { state: 'APPLIED', faults });
  const who = `${ground.own.orgCode} (by itself)`;
  if (acted !== null) await issueReceipt(client, ground, bundle, { state: 'ACTED', acted: { who, what: acted } });
  // Last but for the commit: appending holds the log's head.
  if (taking.entries.length > 0) await appendEntries(client, taking.entries);
  const alarms = await raiseAlarms(client, ground, brokenItems(bundle, broken));
  ground.step('apply: carried out, before the commit');
  return alarms;
}

/** The last try before a bundle is set aside: then each item stands for itself. */
const isLastTry = ({ refusals }: BundleRow): boolean => refusals >= MOST_FAILURES - 1;

/** Where nothing of it could be dealt with, the whole of it is set aside. */
function refuseWhole({ itemCount }: BundleRow, broken: readonly string[]): void {
  if (broken.length > 0 && broken.length === itemCount) throw new Error(broken[0]);
}

const brokenItems = ({ seq }: BundleRow, broken: readonly string[]): readonly Omit<ExchangeAlarm, 'peer'>[] =>
  broken.map((reason) => ({ kind: 'SET_ASIDE', direction: 'IN', seq, reason }));

/** A refused item leaves nothing behind, whatever it had written. At the last try one that breaks is refused like any other, and takes no other with it. */
async function apart(
  bundle: BundleRow,
  { client, entries }: Taking,
  broken: string[],
  work: () => Promise<Fault | undefined>,
): Promise<Fault | undefined> {
  const before = entries.length;
  await client.query('SAVEPOINT item');
  const fault = await work().catch((error: unknown) => {
    if (!isLastTry(bundle) || isUnavailable(error)) throw error;
    broken.push(messageOf(error));
    return { code: 'NOT_CARRIED_OUT', path: '', note: 'it could not be carried out here; somebody looks at it' };
  });
  if (!fault) await client.query('RELEASE SAVEPOINT item');
  else {
    await client.query('ROLLBACK TO SAVEPOINT item');
    entries.splice(before);
  }
  return fault;
}

async function each(
  items: readonly BundleItem[],
  judge: (item: BundleItem, index: number) => Promise<Fault | undefined>,
): Promise<ItemFault[]> {
  const faults: ItemFault[] = [];
  for (const [index, item] of items.entries()) {
    const fault = await judge(item, index);
    if (fault)
      faults.push({
        index,
        id: item.id,
        code: fault.code,
        path: cutText(fault.path, 200),
        note: cutText(fault.note, 300),
      });
  }
  return faults;
}

const itemsOf = ({ body }: BundleRow): readonly BundleItem[] => (JSON.parse(body) as Bundle).items;

function takingOf(
  client: pg.PoolClient,
  { own, peer, now }: PeerGround,
  { bundleId, seq, kind: name }: BundleRow,
): { kind: ExchangeKind; taking: Taking } {
  const kind = peer.kinds.find((each) => each.kind === name);
  if (!kind) throw new Error(`kind ${name} is no longer taken from ${peer.name}: its settings (flow) do not name it`);
  const entries: NewEntry[] = [];
  return { kind, taking: { client, peer, own, now: now(), entries, bundle: { bundleId, seq, kind: kind.kind } } };
}

/** Where the database gives a bundle up again and again, such as for the time it takes, and yet takes this note each time, it is the bundle. */
async function isItsOwnFault({ db }: PeerGround, bundle: BundleRow, error: string): Promise<boolean> {
  await noteAttempt(db.write, keyOf(bundle), { error });
  return bundle.attempts >= MOST_UNAVAILABLE;
}

async function failed(ground: PeerGround, bundle: BundleRow, error: string): Promise<void> {
  let alarms: readonly ExchangeAlarm[] = [];
  await ground.db.transaction(async (client) => {
    await lockPeer(client, ground.peer.name);
    const failures = await noteAttempt(client, keyOf(bundle), { error, refused: true });
    if (failures < MOST_FAILURES) return;
    await moveBundle(client, keyOf(bundle), 'SET_ASIDE', ground.now());
    // The peer is told that it was not carried out, not what broke inside.
    const note = 'it could not be carried out here; it is kept, and somebody looks at it';
    await issueReceipt(client, ground, bundle, { state: 'SET_ASIDE', note });
    alarms = await raiseAlarms(client, ground, [
      { kind: 'SET_ASIDE', direction: 'IN', seq: bundle.seq, reason: error },
    ]);
  });
  for (const alarm of alarms) ground.onAlarm(alarm);
}

/** Gives the next act of somebody on a bundle of this peer its signed receipt; returns whether there was one. */
export async function tellNextAct(ground: PeerGround): Promise<boolean> {
  const { db, now, peer } = ground;
  // Usually there is none: that takes one statement and no lock.
  if (!(await firstUntoldAct(db.write, peer.name))) return false;
  return db.transaction(async (client) => {
    await lockPeer(client, peer.name);
    const act = await firstUntoldAct(client, peer.name);
    if (!act) return false;
    const { bundleId, hash, seq, what, who } = act;
    await moveBundle(client, { peer: peer.name, direction: 'IN', seq }, 'ACTED', now());
    await issueReceipt(client, ground, { bundleId, seq, hash }, { state: 'ACTED', acted: { who, what } });
    await actTold(client, peer.name, seq);
    return true;
  });
}
