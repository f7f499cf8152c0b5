import type { BundleState, ItemFault, Signed } from '../../model/exchange.js';
import type { Queryable } from '../database.js';

export type Direction = 'OUT' | 'IN';

/** A bundle as it is kept. */
export interface BundleRow extends Signed {
  readonly peer: string;
  readonly direction: Direction;
  readonly seq: number;
  readonly bundleId: string;
  /** One of BUNDLE_KINDS, or of those that came one that is not known here. */
  readonly kind: string;
  readonly createdAt: Date;
  readonly hash: string;
  readonly previous: string;
  readonly itemCount: number;
  readonly state: BundleState;
  readonly storedAt: Date;
  readonly sentAt: Date | null;
  readonly stateAt: Date;
  readonly attempts: number;
  readonly refusals: number;
  readonly lastError: string | null;
  readonly overdueAt: Date | null;
}

export const BUNDLE_COLUMNS = `peer, direction, seq, bundle_id AS "bundleId", kind, created_at AS "createdAt", body, signature, hash,
  previous, item_count AS "itemCount", state, stored_at AS "storedAt", sent_at AS "sentAt", state_at AS "stateAt", attempts, refusals,
  last_error AS "lastError", overdue_at AS "overdueAt"`;

export interface NewItem {
  readonly kind: string;
  readonly id: string;
  readonly version: string;
  readonly op: string;
}

export type NewBundle = Pick<
  BundleRow,
  | 'peer'
  | 'direction'
  | 'seq'
  | 'bundleId'
  | 'kind'
  | 'createdAt'
  | 'body'
  | 'signature'
  | 'hash'
  | 'previous'
  | 'state'
  | 'storedAt'
>;

/** Keeps a bundle and the list of what it holds, in two statements. */
export async function insertBundle(client: Queryable, row: NewBundle, items: readonly NewItem[]): Promise<void> {
  const { peer, direction, seq, storedAt } = row;
  await client.query(
    `INSERT INTO exchange_bundle (peer, direction, seq, bundle_id, kind, created_at, body, signature, hash, previous, item_count, state,
       stored_at, state_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $13)`,
    [
      ...[peer, direction, seq, row.bundleId, row.kind, row.createdAt, row.body, row.signature, row.hash, row.previous],
      ...[items.length, row.state, storedAt],
    ],
  );
  if (items.length === 0) return;
  await client.query(
    `INSERT INTO exchange_item (peer, direction, seq, n, kind, item_id, version, op)
     SELECT $1, $2, $3, n - 1, kind, id, version, op
     FROM unnest($4::text[], $5::text[], $6::text[], $7::text[]) WITH ORDINALITY AS i (kind, id, version, op, n)`,
    [
      ...[peer, direction, seq],
      items.map(({ kind }) => kind),
      items.map(({ id }) => id),
      items.map(({ version }) => version),
      items.map(({ op }) => op),
    ],
  );
}

export async function readBundle(
  db: Queryable,
  peer: string,
  direction: Direction,
  seq: number,
): Promise<BundleRow | undefined> {
  const { rows } = await db.query<BundleRow>(
    `SELECT ${BUNDLE_COLUMNS} FROM exchange_bundle WHERE peer = $1 AND direction = $2 AND seq = $3`,
    [peer, direction, seq],
  );
  return rows[0];
}

/** Bundles after `after` in their order, at most `limit`. */
export async function bundlesAfter(
  db: Queryable,
  peer: string,
  direction: Direction,
  after: number,
  limit: number,
): Promise<BundleRow[]> {
  const { rows } = await db.query<BundleRow>(
    `SELECT ${BUNDLE_COLUMNS} FROM exchange_bundle WHERE peer = $1 AND direction = $2 AND seq > $3 ORDER BY seq LIMIT $4`,
    [peer, direction, after, limit],
  );
  return rows;
}

/** The seq of the bundle that bears this id, where one does. */
export async function seqOfBundle(
  db: Queryable,
  peer: string,
  direction: Direction,
  bundleId: string,
): Promise<number | undefined> {
  const { rows } = await db.query<{ seq: number }>(
    'SELECT seq FROM exchange_bundle WHERE peer = $1 AND direction = $2 AND bundle_id = $3',
    [peer, direction, bundleId],
  );
  return rows[0]?.seq;
}

/** Our bundle of this hash that the peer is not known to have. */
export async function underWay(db: Queryable, peer: string, hash: string): Promise<BundleRow | undefined> {
  const { rows } = await db.query<BundleRow>(
    `SELECT ${BUNDLE_COLUMNS} FROM exchange_bundle WHERE peer = $1 AND direction = 'OUT' AND state = 'SEALED' AND hash = $2`,
    [peer, hash],
  );
  return rows[0];
}

/** The first bundle that came and is not yet carried out. */
export async function firstUnapplied(db: Queryable, peer: string): Promise<BundleRow | undefined> {
  const { rows } = await db.query<BundleRow>(
    `SELECT ${BUNDLE_COLUMNS} FROM exchange_bundle
     WHERE peer = $1 AND direction = 'IN' AND state IN ('RECEIVED', 'VALIDATED') ORDER BY seq LIMIT 1`,
    [peer],
  );
  return rows[0];
}

