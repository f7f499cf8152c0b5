import { type Brought, coarsenEntry, coarsenReport } from '../model/coarsen.js';
import type { Page, RegisterRow } from '../model/rows.js';
import { feedOfStation, type Sight } from '../model/sight.js';

/** Of rows that a feed brought, those that the viewer may see, as they may see them. */
export function seen<R extends Brought>(sight: Sight, rows: readonly R[]): readonly R[] {
  if (sight.all) return rows;
  return rows.flatMap((row) => {
    const how = sight.ofFeed(row.feedId);
    return how ? [coarsenReport(row, how)] : [];
  });
}

export function seenEntries<R extends RegisterRow>(sight: Sight, rows: readonly R[]): readonly R[] {
  if (sight.all) return rows;
  return rows.flatMap((row) => {
    const how = sight.ofPart(row.feedId, { register: row.noun });
    return how ? [coarsenEntry(row, how)] : [];
  });
}

/** Stations are placed by whatever of their feed is seen. */
export function seenStations<R extends Brought>(sight: Sight, rows: readonly R[]): readonly R[] {
  if (sight.all) return rows;
  return rows.flatMap((row) => {
    const how = sight.ofStation(row.feedId);
    return how ? [coarsenReport(row, { ...how, value: false, names: false })] : [];
  });
}

/** A page of a list, each of its items as it is seen. The statement has left out the rest: no item goes missing here. */
export const seenPage = <R>(page: Page<R>, see: (rows: readonly R[]) => readonly R[]): Page<R> => {
  const items = see(page.items);
  return items === page.items ? page : { ...page, items };
};

/** Earlier revisions are shown to those who see all of a report: they would tell what is left out of it. */
export const seesHistory = (sight: Sight, reportId: string): boolean => {
  const how = sight.ofFeed(feedOfStation(reportId));
  return how !== undefined && !how.position && !how.value && !how.names;
};
