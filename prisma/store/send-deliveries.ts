import type { DeliveryReceipt, DeliveryState, OutgoingChange } from '../../model/delivery.js';
import type { WarningSnapshot } from '../../model/entry.js';
import type { WarningChangeKind } from '../../model/warning.js';
import type { Queryable } from '../database.js';

/** A delivery that this process may try now. `attempts` counts this one and tells it from later ones. */
export interface ClaimedDelivery {
  readonly id: string;
  readonly number: number;
  readonly dispatchId: number;
  readonly recipient: string;
  readonly attempts: number;
  readonly refusals: number;
  readonly relatedNumber: number | null;
  readonly change: OutgoingChange;
}

/** Nothing that is over goes out any more, also where the log has not been read as far as that yet. Returns how many were left. */
export async function expireOverdue(db: Queryable, channel: string, now: Date): Promise<number> {
  const { rowCount } = await db.query(
    `UPDATE warning_delivery d SET state = 'EXPIRED', ended_at = $2, last_error = 'over before it went out'
     FROM warning_dispatch p LEFT JOIN warning w ON w.identifier = p.identifier
     WHERE d.channel = $1 AND d.state = 'QUEUED' AND p.id = d.dispatch_id
       AND (p.until <= $2 OR p.warning ->> 'state' = 'ACTIVE' AND w.state <> 'ACTIVE')
       AND (d.claimed_until IS NULL OR d.claimed_until <= $2)`,
    [channel, now],
  );
  return rowCount ?? 0;
}

/**
 * Takes up to `limit` deliveries of the oldest change that is due, for this process alone until `until`; none to a recipient to whom an
 * earlier change of the same warning is just being sent. A claim that has run out unanswered counts as refused: the process
 * that held it is gone.
 */
export async function claimDue(
  db: Queryable,
  channel: string,
  { now, until, limit }: { now: Date; until: Date; limit: number },
): Promise<ClaimedDelivery[]> {
  const { rows } = await db.query<Omit<ClaimedDelivery, 'change'> & ChangeColumns>(
    `WITH due AS (
       SELECT d.id FROM warning_delivery d
       WHERE d.dispatch_id = (SELECT min(d.dispatch_id) FROM warning_delivery d WHERE ${DUE}) AND ${DUE}
       ORDER BY d.dispatch_id, d.number LIMIT $4 FOR UPDATE SKIP LOCKED
     ), claimed AS (
       UPDATE warning_delivery d SET attempts = d.attempts + 1, refusals = d.refusals + (d.claimed_until IS NOT NULL)::int,
         claimed_until = $3
       FROM due WHERE d.id = due.id RETURNING d.*
     )
     SELECT c.id, c.number, c.dispatch_id AS "dispatchId", c.recipient, c.attempts, c.refusals,
       c.related_number AS "relatedNumber", ${CHANGE}
     FROM claimed c JOIN warning_dispatch p ON p.id = c.dispatch_id ORDER BY c.dispatch_id, c.number`,
    [channel, now, until, limit],
  );
  return rows.map(({ kind, at, epoch, position, warning, supersedes, ...row }) => ({
    ...row,
    change: { kind, at: at.toISOString(), cursor: `${epoch}:${position}`, warning, supersedes },
  }));
}

/** What may be tried at $2 on channel $1. */
const DUE = `d.channel = $1 AND d.state = 'QUEUED' AND d.next_attempt_at <= $2
  AND (d.claimed_until IS NULL OR d.claimed_until <= $2)
  AND NOT EXISTS (SELECT 1 FROM warning_delivery o WHERE o.identifier = d.identifier AND o.recipient = d.recipient
    AND o.channel = d.channel AND o.dispatch_id < d.dispatch_id AND o.claimed_until > $2)`;

interface ChangeColumns {
  readonly kind: WarningChangeKind;
  readonly at: Date;
  readonly epoch: string;
  readonly position: number;
  readonly warning: WarningSnapshot;
  readonly supersedes: readonly string[];
}
const CHANGE = 'p.kind, p.at, p.epoch, p.position, p.warning, p.supersedes';

/** What came of one attempt. */
export interface Tried {
  readonly id: string;
  readonly attempts: number;
  /** QUEUED: again at `nextAttemptAt`. */
  readonly state: DeliveryState;
  readonly nextAttemptAt: Date;
  readonly refused: boolean;
  readonly error: string | null;
  readonly receiptId: string | null;
}

/** Writes down what came of attempts. One that another process has taken over since, or that a receipt has settled, is left as it is. */
export async function settle(db: Queryable, tried: readonly Tried[], now: Date): Promise<void> {
  await db.query(
    `UPDATE warning_delivery d SET
       state = CASE WHEN d.state = 'EXPIRED' AND t.state = 'QUEUED' THEN 'EXPIRED' ELSE t.state END,
       claimed_until = NULL, next_attempt_at = t.next, last_error = t.error, refusals = d.refusals + t.refused::int,
       receipt_id = coalesce(t.receipt, d.receipt_id),
       sent_at = CASE WHEN t.state IN ('SENT', 'DELIVERED') THEN coalesce(d.sent_at, $8) ELSE d.sent_at END,
       ended_at = CASE WHEN t.state IN ('DELIVERED', 'FAILED') THEN $8 ELSE d.ended_at END
     FROM unnest($1::uuid[], $2::int[], $3::text[], $4::timestamptz[], $5::bool[], $6::text[], $7::text[])
       AS t(id, attempts, state, next, refused, error, receipt)
     WHERE d.id = t.id AND d.attempts = t.attempts AND d.state IN ('QUEUED', 'EXPIRED')`,
    [
      tried.map(({ id }) => id),
      tried.map(({ attempts }) => attempts),
      tried.map(({ state }) => state),
      tried.map(({ nextAttemptAt }) => nextAttemptAt),
      tried.map(({ refused }) => refused),
      tried.map(({ error }) => error),
      tried.map(({ receiptId }) => receiptId),
      now,
    ],
  );
}

