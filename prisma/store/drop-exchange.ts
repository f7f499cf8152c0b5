import type { Queryable } from '../database.js';

/** Of these nothing more is heard. */
const OVER = "state IN ('APPLIED', 'ACTED', 'SET_ASIDE', 'WITHDRAWN')";

/** Of each chain at once: a statement that takes longer than it may is rolled back, and nothing would ever go. */
const AT_ONCE = 2000;

/**
 * Drops what is older than `limit` from the beginning of each chain, in the caller's transaction: bundles that are over, then receipts of which no
 * bundle is left, and what was set aside at a restore. The last that could go stays, so that whoever verifies sees by its signed time that what was before it was old enough, too.
 * Returns whether there may be more: then it is to be called again.
 */
export async function dropOldExchange(client: Queryable, limit: Date, atOnce = AT_ONCE): Promise<boolean> {
  await client.query(`SELECT set_config('fenghuo.retention', 'on', true)`);
  const bundles = await client.query(
    `DELETE FROM exchange_bundle b USING exchange_peer p CROSS JOIN (VALUES ('OUT'), ('IN')) AS d (direction)
     CROSS JOIN LATERAL (SELECT min(seq) + $2 AS seq FROM exchange_bundle WHERE peer = p.name AND direction = d.direction) AS upto
     CROSS JOIN LATERAL (
       SELECT coalesce(min(seq) FILTER (WHERE NOT (${OVER} AND created_at < $1 AND stored_at < $1)), max(seq)) AS seq
       FROM exchange_bundle WHERE peer = p.name AND direction = d.direction AND seq <= upto.seq) AS kept
     WHERE b.peer = p.name AND b.direction = d.direction AND b.seq < kept.seq - 1`,
    [limit, atOnce],
  );
  const receipts = await client.query(
    `DELETE FROM exchange_receipt r USING exchange_peer p CROSS JOIN (VALUES ('OURS'), ('THEIRS')) AS i (issuer)
     CROSS JOIN LATERAL (SELECT min(number) + $2 AS number FROM exchange_receipt WHERE peer = p.name AND issuer = i.issuer) AS upto
     CROSS JOIN LATERAL (
       SELECT coalesce(min(number) FILTER (WHERE NOT (at < $1 AND stored_at < $1 AND NOT EXISTS (
         SELECT FROM exchange_bundle WHERE peer = o.peer AND direction IN ('OUT', 'IN') AND bundle_id = o.bundle_id))), max(number)) AS number
       FROM exchange_receipt o WHERE peer = p.name AND issuer = i.issuer AND number <= upto.number) AS kept
     WHERE r.peer = p.name AND r.issuer = i.issuer AND r.number < kept.number - 1`,
    [limit, atOnce],
  );
  await client.query('DELETE FROM exchange_fork WHERE rejoined_at < $1 AND made_at < $1', [limit]);
  return [bundles, receipts].some(({ rowCount }) => Number(rowCount) > 0);
}
