import { DEPARTMENT_CODES, DEPARTMENTS, type DepartmentCode } from '../../model/department.js';
import { PEER_FEEDS } from '../../model/exchange.js';
import type { FeedHealth, FeedState } from '../../model/feed-state.js';
import { RELEASES } from '../../model/release.js';
import type { Queryable } from '../database.js';

export interface FeedRegistration {
  readonly id: string;
  readonly department: DepartmentCode;
  readonly title: { readonly en: string; readonly zh: string };
  readonly freshness: 'observation' | 'contact' | 'on-demand';
  readonly expectedEverySeconds: number;
  readonly exercise: boolean;
  /** Of a feed in mode live: the noun that it answers for. */
  readonly answersFor?: string | undefined;
}

export interface FeedRow extends FeedHealth {
  readonly id: string;
  readonly announcedState: FeedState;
}

/**
 * Writes the departments and this hub's feeds; feeds no longer in the settings stay, marked as not configured: all others, or those of
 * `departments` (slugs). Those that run on meanwhile (`running`) keep the state of their link.
 */
export async function registerFeeds(
  client: Queryable,
  feeds: readonly FeedRegistration[],
  running: readonly string[] = [],
  departments?: readonly string[],
): Promise<void> {
  await client.query(
    `INSERT INTO department (code, slug, name_en, name_zh) SELECT * FROM unnest($1::text[], $2::text[], $3::text[], $4::text[])
     ON CONFLICT (code) DO UPDATE SET slug = excluded.slug, name_en = excluded.name_en, name_zh = excluded.name_zh`,
    [
      DEPARTMENT_CODES,
      DEPARTMENT_CODES.map((code) => DEPARTMENTS[code].slug),
      DEPARTMENT_CODES.map((code) => DEPARTMENTS[code].en),
      DEPARTMENT_CODES.map((code) => DEPARTMENTS[code].zh),
    ],
  );
  // What is released in the hub comes by no settings of feeds, and what peers send by those of the exchange.
  await client.query(
    `UPDATE feed SET configured = false WHERE configured AND id <> ALL($1) AND split_part(id, '/', 2) <> $2
       AND NOT starts_with(id, $3) AND ($4::text[] IS NULL OR split_part(id, '/', 1) = ANY($4))`,
    [feeds.map((f) => f.id), RELEASES, PEER_FEEDS, departments ?? null],
  );
  await client.query(
    `INSERT INTO feed (id, department_code, title_en, title_zh, freshness, expected_every_seconds, status, mode, link)
     SELECT id, department, en, zh, freshness, every, status, mode, 'STARTING'
     FROM unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::text[], $6::float8[], $7::text[], $8::text[])
       AS f(id, department, en, zh, freshness, every, status, mode)
     ON CONFLICT (id) DO UPDATE SET title_en = excluded.title_en, title_zh = excluded.title_zh, freshness = excluded.freshness,
       expected_every_seconds = excluded.expected_every_seconds, status = excluded.status, mode = excluded.mode, configured = true,
       link = CASE WHEN feed.id = ANY($9) THEN feed.link ELSE 'STARTING' END,
       link_reason = CASE WHEN feed.disabled OR feed.id = ANY($9) THEN feed.link_reason END`,
    [
      feeds.map((f) => f.id),
      feeds.map((f) => f.department),
      feeds.map((f) => f.title.en),
      feeds.map((f) => f.title.zh),
      feeds.map((f) => f.freshness),
      feeds.map((f) => f.expectedEverySeconds),
      feeds.map((f) => (f.exercise ? 'EXERCISE' : 'ACTUAL')),
      feeds.map((f) => (f.answersFor === undefined ? 'COPY' : 'LIVE')),
      running,
    ],
  );
}

const COLUMNS = `id, disabled, configured, freshness, link, link_reason AS "linkReason",
  expected_every_seconds AS "expectedEverySeconds", last_received_at AS "lastReceivedAt", last_observed_at AS "lastObservedAt",
  announced_state AS "announcedState"`;

/** Locks the feed's row until the transaction ends; undefined for an unknown id. */
export async function lockFeed(client: Queryable, id: string): Promise<FeedRow | undefined> {
  const { rows } = await client.query<FeedRow>(`SELECT ${COLUMNS} FROM feed WHERE id = $1 FOR UPDATE`, [id]);
  return rows[0];
}

export async function readFeedHealth(db: Queryable): Promise<FeedRow[]> {
  const { rows } = await db.query<FeedRow>(`SELECT ${COLUMNS} FROM feed ORDER BY id`);
  return rows;
}

export async function saveFeedHealth(client: Queryable, feed: FeedRow): Promise<void> {
  await client.query(
    `UPDATE feed SET disabled = $2, link = $3, link_reason = $4, last_received_at = greatest(last_received_at, $5), announced_state = $6
     WHERE id = $1`,
    [feed.id, feed.disabled, feed.link, feed.linkReason, feed.lastReceivedAt, feed.announcedState],
  );
}

export async function readWatermark(db: Queryable, id: string): Promise<string | undefined> {
  const { rows } = await db.query<{ watermark: string | null }>('SELECT watermark FROM feed WHERE id = $1', [id]);
  return rows[0]?.watermark ?? undefined;
}
