import { createHash } from 'node:crypto';
import type { Reject } from '../../model/record.js';
import type { Queryable } from '../database.js';
import { dropUnusedInputs, keepInputs } from './rejected-inputs.js';

/** A rejected piece is kept up to this many bytes; `raw_size` and `raw_hash` are of the whole. */
export const KEPT_BYTES = 16_384;

/**
 * Keeps rejected pieces, and the inputs they were read from. The same piece for the same reason is one row, its `seen` renewed at
 * most once an hour. Returns the reasons of the new ones.
 */
export async function writeRejections(
  client: Queryable,
  feedId: string,
  rejects: readonly Reject[],
  at: Date,
): Promise<string[]> {
  if (rejects.length === 0) return [];
  const unique = new Map<string, { reject: Reject; bytes: Buffer; hash: Buffer }>();
  for (const reject of rejects) {
    const bytes = Buffer.from(reject.raw as Uint8Array);
    const hash = createHash('sha256').update(bytes).digest();
    unique.set(`${reject.reason}:${hash.toString('hex')}`, { reject, bytes, hash });
  }
  const rows = [...unique.entries()].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, row]) => row);
  const answer = await client.query<{ id: number; reason: string; hash: string; inserted: boolean }>(
    `INSERT INTO rejection AS r (feed_id, reason, detail, raw, raw_size, raw_hash, received_at, last_seen_at)
     SELECT $1, reason, detail, raw, raw_size, raw_hash, $2, $2
     FROM unnest($3::text[], $4::text[], $5::bytea[], $6::int[], $7::bytea[]) AS n(reason, detail, raw, raw_size, raw_hash)
     ON CONFLICT (feed_id, raw_hash, reason) DO UPDATE SET seen = r.seen + 1, last_seen_at = excluded.last_seen_at
     WHERE r.last_seen_at < excluded.last_seen_at - interval '1 hour'
     RETURNING r.id, r.reason, encode(r.raw_hash, 'hex') AS hash, r.seen = 1 AS inserted`,
    [
      feedId,
      at,
      rows.map((row) => row.reject.reason),
      // A NUL byte cannot be stored in text.
      rows.map((row) => row.reject.detail.replaceAll('\0', '␀').slice(0, 2000)),
      rows.map((row) => row.bytes.subarray(0, KEPT_BYTES)),
      rows.map((row) => row.bytes.length),
      rows.map((row) => row.hash),
    ],
  );
  const fresh = answer.rows.filter((row) => row.inserted);
  const inputs = fresh.flatMap(({ id, reason, hash }) => {
    const input = unique.get(`${reason}:${hash}`)?.reject.input;
    return input ? [{ id, input }] : [];
  });
  await keepInputs(client, feedId, inputs, at);
  return fresh.map((row) => row.reason);
}

/** At most this many rejected pieces a feed are kept; the oldest go first. */
const KEPT_PER_FEED = 10_000;

/** Drops rejections last seen before `before`, and the oldest of a feed that has too many. */
export async function dropOldRejections(db: Queryable, before: Date): Promise<void> {
  await db.query('DELETE FROM rejection WHERE last_seen_at < $1', [before]);
  await db.query(
    `DELETE FROM rejection r USING (
       SELECT feed_id, (array_agg(id ORDER BY id DESC))[$1 + 1] AS last FROM rejection GROUP BY feed_id HAVING count(*) > $1
     ) over_limit WHERE r.feed_id = over_limit.feed_id AND r.id <= over_limit.last`,
    [KEPT_PER_FEED],
  );
  await dropUnusedInputs(db);
}