/**
 * The next bundle to hand over: from where the other side asked again, else the first one that it is not known to have and that has not been
 * handed over since `again`. Each of the two is looked for in its own index: together they would be, from the first bundle on, in all that were ever made.
 */
export async function nextToSend(
  db: Queryable,
  peer: string,
  resendFrom: number | null,
  again: Date,
): Promise<BundleRow | undefined> {
  const { rows } = await db.query<BundleRow>(
    `SELECT ${BUNDLE_COLUMNS} FROM exchange_bundle WHERE peer = $1 AND direction = 'OUT' AND seq = (SELECT min(seq) FROM (
       (SELECT seq FROM exchange_bundle
        WHERE peer = $1 AND direction = 'OUT' AND seq >= $2 AND state <> 'SET_ASIDE' ORDER BY seq LIMIT 1)
       UNION ALL
       (SELECT seq FROM exchange_bundle
        WHERE peer = $1 AND direction = 'OUT' AND state = 'SEALED' AND (sent_at IS NULL OR sent_at < $3) ORDER BY seq LIMIT 1)) n)`,
    [peer, resendFrom ?? Number.MAX_SAFE_INTEGER, again],
  );
  return rows[0];
}

export interface BundleKey {
  readonly peer: string;
  readonly direction: Direction;
  readonly seq: number;
}

/** The order in which states follow; a bundle never goes back. */
const RANK = `array_position(ARRAY['SEALED', 'RECEIVED', 'VALIDATED', 'APPLIED', 'ACTED', 'SET_ASIDE', 'WITHDRAWN'], `;

/** Moves a bundle forward, never back; what was wrong with it before is over. What is carried out is not set aside any more. */
export async function moveBundle(client: Queryable, key: BundleKey, state: BundleState, at: Date): Promise<void> {
  await client.query(
    `UPDATE exchange_bundle SET state = $4, state_at = $5, last_error = NULL
     WHERE peer = $1 AND direction = $2 AND seq = $3 AND ${RANK}$4) > ${RANK}state)
       AND NOT (state IN ('APPLIED', 'ACTED') AND $4 = 'SET_ASIDE')`,
    [key.peer, key.direction, key.seq, state, at],
  );
}

/** Which items of it were not taken, and why. */
export async function markFaults(client: Queryable, key: BundleKey, faults: readonly ItemFault[]): Promise<void> {
  if (faults.length === 0) return;
  await client.query(
    `UPDATE exchange_item i SET fault = f.fault
     FROM unnest($4::int[], $5::jsonb[]) AS f (n, fault)
     WHERE i.peer = $1 AND i.direction = $2 AND i.seq = $3 AND i.n = f.n`,
    [
      ...[key.peer, key.direction, key.seq],
      faults.map(({ index }) => index),
      faults.map(({ code, path, note }) => JSON.stringify({ code, path, note })),
    ],
  );
}

/** How many of its items are marked as not taken. */
export async function faultedItems(db: Queryable, key: BundleKey): Promise<number[]> {
  const { rows } = await db.query<{ n: number }>(
    'SELECT n FROM exchange_item WHERE peer = $1 AND direction = $2 AND seq = $3 AND fault IS NOT NULL',
    [key.peer, key.direction, key.seq],
  );
  return rows.map(({ n }) => n);
}

/** Writes down an attempt: handed over at `sentAt`, or what was wrong. */
export async function noteAttempt(
  client: Queryable,
  key: BundleKey,
  attempt: { readonly sentAt?: Date; readonly error?: string; readonly refused?: boolean },
): Promise<number> {
  const { rows } = await client.query<{ refusals: number }>(
    `UPDATE exchange_bundle SET attempts = attempts + 1, sent_at = coalesce($4, sent_at), last_error = $5,
       refusals = refusals + $6::int
     WHERE peer = $1 AND direction = $2 AND seq = $3 RETURNING refusals`,
    [...[key.peer, key.direction, key.seq], attempt.sentAt ?? null, attempt.error ?? null, attempt.refused ? 1 : 0],
  );
  return rows[0]?.refusals ?? 0;
}

/** Bundles that the peer is not known to have and whose signature begins in none of these ways, at most `limit`. */
export async function waitingUnderNone(
  db: Queryable,
  peer: string,
  beginnings: readonly string[],
  limit: number,
): Promise<BundleRow[]> {
  const { rows } = await db.query<BundleRow>(
    `SELECT ${BUNDLE_COLUMNS} FROM exchange_bundle
     WHERE peer = $1 AND direction = 'OUT' AND state = 'SEALED' AND NOT signature ^@ ANY ($2) ORDER BY seq LIMIT $3`,
    [peer, beginnings, limit],
  );
  return rows;
}

/** Puts another signature of ours over the same text. */
export async function resign(client: Queryable, key: BundleKey, signature: string): Promise<void> {
  await client.query('UPDATE exchange_bundle SET signature = $4 WHERE peer = $1 AND direction = $2 AND seq = $3', [
    key.peer,
    key.direction,
    key.seq,
    signature,
  ]);
}
