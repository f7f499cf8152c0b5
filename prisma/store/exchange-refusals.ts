import { createHash } from 'node:crypto';
import type { RefusalRow } from '../../model/exchange-rows.js';
import type { Queryable } from '../database.js';

/** Its beginning is kept for whoever looks into it. */
const RAW_BYTES = 4096;
/** More different ones than these are not kept: the oldest go. */
const MOST_ROWS = 10_000;

/** Writes down what was refused; the same again for the same reason is counted. Returns how often it has been by now. */
export async function keepRefusal(
  db: Queryable,
  refused: Pick<RefusalRow, 'peer' | 'at' | 'road' | 'code' | 'reason' | 'bundleId' | 'seq'> & {
    readonly raw: string;
    readonly size?: number;
  },
): Promise<number> {
  const raw = Buffer.from(refused.raw);
  const { rows } = await db.query<{ seen: number }>(
    `INSERT INTO exchange_refusal AS r (peer, at, road, code, reason, bundle_id, seq, raw, raw_size, raw_hash, last_seen_at)
     VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $2)
     ON CONFLICT (code, raw_hash) DO UPDATE SET seen = r.seen + 1, last_seen_at = excluded.last_seen_at, reason = excluded.reason
     RETURNING seen`,
    [
      ...[
        refused.peer,
        refused.at,
        refused.road,
        refused.code,
        refused.reason.slice(0, 1000).replaceAll('\0', '\ufffd'),
      ],
      ...[refused.bundleId, refused.seq, raw.subarray(0, RAW_BYTES), refused.size ?? raw.length],
      createHash('sha256').update(raw).digest(),
    ],
  );
  await db.query('DELETE FROM exchange_refusal WHERE id <= (SELECT max(id) FROM exchange_refusal) - $1', [MOST_ROWS]);
  return rows[0]?.seen ?? 1;
}

/** Newest first, behind `before`. */
export async function readRefusals(
  db: Queryable,
  { peer, before, limit }: { readonly peer: string | null; readonly before: number | null; readonly limit: number },
): Promise<RefusalRow[]> {
  const { rows } = await db.query<RefusalRow>(
    `SELECT id, peer, at, road, code, reason, bundle_id AS "bundleId", seq, raw_size AS "rawSize", seen, last_seen_at AS "lastSeenAt"
     FROM exchange_refusal WHERE ($1::text IS NULL OR peer = $1) AND ($2::bigint IS NULL OR id < $2) ORDER BY id DESC LIMIT $3`,
    [peer, before, limit],
  );
  return rows;
}

export async function dropOldRefusals(db: Queryable, limit: Date): Promise<void> {
  await db.query('DELETE FROM exchange_refusal WHERE last_seen_at < $1', [limit]);
}
