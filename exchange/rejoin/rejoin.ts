import { appendEntries } from '../../events/log.js';
import type { ExchangeAlarm, NewEntry } from '../../model/entry.js';
import type { Bundle, BundleItem } from '../../model/exchange.js';
import { type ForkRow, toldVersions } from '../../prisma/store/exchange-forks.js';
import { AGAIN, tellPeers } from '../../prisma/store/exchange-outbox.js';
import { lockPeer } from '../../prisma/store/exchange-peers.js';
import { type PeerGround, requireEvidence } from '../ground.js';
import { endsOf, type RejoinedStatement } from '../kinds/heartbeat.js';
import { raiseAlarms } from '../receipts.js';
import { takeOne } from '../take-receipts.js';
import { adoptSent, adoptTaken, adoptTold, type Said, saidIn, type Work } from './adopt.js';
import { carryOutAgain } from './again.js';
import type { KnownKeys } from './believe.js';
import { RejoinRefused, recordsOf } from './book.js';
import { type Comparison, compare } from './compare.js';
import { lastTold, recallAcknowledged, recallIssued, unknownHere } from './recall.js';
import { standAgain } from './stand.js';

/** What was done. */
export interface Rejoined {
  /** Taken back from the other side: our bundles and receipts, its bundles and receipts. */
  readonly sent: number;
  readonly told: number;
  readonly taken: number;
  readonly heard: number;
  /** Made here since the restore in places that were taken: kept apart. */
  readonly bundlesAside: number;
  readonly receiptsAside: number;
  /** Items of those bundles that the peer is told under a new number. */
  readonly toldAgain: number;
  /** Items of the peer's that were carried out again here, and those that could not be. */
  readonly carriedOut: number;
  readonly failed: readonly string[];
  /** Instructions that stand again as they were told of in the lost time. */
  readonly recalled: number;
  /** What the peer was told of in the lost time and this database does not know. */
  readonly unknown: readonly string[];
  /** The file lacks what the peer itself had sent here: it is too old, or the peer was put back, too. */
  readonly otherLacks: string | undefined;
}

/**
 * Takes this side of the exchange with one peer up again after its database was put back to an older state, from the peer's export of it. In one
 * transaction, with its evidence: killed at any moment, nothing was done. Undefined where nothing of ours is missing. Throws RejoinRefused, with
 * what was seen, for a file that is not the peer's or does not fit, and where it is the other side that was put back.
 */
export async function rejoin(
  ground: PeerGround,
  lines: AsyncIterable<string>,
  keys: KnownKeys,
): Promise<Rejoined | undefined> {
  requireEvidence(ground);
  let alarms: readonly ExchangeAlarm[] = [];
  let committed = (): void => {};
  const done = await ground.db.transaction(async (client) => {
    const row = await lockPeer(client, ground.peer.name);
    if (!row.configured) throw new RejoinRefused(`${row.name} is not configured in this database: start the hub once`);
    const found = await compare(client, row, recordsOf(lines, ground.own, ground.peer));
    if (found.OUT.beyond.length === 0 && found.OURS.beyond.length === 0) {
      const lacks = lackingOf(found);
      if (lacks) throw new RejoinRefused(`nothing of ours is missing here. ${lacks}`);
      return undefined;
    }
    const telling: Telling = { entries: [], alarms: [] };
    const result = await takeUp({ client, ground, found, keys, at: ground.now() }, telling);
    // The last of all: appending holds the log's head, and evidence the audit's.
    await appendEntries(client, telling.entries);
    alarms = await raiseAlarms(client, ground, [rejoinedAlarm(result), ...telling.alarms]);
    committed = await ground.evidence.write(client, {
      ...{ peer: row.name, act: 'exchange rejoined', road: 'export file', kind: null, bundleId: null },
      ...{ seq: found.OUT.common, result: 'OK', items: result.sent + result.told + result.taken + result.heard },
    });
    return result;
  });
  committed();
  for (const alarm of alarms) ground.onAlarm(alarm);
  return done;
}

type Alarm = Omit<ExchangeAlarm, 'peer'>;
/** What the log is to be told at the end. */
interface Telling {
  readonly entries: NewEntry[];
  readonly alarms: Alarm[];
}

const rejoinedAlarm = ({ bundlesAside, receiptsAside, sent, told }: Rejoined): Alarm => ({
  ...{ kind: 'REJOINED', direction: 'OUT', seq: null },
  reason: `this side was put back to an older state and has rejoined: of ours ${sent} bundles and ${told} receipts were taken back, ${bundlesAside} and ${receiptsAside} made since were set aside`,
});