/** When the channel's next delivery is due, by whoever holds it; undefined: nothing is queued. */
export async function nextDue(db: Queryable, channel: string): Promise<Date | undefined> {
  const { rows } = await db.query<{ at: Date | null }>(
    `SELECT min(greatest(next_attempt_at, coalesce(claimed_until, next_attempt_at))) AS at
     FROM warning_delivery WHERE channel = $1 AND state = 'QUEUED'`,
    [channel],
  );
  return rows[0]?.at ?? undefined;
}

/** Whether anything sent since `since` still waits for word of its arrival. */
export async function awaitsReceipts(db: Queryable, channel: string, since: Date): Promise<boolean> {
  const { rows } = await db.query<{ waits: boolean }>(
    `SELECT EXISTS (SELECT 1 FROM warning_delivery WHERE channel = $1 AND state = 'SENT' AND sent_at > $2) AS waits`,
    [channel, since],
  );
  return rows[0]?.waits ?? false;
}

/** A receipt and which delivery it is of. */
export interface NewReceipt extends Omit<DeliveryReceipt, 'at'> {
  readonly of: { readonly id: string } | { readonly number: number };
}

/**
 * Takes a receipt down; false where the channel has no such delivery, or never tried it. States only go forward: what is DELIVERED
 * or FAILED stays so. What retracts is delivered once it is received. The same receipt again changes nothing.
 */
export async function takeReceipt(
  client: Queryable,
  channel: string,
  { of, state, detail }: NewReceipt,
  now: Date,
): Promise<boolean> {
  const [id, number] = 'id' in of ? [of.id, null] : [null, of.number];
  const { rowCount } = await client.query(
    `WITH found AS (
       SELECT d.id, CASE
         WHEN d.state NOT IN ('QUEUED', 'SENT', 'EXPIRED') THEN NULL
         WHEN $4 = 'RECEIVED' AND (p.kind = 'CANCELLED' OR p.warning ->> 'state' IN ('CANCELLED', 'SUPERSEDED')) THEN 'DELIVERED'
         WHEN $4 IN ('DELIVERED', 'FAILED') THEN $4 END AS next
       FROM warning_delivery d JOIN warning_dispatch p ON p.id = d.dispatch_id
       WHERE d.channel = $1 AND d.attempts > 0 AND (d.id = $2::uuid OR d.number = $3::bigint) FOR UPDATE OF d
     )
     UPDATE warning_delivery d SET state = coalesce(f.next, d.state),
       receipts = CASE WHEN d.receipts @> $5 THEN d.receipts ELSE d.receipts || $6 END,
       claimed_until = CASE WHEN f.next IS NULL THEN d.claimed_until END,
       last_error = CASE WHEN f.next = 'FAILED' THEN $7 ELSE d.last_error END,
       sent_at = coalesce(d.sent_at, $8), ended_at = CASE WHEN f.next IS NULL THEN d.ended_at ELSE $8 END
     FROM found f WHERE d.id = f.id`,
    [
      channel,
      id,
      number,
      state,
      JSON.stringify([{ state, detail }]),
      JSON.stringify([{ at: now.toISOString(), state, detail }]),
      detail,
      now,
    ],
  );
  return (rowCount ?? 0) > 0;
}

const RAW_BYTES = 4096;

/** Keeps what came back and could not be taken, with why. */
export async function keepRejection(
  client: Queryable,
  channel: string,
  rejected: { readonly name: string; readonly reason: string; readonly detail: string; readonly raw: Uint8Array },
  now: Date,
): Promise<void> {
  const { name, reason, detail, raw } = rejected;
  await client.query(
    `INSERT INTO channel_rejection (channel, received_at, name, reason, detail, raw, raw_size) VALUES ($1, $2, $3, $4, $5, $6, $7)`,
    [
      channel,
      now,
      name.slice(0, 200),
      reason,
      detail.slice(0, 500),
      Buffer.from(raw.subarray(0, RAW_BYTES)),
      raw.length,
    ],
  );
}

export async function dropOldChannelRejections(db: Queryable, limit: Date): Promise<void> {
  await db.query('DELETE FROM channel_rejection WHERE received_at < $1', [limit]);
}

/** Why the channel rests, where its other side at this address said "never again". */
export async function whyOff(db: Queryable, channel: string, address: string): Promise<string | undefined> {
  const { rows } = await db.query<{ reason: string }>(
    'SELECT off_reason AS reason FROM warning_channel WHERE name = $1 AND off_address = $2',
    [channel, address],
  );
  return rows[0]?.reason;
}

export async function switchOff(
  db: Queryable,
  channel: string,
  off: { readonly address: string; readonly reason: string; readonly at: Date },
): Promise<void> {
  await db.query('UPDATE warning_channel SET off_address = $2, off_reason = $3, off_at = $4 WHERE name = $1', [
    channel,
    off.address,
    off.reason,
    off.at,
  ]);
}
