import type { BundleKind } from '../../model/exchange.js';
import type { Queryable } from '../database.js';

/** Bundles of ours that lack the receipt that they are carried out for too long, and what was last said of them. */
export interface Overdue {
  readonly count: number;
  /** Of those not yet marked. */
  readonly unmarked: number;
  /** The oldest of them, and when it was made; null: there is none. */
  readonly seq: number | null;
  readonly kind: BundleKind | null;
  readonly since: Date | null;
  /** As many as the alarm that stands says; 0: none stands. */
  readonly told: number;
}

/** `limit`: what was made until then is overdue. Signs of life never are. */
export async function readOverdue(db: Queryable, peer: string, limit: Date): Promise<Overdue | undefined> {
  const { rows } = await db.query<Overdue>(
    `SELECT p.overdue_told AS told, count(b.seq) AS count, count(b.seq) FILTER (WHERE b.overdue_at IS NULL) AS unmarked, min(b.seq) AS seq,
       (array_agg(b.kind ORDER BY b.seq))[1] AS kind, min(b.stored_at) AS since
     FROM exchange_peer p LEFT JOIN exchange_bundle b ON b.peer = p.name AND b.direction = 'OUT' AND b.kind <> 'heartbeat'
       AND b.state IN ('SEALED', 'RECEIVED', 'VALIDATED') AND (b.stored_at <= $2 OR b.overdue_at IS NOT NULL)
     WHERE p.name = $1 GROUP BY p.overdue_told`,
    [peer, limit],
  );
  return rows[0];
}

/** Marks each of them once, with when it was seen. */
export async function markOverdue(client: Queryable, peer: string, limit: Date, at: Date): Promise<void> {
  await client.query(
    `UPDATE exchange_bundle SET overdue_at = $3
     WHERE peer = $1 AND direction = 'OUT' AND state IN ('SEALED', 'RECEIVED', 'VALIDATED') AND overdue_at IS NULL
       AND kind <> 'heartbeat' AND stored_at <= $2`,
    [peer, limit, at],
  );
}

export async function saveOverdueTold(client: Queryable, peer: string, told: number): Promise<void> {
  await client.query('UPDATE exchange_peer SET overdue_told = $2 WHERE name = $1', [peer, told]);
}