/** What the peer's export lacks of its own chains. */
function lackingOf({ IN, THEIRS }: Comparison): string | undefined {
  const said = (
    [
      ['bundles', IN],
      ['receipts', THEIRS],
    ] as const
  ).flatMap(([noun, { common, ours, theirs }]) => {
    if (common === ours) return [];
    return theirs === common
      ? [`of its own ${noun} the file has ${theirs}, and ${ours} are here`]
      : [`its own ${noun} from ${common + 1} on are others in the file than here`];
  });
  if (said.length === 0) return undefined;
  return `${said.join('; ')}: the file was made too early, or the other side was put back to an older state: then rejoin there, with an export of this side`;
}

async function takeUp(work: Work, { alarms, entries }: Telling): Promise<Rejoined> {
  const [ours, theirs] = [await saidIn(work, 'OURS'), await saidIn(work, 'THEIRS')];
  const { adopted, aside } = await adoptSent(work, ours);
  const taken = await adoptTaken(work, ours, theirs);
  const receipts = await adoptTold(work, ours, aside);
  const { toldHash: hash, toldNumber: number } = await lockPeer(work.client, work.ground.peer.name);
  const heard = await hear(work, theirs, alarms);
  await state(work, { number, hash }, aside, receipts);
  const again = await standAgain(work, ours, receipts);
  const items = lastTold(adopted);
  const issued = await recallIssued(work, items, entries);
  const { done, failed } = await carryOutAgain(work, again, entries);
  const acknowledged = await recallAcknowledged(work, items, entries);
  const toldAgain = await tellAnew(work, aside);
  const unknown = await unknownHere(work, items);
  for (const { reason, seq } of failed)
    alarms.push({ kind: 'SET_ASIDE', direction: 'IN', seq, reason: `after the restore, ${reason}` });
  return {
    ...{ sent: work.found.OUT.beyond.length, told: ours.length, taken, heard },
    ...{ bundlesAside: aside.length, receiptsAside: receipts.length, toldAgain },
    ...{ carriedOut: done, recalled: issued + acknowledged, unknown, otherLacks: lackingOf(work.found) },
    failed: failed.map(({ reason, seq }) => `bundle ${seq}: ${reason}`),
  };
}

/** The peer's receipts that are missing here, as if they had come; those that something must come before follow by the road. */
async function hear({ client, found, ground }: Work, theirs: readonly Said[], alarms: Alarm[]): Promise<number> {
  const { common, ours } = found.THEIRS;
  if (common !== ours) return 0;
  let heard = 0;
  for (const { kept, receipt } of theirs) {
    if ((await takeOne(client, ground, { signed: kept, receipt }, alarms)) === 'later') break;
    heard += 1;
  }
  return heard;
}

/** Says, signed with the next sign of life, that we have rejoined and from where we go on. */
async function state(
  { at, client, ground }: Work,
  told: RejoinedStatement['told'],
  bundles: readonly ForkRow[],
  receipts: readonly ForkRow[],
): Promise<void> {
  const end = (rows: readonly ForkRow[]): { number: number; hash: string } | null => {
    const last = rows.at(-1);
    return last ? { number: last.number, hash: last.hash } : null;
  };
  const rejoined: RejoinedStatement = {
    at: at.toISOString(),
    ...endsOf(await lockPeer(client, ground.peer.name)),
    told,
    aside: { sent: end(bundles), told: end(receipts) },
  };
  const { name } = ground.peer;
  await tellPeers(client, { source: 'heartbeat', key: name, at, payload: { rejoined } }, name);
}

/** Tells the peer what the bundles held that were set aside, but for what it was told in the lost time in the same version. */
async function tellAnew({ at, client, ground }: Work, aside: readonly ForkRow[]): Promise<number> {
  const { name } = ground.peer;
  const items: BundleItem[] = aside
    .filter(({ body }) => body !== '')
    .flatMap(({ body }) => (JSON.parse(body) as Bundle).items)
    .filter(({ type }) => type !== 'heartbeat');
  const told = await toldVersions(
    client,
    name,
    items.map(({ id }) => id),
  );
  let count = 0;
  for (const item of items) {
    const version = `${item.type} ${item.id} ${item.version} ${item.op}`;
    if (told.has(version)) continue;
    told.add(version);
    count += await tellPeers(client, { source: AGAIN, key: item.id, at, payload: { ...item } }, name);
  }
  return count;
}
