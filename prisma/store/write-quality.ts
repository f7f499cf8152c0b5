import { LATE_AFTER_INTERVALS } from '../../model/feed-state.js';
import type { Queryable } from '../database.js';

/** Quality sheets count by the days of the department's own calendar. */
export const SHEET_ZONE = 'Asia/Shanghai';

export interface DayChange {
  readonly at: Date;
  readonly stored: number;
  readonly replaced: number;
  /** Of what was stored or replaced: the times it tells of. */
  readonly moments: readonly Date[];
  readonly rejected: readonly string[];
  /** Reasons of earlier rejections that are gone. */
  readonly repaired: readonly string[];
}

/** Adds to the day's counts of a feed. Late is what came more than two expected intervals after its own time. */
export async function countDay(client: Queryable, feedId: string, change: DayChange): Promise<void> {
  const { at, stored, replaced, moments, rejected, repaired } = change;
  if (stored + replaced > 0)
    await client.query(
      `INSERT INTO feed_day AS d (feed_id, day, received, corrected, late)
       SELECT id, ($2::timestamptz AT TIME ZONE '${SHEET_ZONE}')::date, $3, $4,
         (SELECT count(*) FROM unnest($5::timestamptz[]) AS m(at)
          WHERE m.at < $2::timestamptz - expected_every_seconds * ${LATE_AFTER_INTERVALS} * interval '1 second')
       FROM feed WHERE id = $1
       ON CONFLICT (feed_id, day) DO UPDATE SET received = d.received + excluded.received,
         corrected = d.corrected + excluded.corrected, late = d.late + excluded.late`,
      [feedId, at, stored, replaced, moments],
    );
  if (rejected.length + repaired.length > 0)
    await client.query(
      `INSERT INTO feed_day_rejection AS d (feed_id, day, reason, rejected, repaired)
       SELECT $1, ($2::timestamptz AT TIME ZONE '${SHEET_ZONE}')::date, reason, count(*) FILTER (WHERE came), count(*) FILTER (WHERE NOT came)
       FROM (SELECT unnest($3::text[]) AS reason, true AS came UNION ALL SELECT unnest($4::text[]), false) r GROUP BY reason
       ON CONFLICT (feed_id, day, reason) DO UPDATE SET rejected = d.rejected + excluded.rejected, repaired = d.repaired + excluded.repaired`,
      [feedId, at, rejected, repaired],
    );
}

/** Opens, changes or closes the feed's gap, in the transaction that announces its state. `since` is when it was last fresh. */
export async function writeGap(
  client: Queryable,
  feedId: string,
  gap: { readonly state: string; readonly reason: string | null; readonly since: Date } | undefined,
  at: Date,
): Promise<void> {
  if (!gap) {
    await client.query('UPDATE feed_gap SET to_at = greatest(from_at, $2) WHERE feed_id = $1 AND to_at IS NULL', [
      feedId,
      at,
    ]);
    return;
  }
  await client.query(
    `INSERT INTO feed_gap AS g (feed_id, from_at, state, reason) VALUES ($1, greatest($2, (SELECT max(to_at) FROM feed_gap WHERE feed_id = $1)), $3, $4)
     ON CONFLICT (feed_id) WHERE to_at IS NULL DO UPDATE SET state = excluded.state, reason = excluded.reason`,
    [feedId, gap.since, gap.state, gap.reason],
  );
}
