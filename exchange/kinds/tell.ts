import type pg from 'pg';
import type { BundleKind } from '../../model/exchange.js';
import type { Database } from '../../prisma/database.js';
import {
  type LastTold,
  lockLastTold,
  readLastTold,
  saveLastTold,
  type ToTell,
  tellPeer,
} from '../../prisma/store/exchange-told.js';
import type { ExchangeKind, PeerView } from './kind.js';

/** A kind that no entry of the log tells of: a job does, from time to time. */
export interface TellingKind extends ExchangeKind {
  /** Whether something may be due, by what was last told as a whole: asked often, and without a lock. */
  due(last: LastTold | undefined, now: Date): boolean;
  /** Puts into the peer's outbox what is due by `now`, and returns how many rows; called again, also after a restart, it puts nothing twice. */
  tell(client: pg.PoolClient, peer: PeerView, now: Date): Promise<number>;
}

export const isTelling = (kind: ExchangeKind): kind is TellingKind => 'tell' in kind;

/**
 * Has every such kind tell its peer what is due, each in a transaction of its own; returns how many rows were put into outboxes. Where one fails
 * the others tell all the same, and then it throws.
 */
export async function tellDigests(
  db: Database,
  peers: readonly { readonly peer: PeerView; readonly kinds: readonly ExchangeKind[] }[],
  now: Date,
): Promise<number> {
  let told = 0;
  const faults: unknown[] = [];
  for (const { peer, kinds } of peers) {
    const telling = kinds.filter(isTelling);
    if (telling.length === 0) continue;
    const last = await readLastTold(db.write, peer.name);
    for (const kind of telling.filter((each) => each.due(last.get(each.kind), now)))
      try {
        told += await db.transaction((client) => kind.tell(client, peer, now));
      } catch (error) {
        faults.push(error);
      }
  }
  if (faults.length > 0) throw faults[0];
  return told;
}

/** Rows by what `keyOf` says of them, in their order. */
export function grouped<R>(rows: readonly R[], keyOf: (row: R) => string): Map<string, R[]> {
  const groups = new Map<string, R[]>();
  for (const row of rows) {
    const group = groups.get(keyOf(row));
    if (group) group.push(row);
    else groups.set(keyOf(row), [row]);
  }
  return groups;
}

/** Where a period of so many minutes ends, and the one before began: periods are counted from midnight UTC. */
export interface Period {
  readonly from: Date;
  readonly to: Date;
}

/** When the last period of so many minutes was over. */
const endOf = (everyMinutes: number, now: Date): Date => {
  const length = everyMinutes * 60_000;
  return new Date(Math.floor(now.getTime() / length) * length);
};

/** ISO times of one form sort as the moments do: a clock that was set back tells nothing twice. */
export const periodDue = (last: LastTold | undefined, everyMinutes: number, now: Date): boolean =>
  last === undefined || last.told < endOf(everyMinutes, now).toISOString();

/**
 * Tells once of the last period that is over by `now`, whoever calls and how often. Periods that passed while nobody asked are not told of
 * one by one: the newest says how things are.
 */
export async function tellPeriod(
  client: pg.PoolClient,
  peer: string,
  source: BundleKind,
  when: { readonly everyMinutes: number; readonly now: Date },
  read: (period: Period) => Promise<readonly ToTell[]>,
): Promise<number> {
  const last = (await lockLastTold(client, peer, source)).get('');
  if (!periodDue(last, when.everyMinutes, when.now)) return 0;
  const to = endOf(when.everyMinutes, when.now);
  const told = await read({ from: new Date(to.getTime() - when.everyMinutes * 60_000), to });
  await tellPeer(client, peer, source, told, when.now);
  await saveLastTold(client, peer, source, [{ key: '', told: to.toISOString() }], when.now);
  return told.length;
}
