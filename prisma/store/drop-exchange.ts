import type { Queryable } from '../database.js';

/** Of these nothing more is heard. */
const OVER = "state IN ('APPLIED', 'ACTED', 'SET_ASIDE', 'WITHDRAWN')";

/**
 * Drops what is older than `limit` from the beginning of each chain, in the caller's transaction: bundles that are over, then receipts of which no
 * bundle is left. The last that could go stays, so that whoever verifies sees by its signed time that what was before it was old enough, too.
 */
export async function dropOldExchange(client: Queryable, limit: Date): Promise<void> {
  await client.query(`SELECT set_config('fenghuo.retention', 'on', true)`);
  await client.query(
    `DELETE FROM exchange_bundle b USING exchange_peer p CROSS JOIN (VALUES ('OUT'), ('IN')) AS d (direction)
     CROSS JOIN LATERAL (
       SELECT seq FROM exchange_bundle
       WHERE peer = p.name AND direction = d.direction AND NOT (${OVER} AND created_at < $1 AND stored_at < $1)
       ORDER BY seq LIMIT 1) AS kept
     WHERE b.peer = p.name AND b.direction = d.direction AND b.seq < kept.seq - 1`,
    [limit],
  );
  await client.query(
    `DELETE FROM exchange_receipt r USING exchange_peer p CROSS JOIN (VALUES ('OURS'), ('THEIRS')) AS i (issuer)
     CROSS JOIN LATERAL (
       SELECT number FROM exchange_receipt o
       WHERE peer = p.name AND issuer = i.issuer AND NOT (at < $1 AND stored_at < $1 AND NOT EXISTS (
         SELECT FROM exchange_bundle WHERE peer = o.peer AND bundle_id = o.bundle_id))
       ORDER BY number LIMIT 1) AS kept
     WHERE r.peer = p.name AND r.issuer = i.issuer AND r.number < kept.number - 1`,
    [limit],
  );
}
