import { randomUUID } from 'node:crypto';
import type pg from 'pg';
import { departmentOfFeed } from '../model/department.js';
import type { ExchangeAlarm } from '../model/entry.js';
import { messageOf } from '../model/errors.js';
import {
  BUNDLE_BYTES,
  BUNDLE_ITEMS,
  type Bundle,
  type BundleItem,
  type BundleKind,
  SCHEMA_VERSION,
} from '../model/exchange.js';
import { insertBundle } from '../prisma/store/exchange-bundles.js';
import { AGAIN, deleteRows, type OutboxRow, setRowAside, waitingRows } from '../prisma/store/exchange-outbox.js';
import { lockPeer, movePeer } from '../prisma/store/exchange-peers.js';
import { isUnavailable } from '../prisma/store/failure.js';
import { canonicalJson, hashOf } from './canonical.js';
import { itemFault, momentOf } from './envelope.js';
import type { PeerGround } from './ground.js';
import type { ExchangeKind } from './kinds/kind.js';
import { peerSight } from './kinds/sight.js';
import { isTelling } from './kinds/tell.js';
import { currentKey, raiseAlarms } from './receipts.js';
import { sign } from './signing.js';

/** Rows of the outbox in one transaction. */
const ROWS = 200;
/** Digests are put into bundles no further ahead of the peer than this; what else there is goes at once, and never waits for them. */
const AHEAD = 8;
/** For the envelope around the items. */
const ENVELOPE_BYTES = 2000;

interface Draft {
  readonly kind: BundleKind;
  readonly items: BundleItem[];
  bytes: number;
}

/**
 * Makes signed bundles of what waits for the peer, in its order, and empties the outbox of it, in one transaction. Returns how many rows were
 * dealt with; 0: nothing waits. What cannot be put into a bundle is set aside with an alarm.
 */
export async function seal(ground: PeerGround): Promise<number> {
  const { db, peer, step } = ground;
  const patience = { sources: digestsOf(peer.kinds), ahead: AHEAD };
  // Usually nothing waits: that takes one statement and no lock.
  if ((await waitingRows(db.write, peer.name, 1, patience)).length === 0) return 0;
  let alarms: readonly ExchangeAlarm[] = [];
  const done = await db.transaction(async (client) => {
    const locked = await lockPeer(client, peer.name);
    const rows = await waitingRows(client, peer.name, ROWS, patience);
    if (rows.length === 0) return 0;
    const { drafts, faults } = await draftsOf(client, ground, rows);
    let end = { seq: locked.sentSeq, hash: locked.sentHash };
    for (const draft of drafts) end = await sealOne(client, ground, draft, end);
    await movePeer(client, peer.name, { sentSeq: end.seq, sentHash: end.hash });
    for (const [id, reason] of faults) await setRowAside(client, id, reason);
    await deleteRows(
      client,
      rows.filter(({ id }) => !faults.has(id)).map(({ id }) => id),
    );
    const found = [...faults.values()];
    alarms = await raiseAlarms(
      client,
      ground,
      found.map((reason) => ({ kind: 'SET_ASIDE', direction: 'OUT', seq: null, reason })),
    );
    step('seal: before the commit');
    return rows.length;
  });
  if (done > 0) step('seal: committed');
  for (const alarm of alarms) ground.onAlarm(alarm);
  return done;
}

/** What a job tells of from time to time: the newest of each thing is as good as all of them. */
const digestsOf = (kinds: readonly ExchangeKind[]): string[] =>
  kinds.filter(isTelling).flatMap(({ sources }) => sources);

async function draftsOf(
  client: pg.PoolClient,
  ground: PeerGround,
  rows: readonly OutboxRow[],
): Promise<{ drafts: Draft[]; faults: Map<number, string> }> {
  const drafts: Draft[] = [];
  const faults = new Map<number, string>();
  for (const row of rows) {
    const items = await itemsOf(client, ground, row);
    if (typeof items === 'string') faults.set(row.id, items);
    else for (const item of items) put(drafts, item);
  }
  return { drafts, faults };
}

/** The items of a row, or why it has to be set aside. A fault of the database is nobody's fault: it is thrown, and all is done again. */
async function itemsOf(client: pg.PoolClient, ground: PeerGround, row: OutboxRow): Promise<BundleItem[] | string> {
  await client.query('SAVEPOINT collecting');
  try {
    const items = await (row.source === AGAIN ? itemsAgain : collected)(client, ground.peer, row);
    await client.query('RELEASE SAVEPOINT collecting');
    return items;
  } catch (error) {
    if (isUnavailable(error) && !isItsOwnFault(ground, row)) throw error;
    await client.query('ROLLBACK TO SAVEPOINT collecting');
    return `${row.source} ${row.key} cannot be told: ${messageOf(error)}`;
  }
}

