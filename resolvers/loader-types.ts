import type DataLoader from 'dataloader';
import type { Audience } from '../model/audience.js';
import type { WarningSnapshot } from '../model/entry.js';
import type { ExchangeItemNode, ExchangeLagNode, ExchangeReceiptNode, HandoverNode } from '../model/exchange-rows.js';
import type { IncidentReportRow, IncidentRevisionRow, IncidentRow } from '../model/incident-rows.js';
import type { Jurisdictions } from '../model/jurisdiction.js';
import type { Reach } from '../model/reach.js';
import type { ReleaseRow } from '../model/release.js';
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
import type { PageRequest } from '../prisma/store/keyset.js';
import type { Contents } from '../prisma/store/read-contents.js';
import type { SightingCount } from '../prisma/store/read-fires.js';
import type { Referring, RegisterKey } from '../prisma/store/read-register.js';
import type { StationsUnder } from '../prisma/store/read-stations.js';
import type { LiveLoaders } from './live-loaders.js';

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
  readonly exchangeLag: DataLoader<string, ExchangeLagNode | undefined>;
  /** By the bundle's place (prisma/store/read-exchange.ts bundleKey). */
  readonly itemsOfBundle: DataLoader<string, readonly ExchangeItemNode[]>;
  readonly receiptsOfBundle: DataLoader<string, readonly ExchangeReceiptNode[]>;
  /** By "<kind> <id>". */
  readonly handovers: DataLoader<string, readonly HandoverNode[]>;
  readonly audiences: DataLoader<string, readonly Audience[]>;
  /** By the warning that they release or end, the newest first; of the departments whose drafts the viewer sees. */
  readonly releasesOfWarning: DataLoader<string, readonly ReleaseRow[]>;
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
