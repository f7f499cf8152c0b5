import type { GapRow, QualitySheet } from '../../model/repair.js';
import type { Database } from '../database.js';
import { SHEET_ZONE } from './write-quality.js';

interface DayRow {
  readonly feedId: string;
  readonly received: number;
  readonly corrected: number;
  readonly late: number;
}
interface ReasonRow {
  readonly feedId: string;
  readonly reason: string;
  readonly rejected: number;
  readonly repaired: number;
}

const IN_MONTH = `day >= $2::date AND day < $2::date + interval '1 month'`;

/** The sheets of many feeds for one month ("2026-11"), in three statements. Every feed has one, if only of zeros. */
export async function qualityOf(db: Database, feedIds: readonly string[], month: string): Promise<QualitySheet[]> {
  const values = [feedIds, `${month}-01`];
  const [days, reasons, gaps] = await Promise.all([
    db.read.query<DayRow>(
      `SELECT feed_id AS "feedId", sum(received)::float8 AS received, sum(corrected)::float8 AS corrected, sum(late)::float8 AS late
       FROM feed_day WHERE feed_id = ANY($1) AND ${IN_MONTH} GROUP BY feed_id`,
      values,
    ),
    db.read.query<ReasonRow>(
      `SELECT feed_id AS "feedId", reason, sum(rejected)::float8 AS rejected, sum(repaired)::float8 AS repaired
       FROM feed_day_rejection WHERE feed_id = ANY($1) AND ${IN_MONTH} GROUP BY feed_id, reason ORDER BY reason`,
      values,
    ),
    db.read.query<GapRow>(
      `SELECT feed_id AS "feedId", from_at AS "from", to_at AS "to", state, reason FROM feed_gap
       WHERE feed_id = ANY($1) AND from_at < ($2::date + interval '1 month') AT TIME ZONE '${SHEET_ZONE}'
         AND (to_at IS NULL OR to_at >= $2::timestamp AT TIME ZONE '${SHEET_ZONE}') ORDER BY from_at`,
      values,
    ),
  ]);
  const own = <T extends { feedId: string }>(rows: readonly T[], id: string): T[] =>
    rows.filter((r) => r.feedId === id);
  return feedIds.map((feedId) => {
    const { received = 0, corrected = 0, late = 0 } = own(days.rows, feedId)[0] ?? {};
    const rejections = own(reasons.rows, feedId);
    return { feedId, month, received, corrected, late, rejections, gaps: own(gaps.rows, feedId) };
  });
}
