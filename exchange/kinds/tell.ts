import type pg from 'pg';
import type { BundleKind } from '../../model/exchange.js';
import type { Database } from '../../prisma/database.js';
import { lockLastTold, saveLastTold, type ToTell, tellPeer } from '../../prisma/store/exchange-told.js';
import type { ExchangeKind, PeerView } from './kind.js';

/** A kind that no entry of the log tells of: a job does, from time to time. */
export interface TellingKind extends ExchangeKind {
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
  for (const { peer, kinds } of peers)
    for (const kind of kinds.filter(isTelling))
      try {
        told += await db.transaction((client) => kind.tell(client, peer, now));
      } catch (error) {
        faults.push(error);
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
  const length = when.everyMinutes * 60_000;
  const to = new Date(Math.floor(when.now.getTime() / length) * length);
  const last = (await lockLastTold(client, peer, source)).get('')?.told;
  // ISO times of one form sort as the moments do: a clock that was set back tells nothing twice.
  if (last !== undefined && last >= to.toISOString()) return 0;
  const told = await read({ from: new Date(to.getTime() - length), to });
  await tellPeer(client, peer, source, told, when.now);
  await saveLastTold(client, peer, source, [{ key: '', told: to.toISOString() }], when.now);
  return told.length;
}
