import DataLoader from 'dataloader';
import type { QualitySheet } from '../../model/repair.js';
import type { Page, RejectionRow } from '../../model/rows.js';
import type { Database } from '../../prisma/database.js';
import type { PageRequest } from '../../prisma/store/keyset.js';
import { rejectionsOf } from '../../prisma/store/read-feeds.js';
import { qualityOf } from '../../prisma/store/read-quality.js';

/** Feeds that ask for the same page share a statement; there are as many statements as different pages in the operation. */
export function rejectionLoader(db: Database) {
  const pageKey = ({ first, after }: PageRequest): string => JSON.stringify([first ?? null, after ?? null]);
  return new DataLoader<{ feedId: string; page: PageRequest }, Page<RejectionRow>, string>(
    async (wanted) => {
      const pages = new Map<string, Promise<Map<string, Page<RejectionRow>>>>();
      for (const { page } of wanted) {
        const feedIds = wanted.filter((each) => pageKey(each.page) === pageKey(page)).map((each) => each.feedId);
        if (!pages.has(pageKey(page))) pages.set(pageKey(page), rejectionsOf(db, feedIds, page));
      }
      return Promise.all(
        wanted.map(async ({ feedId, page }) => (await pages.get(pageKey(page)))?.get(feedId) as Page<RejectionRow>),
      );
    },
    { cacheKeyFn: ({ feedId, page }) => `${feedId} ${pageKey(page)}` },
  );
}

/** Three statements a month asked for. */
export function qualityLoader(db: Database) {
  return new DataLoader<{ feedId: string; month: string }, QualitySheet, string>(
    async (wanted) => {
      const months = new Map<string, Promise<QualitySheet[]>>();
      for (const { month } of wanted) {
        const feedIds = wanted.filter((each) => each.month === month).map((each) => each.feedId);
        if (!months.has(month)) months.set(month, qualityOf(db, feedIds, month));
      }
      return Promise.all(
        wanted.map(
          async ({ feedId, month }) =>
            (await months.get(month))?.find((sheet) => sheet.feedId === feedId) as QualitySheet,
        ),
      );
    },
    { cacheKeyFn: ({ feedId, month }) => `${feedId} ${month}` },
  );
}
