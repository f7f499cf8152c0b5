import DataLoader from 'dataloader';
import type { WarningSnapshot } from '../model/entry.js';
import type { IncidentReportRow, IncidentRevisionRow, IncidentRow } from '../model/incident-rows.js';
import type { Jurisdictions } from '../model/jurisdiction.js';
import type { LivePort } from '../model/live.js';
import type { Reach } from '../model/reach.js';
import type { QualitySheet } from '../model/repair.js';
import type {
  AlarmRow,
  DatastreamRow,
  DeviceStateRow,
  FeedNode,
  FireRow,
  HotspotRow,
  ObservationRow,
  Page,
  QuakeReportRow,
  RegisterRow,
  RejectionRow,
  RevisionRow,
  RoadEventRow,
  SourceRow,
  StationRow,
  ThresholdRow,
  VisitorFlowRow,
} from '../model/rows.js';
import { feedOfStation, type Sight } from '../model/sight.js';
import { seesWarning } from '../model/warning-sight.js';
import type { Database } from '../prisma/database.js';
import { loadJurisdictions } from '../prisma/store/jurisdictions.js';
import type { PageRequest } from '../prisma/store/keyset.js';
import { type Contents, entriesIn, stationsIn } from '../prisma/store/read-contents.js';
import { reachOf } from '../prisma/store/read-deliveries.js';
import { latestDeviceStates } from '../prisma/store/read-device-states.js';
import { earthquakesById, quakeReportsOf, reportHistory } from '../prisma/store/read-earthquakes.js';
import { feedsById, feedsOfDepartments, rejectionsOf } from '../prisma/store/read-feeds.js';
import { alarmsOf, firesById, hotspotsOf, type SightingCount, sightingCounts } from '../prisma/store/read-fires.js';
import { reportsById, reportsOfIncidents } from '../prisma/store/read-incident-reports.js';
import { incidentsById, revisionsOfIncidents } from '../prisma/store/read-incidents.js';
import { latestOf } from '../prisma/store/read-observations.js';
import { qualityOf } from '../prisma/store/read-quality.js';
import {
  entriesByCode,
  entriesById,
  entriesReferring,
  type Referring,
  type RegisterKey,
  revisionsOf,
} from '../prisma/store/read-register.js';
import { roadEventsById, roadReportsOf } from '../prisma/store/read-road-events.js';
import {
  datastreamsById,
  datastreamsOfStations,
  type StationsUnder,
  stationsById,
  stationsUnder,
  thresholdsOfStations,
} from '../prisma/store/read-stations.js';
import { latestVisitorFlow } from '../prisma/store/read-visitor-flow.js';
import { sourcesOf, supersededBy } from '../prisma/store/read-warnings.js';
import { readSnapshots } from '../prisma/store/warning-rows.js';
import { type LiveLoaders, liveLoaders } from './live-loaders.js';
import { many, one, placed } from './loader-kinds.js';
import type { Viewer } from './viewer.js';

/** One statement a kind and level of nesting, however many things ask. Made per operation, and anew per live event. They load only what
 *  the viewer may see: what is not there and what is not for them are the same. */
