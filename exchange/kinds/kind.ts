import type pg from 'pg';
import type { NewEntry } from '../../model/entry.js';
import type { BundleItem, BundleKind, ItemFault, Party } from '../../model/exchange.js';
import type { Queryable } from '../../prisma/database.js';

/** A row of the outbox: an entry of the log under its topic, or what was told under a kind of its own. */
export interface Told {
  readonly id: number;
  readonly source: string;
  readonly key: string;
  readonly at: Date;
  readonly payload: Readonly<Record<string, unknown>>;
}

/** Which peer it is about, as the settings have it. */
export interface PeerView {
  readonly name: string;
  readonly party: Party;
  /** The feed of what it sends. */
  readonly feedId: string;
}

/** With what an item is judged and carried out. */
export interface Taking {
  readonly client: pg.PoolClient;
  readonly peer: PeerView;
  readonly own: Party;
  readonly now: Date;
  /** Told to the log at the end of the transaction. */
  readonly entries: NewEntry[];
  readonly bundle: { readonly bundleId: string; readonly seq: number; readonly kind: BundleKind };
}

/** The code of an item that says of the chains something else than is kept here: an alarm. */
export const CHAIN_DIFFERS = 'CHAIN_DIFFERS';

/** Why an item is not taken. `index` and `id` are added by the caller. */
export type Fault = Omit<ItemFault, 'index' | 'id'>;

/** One kind of bundle: how what is told becomes items, and what is done with items that come. */
export interface ExchangeKind {
  readonly kind: BundleKind;
  /** Sources of the outbox that it makes items of: topics of the log, or its own name. */
  readonly sources: readonly string[];
  /**
   * The item of what is told, or undefined where this peer is not to have it (settings, grants, its own word). Runs in the transaction
   * that seals the bundle; what it throws sets the row aside.
   */
  collect(told: Told, peer: PeerView, client: Queryable): Promise<BundleItem | undefined>;
  /** Judges an item before anything of its bundle is carried out; changes nothing. */
  check(item: BundleItem, taking: Taking): Promise<Fault | undefined>;
  /** Carries out an item that `check` let pass. May still refuse it; then nothing of it stays. The same item again changes nothing. */
  apply(item: BundleItem, taking: Taking): Promise<Fault | undefined>;
  /** Whether a bundle counts as acted on once it is applied, and by what; null: somebody acts on it later. */
  readonly acted: string | null;
}
