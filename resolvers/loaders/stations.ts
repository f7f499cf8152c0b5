import type { DatastreamRow } from '../../model/rows.js';
import { feedOfStation, type Sight } from '../../model/sight.js';
import type { Database } from '../../prisma/database.js';
import { type Contents, entriesIn, stationsIn } from '../../prisma/store/read-contents.js';
import { latestDeviceStates } from '../../prisma/store/read-device-states.js';
import { latestOf } from '../../prisma/store/read-observations.js';
import {
  datastreamsById,
  datastreamsOfStations,
  stationsById,
  stationsUnder,
  thresholdsOfStations,
} from '../../prisma/store/read-stations.js';
import { latestVisitorFlow } from '../../prisma/store/read-visitor-flow.js';
import { seen, seenEntries, seenStations } from '../coarsen.js';
import { many, one, placed } from '../loader-kinds.js';
import type { Loaders } from '../loader-types.js';

export function stationLoaders(
  db: Database,
  sight: Sight,
): Pick<
  Loaders,
  | 'station'
  | 'stationsUnder'
  | 'datastream'
  | 'datastreamsOfStation'
  | 'thresholdsOfStation'
  | 'deviceStatesOfStation'
  | 'latest'
> {
  const streams = (rows: readonly DatastreamRow[]): readonly DatastreamRow[] =>
    sight.all ? rows : rows.filter(({ stationId, property }) => sight.ofPart(feedOfStation(stationId), { property }));
  const reach = sight.reach({ kind: 'property' });
  return {
    station: one(
      async (ids) => seenStations(sight, await stationsById(db, ids, reach)),
      (row) => row.id,
    ),
    stationsUnder: placed(
      async (wanted) => seenStations(sight, await stationsUnder(db, wanted, reach)),
      ({ department, prefix }) => JSON.stringify([department, prefix]),
    ),
    datastream: one(
      async (ids) => streams(await datastreamsById(db, ids)),
      (row) => row.id,
    ),
    datastreamsOfStation: many(
      async (ids) => streams(await datastreamsOfStations(db, ids)),
      (row) => row.stationId,
    ),
    thresholdsOfStation: many(
      (ids) => thresholdsOfStations(db, ids),
      (row) => row.stationId,
    ),
    deviceStatesOfStation: many(
      async (ids) => seen(sight, await latestDeviceStates(db, ids)),
      (row) => row.stationId,
    ),
    latest: one(
      (keys) => latestOf(db, keys),
      (row) => row.datastreamKey,
    ),
  };
}

export function contentLoaders(
  db: Database,
  sight: Sight,
): Pick<Loaders, 'stationsIn' | 'entriesIn' | 'latestVisitorFlow'> {
  // Whether something lies in a village tells more than the township of it.
  const inDivision = (kind: 'property' | 'register', wanted: readonly Contents[]) =>
    sight.reach({ kind, exact: wanted.some(({ prefix }) => prefix.length > 9) ? ['position'] : [] });
  return {
    stationsIn: placed(
      async (wanted) => seenStations(sight, await stationsIn(db, wanted, inDivision('property', wanted))),
      contentsKey,
    ),
    entriesIn: placed(
      async (wanted) => seenEntries(sight, await entriesIn(db, wanted, inDivision('register', wanted))),
      contentsKey,
    ),
    // How many people are somewhere has no grade: who may see grades only does not see it.
    latestVisitorFlow: one(
      async (codes) => seen(sight, await latestVisitorFlow(db, codes, sight.reach({ exact: ['value'] }))),
      (row) => row.areaCode,
    ),
  };
}

const contentsKey = ({ prefix, first, only }: Contents): string => JSON.stringify([prefix, first, only]);