/** So often what the database gives up is taken for its fault: a quarter of an hour of the usual waits. */
const MOST_UNAVAILABLE = 20;
/** The row of each peer that the database gave up last, and how often one after another; after a restart it is counted anew. */
const givenUp = new WeakMap<PeerGround, { readonly id: number; readonly times: number }>();

/** Where the database gives a row up again and again, such as for the time it takes, it is the row: what follows must not wait for ever. */
function isItsOwnFault(ground: PeerGround, { id }: OutboxRow): boolean {
  const last = givenUp.get(ground);
  const times = last?.id === id ? last.times + 1 : 1;
  givenUp.set(ground, { id, times });
  return times > MOST_UNAVAILABLE;
}

async function collected(
  client: pg.PoolClient,
  peer: PeerGround['peer'],
  row: OutboxRow,
): Promise<BundleItem[] | string> {
  const items: BundleItem[] = [];
  for (const kind of peer.kinds) {
    if (!kind.sources.includes(row.source)) continue;
    const item = await kind.collect(row, peer, client);
    const fault = item && faultOf(item);
    if (fault) throw new Error(fault);
    if (item) items.push(item);
  }
  return items;
}

/** Judged and written before, it goes as it was; what a job told of stands in it whole, and is judged anew: its grant may be over. */
async function itemsAgain(
  client: pg.PoolClient,
  peer: PeerGround['peer'],
  { id, key, payload }: OutboxRow,
): Promise<BundleItem[] | string> {
  const item = payload as unknown as BundleItem;
  const kind = peer.kinds.find((each) => each.kind === item.type);
  if (!kind) return `${item.type} ${item.id} is not told: the settings (flow) no longer name its kind`;
  if (!isTelling(kind)) return (await isStillGranted(client, peer, item)) ? sealable(item) : [];
  const told = { id, source: kind.kind, key, at: new Date(item.provenance.changedAt), payload: item.payload };
  const judged = await kind.collect(told, peer, client);
  return judged ? sealable(judged) : [];
}

/** Reports of other departments than the duty office's own go by their grant; warnings are public, and the rest is between the two platforms. */
async function isStillGranted(
  client: pg.PoolClient,
  { name }: PeerGround['peer'],
  { provenance: { changedAt, feed }, type }: BundleItem,
): Promise<boolean> {
  if (type !== 'incidentReport' || feed === null || departmentOfFeed(feed) === 'EMERGENCY') return true;
  return (await peerSight(client, name, new Date(changedAt))).sees(feed);
}

/** It goes again, unless what was wrong is the item itself. */
function sealable(item: BundleItem): BundleItem[] | string {
  const fault = faultOf(item);
  return fault ? `${item.type} ${item.id} cannot be told again: ${fault}` : [item];
}

/** Why no bundle may hold it: the whole of it would be refused. */
const faultOf = (item: BundleItem): string | undefined =>
  itemFault(item) ??
  (sizeOf(item) > BUNDLE_BYTES - ENVELOPE_BYTES
    ? `it takes more than ${BUNDLE_BYTES - ENVELOPE_BYTES} bytes`
    : undefined);

const sizeOf = (item: BundleItem): number => Buffer.byteLength(canonicalJson(item));

function put(drafts: Draft[], item: BundleItem): void {
  const bytes = sizeOf(item) + 1;
  const last = drafts.at(-1);
  const fits = last?.kind === item.type && last.items.length < BUNDLE_ITEMS;
  if (last && fits && last.bytes + bytes <= BUNDLE_BYTES - ENVELOPE_BYTES) {
    last.items.push(item);
    last.bytes += bytes;
  } else drafts.push({ kind: item.type, items: [item], bytes });
}

async function sealOne(
  client: pg.PoolClient,
  ground: PeerGround,
  { kind, items }: Draft,
  end: { readonly seq: number; readonly hash: string },
): Promise<{ seq: number; hash: string }> {
  const { own, peer } = ground;
  const at = ground.now();
  const bundle: Bundle = {
    ...{ bundleId: randomUUID(), seq: end.seq + 1, from: own, to: peer.party, createdAt: momentOf(at), kind },
    ...{ schemaVersion: SCHEMA_VERSION, items, prevHash: end.hash },
  };
  const body = canonicalJson(bundle);
  const hash = hashOf(body);
  await insertBundle(
    client,
    {
      ...{ peer: peer.name, direction: 'OUT', seq: bundle.seq, bundleId: bundle.bundleId, kind, createdAt: at, body },
      ...{ signature: await sign(body, 'fenghuo-bundle+jws', currentKey(ground)), hash, previous: end.hash },
      ...{ state: 'SEALED', storedAt: at },
    },
    items.map(({ type, id, version, op }) => ({ kind: type, id, version, op })),
  );
  return { seq: bundle.seq, hash };
}
