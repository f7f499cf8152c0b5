import DataLoader from 'dataloader';
import { draftsSeen, seesWarning } from '../../model/warning-sight.js';
import type { Database } from '../../prisma/database.js';
import { readAudiences } from '../../prisma/store/audiences.js';
import { reachOf } from '../../prisma/store/read-deliveries.js';
import { releasesOfWarnings } from '../../prisma/store/read-releases.js';
import { sourcesOf, supersededBy } from '../../prisma/store/read-warnings.js';
import { readSnapshots } from '../../prisma/store/warning-rows.js';
import { many, one } from '../loader-kinds.js';
import type { Loaders } from '../loader-types.js';
import type { Viewer } from '../viewer.js';

export type Viewing = Pick<Viewer, 'sight' | 'seesExercises'> & Parameters<typeof seesWarning>[1];

export function warningLoaders(
  db: Database,
  viewer: Viewing,
): Pick<Loaders, 'warning' | 'supersedes' | 'warningSources' | 'reach' | 'audiences' | 'releasesOfWarning'> {
  const drafts = draftsSeen(viewer);
  return {
    warning: new DataLoader(async (ids) => {
      const found = await readSnapshots(db.read, ids);
      return ids.map((id) => {
        const warning = found.get(id);
        return warning && seesWarning(warning, viewer) ? warning : undefined;
      });
    }),
    supersedes: new DataLoader(async (ids) => {
      const rows = await supersededBy(db, ids);
      return ids.map((id) => rows.filter((row) => row.successor === id).map((row) => row.identifier));
    }),
    audiences: new DataLoader(async (ids) => {
      const found = await readAudiences(db.read, ids);
      return ids.map((id) => found.get(id) ?? []);
    }),
    releasesOfWarning: many(
      async (ids) =>
        drafts === null
          ? []
          : (await releasesOfWarnings(db.read, ids)).filter(
              ({ departmentCode }) => drafts === undefined || drafts === departmentCode,
            ),
      (row) => row.warningId,
    ),
    reach: one(
      (ids) => reachOf(db.read, ids),
      (row) => row.identifier,
    ),
    warningSources: many(
      async (ids) => (await sourcesOf(db, ids)).filter(({ feedId }) => viewer.sight.sees(feedId)),
      (row) => row.identifier,
    ),
  };
}
