import DataLoader from 'dataloader';
import type { LivePort } from '../model/live.js';
import type { Database } from '../prisma/database.js';
import { loadJurisdictions } from '../prisma/store/jurisdictions.js';
import { feedsById, feedsOfDepartments } from '../prisma/store/read-feeds.js';
import { liveLoaders } from './live-loaders.js';
import { many, one } from './loader-kinds.js';
import type { Loaders } from './loader-types.js';
import { exchangeLoaders } from './loaders/exchange.js';
import { fireLoaders, incidentLoaders, quakeLoaders, roadLoaders } from './loaders/facts.js';
import { qualityLoader, rejectionLoader } from './loaders/feeds.js';
import { registerLoaders } from './loaders/registers.js';
import { contentLoaders, stationLoaders } from './loaders/stations.js';
import { type Viewing, warningLoaders } from './loaders/warnings.js';

export function createLoaders(db: Database, live: LivePort, viewer: Viewing): Loaders {
  const { sight } = viewer;
  return {
    feed: one(
      async (ids) => (await feedsById(db, ids)).filter(({ id }) => sight.knows(id)),
      (row) => row.id,
    ),
    feedsOfDepartment: many(
      async (codes) => (await feedsOfDepartments(db, codes)).filter(({ id }) => sight.knows(id)),
      (row) => row.departmentCode,
    ),
    rejections: rejectionLoader(db),
    quality: qualityLoader(db),
    ...incidentLoaders(db, sight),
    jurisdictions: new DataLoader(async (keys) => {
      const found = await loadJurisdictions(db);
      return keys.map(() => found);
    }),
    ...stationLoaders(db, sight),
    ...warningLoaders(db, viewer),
    ...contentLoaders(db, sight),
    ...roadLoaders(db, sight),
    ...quakeLoaders(db, sight),
    ...fireLoaders(db, sight),
    ...registerLoaders(db, sight),
    ...exchangeLoaders(db),
    live: liveLoaders(live, sight),
  };
}
