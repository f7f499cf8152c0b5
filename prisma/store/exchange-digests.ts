import type { FeedHealth } from '../../model/feed-state.js';
import type { Reach } from '../../model/sight.js';
import type { Limit } from '../../model/threshold.js';
import type { Queryable } from '../database.js';
import { Where } from './keyset.js';
import { inReach } from './reach.js';

/** What a datastream brought in a time, and the newest that it ever brought. */
export interface DatastreamDigest {
  readonly stationId: string;
  readonly feedId: string;
  readonly code: string;
  readonly name: string;
  readonly lon: number | null;
  readonly lat: number | null;
  readonly divisionCode: string | null;
  readonly property: string;
  readonly sensor: string;
  /** Values that are there and not erroneous. */
  readonly count: number;
  readonly min: number | null;
  readonly max: number | null;
  readonly value: number | null;
  readonly quality: string;
  readonly observedAt: Date;
  readonly limits: readonly Limit[];
}

interface DigestQuery {
  readonly reach: Reach;
  readonly properties?: readonly string[] | undefined;
  /** Inclusive, and exclusive. */
  readonly from: Date;
  readonly to: Date;
}

/** Of every datastream within reach that ever brought anything, by station. */
export async function datastreamDigests(client: Queryable, query: DigestQuery): Promise<DatastreamDigest[]> {
  const where = new Where();
  const [from, to] = [where.bind(query.from), where.bind(query.to)];
  where.and(inReach(where, query.reach, 's.feed_id', 'd.property'));
  if (query.properties) where.and('d.property = ANY(?)', query.properties);
  const { rows } = await client.query<DatastreamDigest>(
    `SELECT s.id AS "stationId", s.feed_id AS "feedId", s.code, s.name, s.lon, s.lat, s.division_code AS "divisionCode", d.property, d.sensor,
       o.count, o.min, o.max, l.value, l.quality, l.observed_at AS "observedAt", coalesce((
         SELECT jsonb_agg(jsonb_build_object('name', t.name, 'value', t.value, 'seasonFrom', t.season_from, 'seasonTo', t.season_to))
         FROM threshold t WHERE t.station_id = s.id AND t.property = d.property AND t.sensor IN ('', d.sensor)), '[]') AS limits
     FROM datastream d JOIN station s ON s.id = d.station_id JOIN observation_latest l ON l.datastream_key = d.key
     CROSS JOIN LATERAL (
       SELECT count(value)::int AS count, min(value), max(value) FROM observation
       WHERE datastream_key = d.key AND observed_at >= ${from} AND observed_at < ${to} AND quality <> 'ERRONEOUS') o
     ${where.sql} ORDER BY s.id, d.property, d.sensor`,
    where.values,
  );
  return rows;
}

/** How a digest counts a register: by which fields, and the sums of which. */
export interface RegisterSums {
  readonly noun: string;
  readonly by: readonly string[];
  readonly sums: readonly string[];
}

/** Entries in use of one feed and place that agree in the fields they are counted by. */
export interface RegisterDigest {
  readonly feedId: string;
  /** The township, or wider division; null where it is not known. */
  readonly division: string | null;
  readonly status: string;
  readonly by: Readonly<Record<string, string>>;
  readonly count: number;
  readonly totals: Readonly<Record<string, number | null>>;
  readonly oldestAt: Date;
  readonly newestAt: Date;
}

/** Of one register within reach. What lies in a depot lies where the depot is, as far as that is within reach too. */
export async function registerDigests(
  client: Queryable,
  reach: Reach,
  { noun, by, sums }: RegisterSums,
): Promise<RegisterDigest[]> {
  const where = new Where().and('e.noun = ? AND e.retired_at IS NULL', noun);
  where.and(inReach(where, reach, 'e.feed_id', 'e.noun'));
  const depot = inReach(where, reach, 'p.feed_id', 'p.noun');
  const field = (name: string): string => `e.fields -> ${where.bind(name)}::text`;
  const grouped = by.map((name) => `${where.bind(name)}::text, e.fields ->> ${where.bind(name)}::text`);
  const added = sums.map(
    (name) =>
      `${where.bind(name)}::text, sum(CASE WHEN jsonb_typeof(${field(name)}) = 'number' THEN (${field(name)})::float8 END)`,
  );
  const { rows } = await client.query<RegisterDigest>(
    `SELECT "feedId", division, status, by, count(*)::int AS count, jsonb_build_object(${added.join(', ')}) AS totals,
       min(updated_at) AS "oldestAt", max(updated_at) AS "newestAt"
     FROM (SELECT e.feed_id AS "feedId", left(coalesce(e.division_code, p.division_code), 9) AS division, e.status, e.fields, e.updated_at,
         jsonb_strip_nulls(jsonb_build_object(${grouped.join(', ')})) AS by
       FROM register_entry e LEFT JOIN register_entry p
         ON p.noun = 'supply-depot' AND p.feed_id = e.feed_id AND p.code = e.fields ->> 'depot' AND ${depot}
       ${where.sql}) e
     GROUP BY "feedId", division, status, by ORDER BY "feedId", division NULLS LAST, by`,
    where.values,
  );
  return rows;
}

/** The health of some feeds, by id. */
export async function healthOf(
  client: Queryable,
  feeds: readonly string[],
): Promise<ReadonlyMap<string, FeedHealth & { readonly status: string }>> {
  const { rows } = await client.query<FeedHealth & { id: string; status: string }>(
    `SELECT id, status, disabled, configured, freshness, link, link_reason AS "linkReason", expected_every_seconds AS "expectedEverySeconds",
       last_received_at AS "lastReceivedAt", last_observed_at AS "lastObservedAt" FROM feed WHERE id = ANY($1)`,
    [feeds],
  );
  return new Map(rows.map((row) => [row.id, row]));
}
