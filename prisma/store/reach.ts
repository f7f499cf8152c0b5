import type { Reach } from '../../model/sight.js';
import type { Where } from './keyset.js';

/**
 * The condition that a row is within a viewer's reach, its values bound: `feed` is the column of its feed, `part` that of the property or
 * register it is of, where single ones of a feed can be granted. "true" where nothing is left out.
 */
export function inReach(where: Where, reach: Reach | undefined, feed: string, part?: string): string {
  if (!reach) return 'true';
  const own = where.placed(
    `split_part(${feed}, '/', 1) = ANY(?::text[]) OR ${feed} = ANY(?::text[])`,
    reach.slugs,
    reach.feeds,
  );
  if (!part || reach.parts.length === 0) return `(${own})`;
  const parts = where.placed(
    `(${feed}, ${part}) IN (SELECT * FROM unnest(?::text[], ?::text[]))`,
    reach.parts.map((each) => each.feed),
    reach.parts.map((each) => each.part),
  );
  return `(${own} OR ${parts})`;
}

/** Adds that condition. */
export function whereInReach(where: Where, reach: Reach | undefined, feed: string, part?: string): void {
  if (reach) where.and(inReach(where, reach, feed, part));
}

/**
 * Facts by the first of their reports that is within reach, as a table to select from: what a fact goes by may not be seen, and is then not
 * told of by its values either.
 */
export const headsInReach = (where: Where, reach: Reach, kind: string, table: string): string =>
  `(SELECT DISTINCT ON (r.fact_id) e.*, r.fact_id AS fact_key, r.fact_id::text AS fact_id FROM fact_report r JOIN ${table} e ON e.id = r.report_id
    WHERE r.kind = '${kind}' AND ${inReach(where, reach, 'e.feed_id')} ORDER BY r.fact_id, r.precedence, r.version DESC, r.report_id) q`;