export interface Loaders {
  readonly feed: DataLoader<string, FeedNode | undefined>;
  readonly feedsOfDepartment: DataLoader<string, readonly FeedNode[]>;
  readonly rejections: DataLoader<{ feedId: string; page: PageRequest }, Page<RejectionRow>, string>;
  readonly quality: DataLoader<{ feedId: string; month: string }, QualitySheet, string>;
  /** All of them, read once an operation. */
  readonly jurisdictions: DataLoader<'all', Jurisdictions>;
  readonly station: DataLoader<string, StationRow | undefined>;
  /** By the beginning of their codes. */
  readonly stationsUnder: DataLoader<StationsUnder, readonly StationRow[], string>;
  readonly stationsIn: DataLoader<Contents, readonly StationRow[], string>;
  readonly entriesIn: DataLoader<Contents, readonly RegisterRow[], string>;
  readonly datastream: DataLoader<string, DatastreamRow | undefined>;
  readonly datastreamsOfStation: DataLoader<string, readonly DatastreamRow[]>;
  readonly thresholdsOfStation: DataLoader<string, readonly ThresholdRow[]>;
  /** The newest of each device and aspect. */
  readonly deviceStatesOfStation: DataLoader<string, readonly DeviceStateRow[]>;
  readonly latest: DataLoader<number, ObservationRow | undefined>;
  readonly warning: DataLoader<string, WarningSnapshot | undefined>;
  readonly supersedes: DataLoader<string, readonly string[]>;
  readonly warningSources: DataLoader<string, readonly SourceRow[]>;
  /** Of every warning: who may see it is asked first (resolvers/shared/reach.ts). */
  readonly reach: DataLoader<string, Reach | undefined>;
  readonly incident: DataLoader<string, IncidentRow | undefined>;
  readonly revisionsOfIncident: DataLoader<string, readonly IncidentRevisionRow[]>;
  readonly incidentReport: DataLoader<string, IncidentReportRow | undefined>;
  readonly reportsOfIncident: DataLoader<string, readonly IncidentReportRow[]>;
  readonly fire: DataLoader<string, FireRow | undefined>;
  readonly hotspotsOfFire: DataLoader<string, readonly HotspotRow[]>;
  readonly alarmsOfFire: DataLoader<string, readonly AlarmRow[]>;
  readonly sightingCounts: DataLoader<string, SightingCount | undefined>;
  /** By the code of the scenic area. */
  readonly latestVisitorFlow: DataLoader<string, VisitorFlowRow | undefined>;
  readonly roadEvent: DataLoader<string, RoadEventRow | undefined>;
  readonly roadReports: DataLoader<string, readonly RoadEventRow[]>;
  readonly earthquake: DataLoader<string, QuakeReportRow | undefined>;
  readonly quakeReports: DataLoader<string, readonly QuakeReportRow[]>;
  readonly reportHistory: DataLoader<string, readonly RevisionRow[]>;
  /** By the noun (model/live-nouns.ts), then by code. Undefined where no feed of this hub answers for the noun. */
  readonly live: LiveLoaders;
  readonly entry: DataLoader<string, RegisterRow | undefined>;
  /** Of every feed that has one. */
  readonly entriesOfCode: DataLoader<RegisterKey, readonly RegisterRow[], string>;
  readonly referring: DataLoader<Referring, readonly RegisterRow[], string>;
  readonly revisionsOfEntry: DataLoader<string, readonly RegisterRow[]>;
}

type Viewing = Pick<Viewer, 'sight' | 'seesExercises'> & Parameters<typeof seesWarning>[1];

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
    live: liveLoaders(live, sight),
  };
}

/** Of rows that a feed brought, those that the viewer may see. */
const seen = <R extends { readonly feedId: string }>(sight: Sight, rows: readonly R[]): readonly R[] =>
  sight.all ? rows : rows.filter(({ feedId }) => sight.ofFeed(feedId));

function contentLoaders(db: Database, sight: Sight): Pick<Loaders, 'stationsIn' | 'entriesIn' | 'latestVisitorFlow'> {
  return {
    stationsIn: placed((wanted) => stationsIn(db, wanted, sight.reach({ kind: 'property' })), contentsKey),
    entriesIn: placed((wanted) => entriesIn(db, wanted, sight.reach({ kind: 'register' })), contentsKey),
    // How many people are somewhere has no grade: who may see grades only does not see it.
    latestVisitorFlow: one(
      (codes) => latestVisitorFlow(db, codes, sight.reach({ exact: ['value'] })),
      (row) => row.areaCode,
    ),
  };
}

function roadLoaders(db: Database, sight: Sight): Pick<Loaders, 'roadEvent' | 'roadReports'> {
  return {
    roadEvent: one(
      (ids) => roadEventsById(db, ids, sight.reach()),
      (row) => row.factId,
    ),
    roadReports: many(
      async (ids) => seen(sight, await roadReportsOf(db, ids)),
      (row) => row.factId,
    ),
  };
}

function warningLoaders(
  db: Database,
  viewer: Viewing,
): Pick<Loaders, 'warning' | 'supersedes' | 'warningSources' | 'reach'> {
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
    reach: one(
      (ids) => reachOf(db, ids),
      (row) => row.identifier,
    ),
    warningSources: many(
      async (ids) => (await sourcesOf(db, ids)).filter(({ feedId }) => viewer.sight.knows(feedId)),
      (row) => row.identifier,
    ),
  };
}

type StationLoaders = Pick<
  Loaders,
  | 'station'
  | 'stationsUnder'
  | 'datastream'
  | 'datastreamsOfStation'
  | 'thresholdsOfStation'
  | 'deviceStatesOfStation'
  | 'latest'
