import type { FeedNode, Page, RejectionRow } from '../../model/rows.js';
import type { Database } from '../database.js';
import { decodeKey, encodeKey, type PageRequest, pageSize, toPage } from './keyset.js';

export interface DepartmentRow {
  readonly code: string;
  readonly nameEn: string;
  readonly nameZh: string;
}

export const feedsById = (db: Database, ids: readonly string[]): Promise<FeedNode[]> =>
  db.prisma.feed.findMany({ where: { id: { in: [...ids] } } });

export const feedsOfDepartments = (db: Database, codes: readonly string[]): Promise<FeedNode[]> =>
  db.prisma.feed.findMany({ where: { departmentCode: { in: [...codes] } }, orderBy: { id: 'asc' } });

export const allFeeds = (db: Database): Promise<FeedNode[]> => db.prisma.feed.findMany({ orderBy: { id: 'asc' } });

/** The rejections of many feeds, newest first, one page each, in one statement. */
export async function rejectionsOf(
  db: Database,
  feedIds: readonly string[],
  page: PageRequest,
): Promise<Map<string, Page<RejectionRow>>> {
  const size = pageSize(page);
  const before = Number(decodeKey(page.after, 'number')?.[0] ?? Number.MAX_SAFE_INTEGER);
  const { rows } = await db.read.query<RejectionRow>(
    `SELECT r.* FROM unnest($1::text[]) AS f(id) CROSS JOIN LATERAL (
       SELECT id, feed_id AS "feedId", reason, detail, raw, raw_size AS "rawSize", seen, received_at AS "receivedAt", last_seen_at AS "lastSeenAt"
       FROM rejection WHERE feed_id = f.id AND id < $2 ORDER BY id DESC LIMIT $3
     ) r ORDER BY r.id DESC`,
    [feedIds, before, size + 1],
  );
  return new Map(
    feedIds.map((id) => [
      id,
      toPage(
        rows.filter((row) => row.feedId === id),
        size,
        (row) => encodeKey(String(row.id)),
      ),
    ]),
  );
}