>;

function stationLoaders(db: Database, sight: Sight): StationLoaders {
  const streams = (rows: readonly DatastreamRow[]): readonly DatastreamRow[] =>
    sight.all ? rows : rows.filter(({ stationId, property }) => sight.ofPart(feedOfStation(stationId), { property }));
  const reach = sight.reach({ kind: 'property' });
  return {
    station: one(
      (ids) => stationsById(db, ids, reach),
      (row) => row.id,
    ),
    stationsUnder: placed(
      (wanted) => stationsUnder(db, wanted, reach),
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

const contentsKey = ({ prefix, first, only }: Contents): string => JSON.stringify([prefix, first, only]);

function quakeLoaders(db: Database, sight: Sight): Pick<Loaders, 'earthquake' | 'quakeReports' | 'reportHistory'> {
  return {
    earthquake: one(
      (ids) => earthquakesById(db, ids, sight.reach()),
      (row) => row.factId,
    ),
    quakeReports: many(
      async (ids) => seen(sight, await quakeReportsOf(db, ids)),
      (row) => row.factId,
    ),
    reportHistory: many(
      (ids) => reportHistory(db, ids),
      (row) => row.reportId,
    ),
  };
}

type IncidentLoaders = Pick<Loaders, 'incident' | 'revisionsOfIncident' | 'incidentReport' | 'reportsOfIncident'>;

function incidentLoaders(db: Database, sight: Sight): IncidentLoaders {
  return {
    incidentReport: one(
      async (ids) => seen(sight, await reportsById(db, ids)),
      (row) => row.id,
    ),
    reportsOfIncident: many(
      async (ids) => seen(sight, await reportsOfIncidents(db, ids)),
      (row) => row.incidentId,
    ),
    incident: one(
      async (ids) => seen(sight, await incidentsById(db, ids)),
      (row) => row.id,
    ),
    revisionsOfIncident: many(
      (ids) => revisionsOfIncidents(db, ids),
      (row) => row.incidentId,
    ),
  };
}

function fireLoaders(
  db: Database,
  sight: Sight,
): Pick<Loaders, 'fire' | 'hotspotsOfFire' | 'alarmsOfFire' | 'sightingCounts'> {
  return {
    fire: one(
      (ids) => firesById(db, ids, sight.reach()),
      (row) => row.id,
    ),
    hotspotsOfFire: many(
      async (ids) => seen(sight, await hotspotsOf(db, ids)),
      (row) => row.fireId as string,
    ),
    alarmsOfFire: many(
      async (ids) => seen(sight, await alarmsOf(db, ids)),
      (row) => row.fireId as string,
    ),
    sightingCounts: one(
      (ids) => sightingCounts(db, ids, sight.reach()),
      (row) => row.fireId,
    ),
  };
}

function registerLoaders(
  db: Database,
  sight: Sight,
): Pick<Loaders, 'entry' | 'entriesOfCode' | 'referring' | 'revisionsOfEntry'> {
  const keyOf = ({ noun, code }: RegisterKey): string => JSON.stringify([noun, code]);
  const visible = (rows: readonly RegisterRow[]): readonly RegisterRow[] =>
    sight.all ? rows : rows.filter(({ feedId, noun }) => sight.ofPart(feedId, { register: noun }));
  return {
    entry: one(
      async (ids) => visible(await entriesById(db, ids)),
      (row) => row.id,
    ),
    entriesOfCode: new DataLoader(
      async (keys) => {
        const rows = visible(await entriesByCode(db.read, keys));
        return keys.map((key) => rows.filter((row) => keyOf(row) === keyOf(key)));
      },
      { cacheKeyFn: keyOf },
    ),
    referring: placed(
      (wanted) => entriesReferring(db, wanted, sight.reach({ kind: 'register' })),
      ({ noun, field, code }) => JSON.stringify([noun, field, code]),
    ),
    revisionsOfEntry: many(
      (ids) => revisionsOf(db, ids),
      (row) => row.id,
    ),
  };
}

/** Feeds that ask for the same page share a statement; there are as many statements as different pages in the operation. */
function rejectionLoader(db: Database): Loaders['rejections'] {
  const pageKey = ({ first, after }: PageRequest): string => JSON.stringify([first ?? null, after ?? null]);
  return new DataLoader(
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
function qualityLoader(db: Database): Loaders['quality'] {
  return new DataLoader(
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
