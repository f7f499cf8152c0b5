import type { DepartmentCode } from '../model/department.js';
import type { WarningSnapshot } from '../model/entry.js';
import type { IncidentClass } from '../model/incident.js';
import type { IncidentRevisionRow, IncidentRow } from '../model/incident-rows.js';
import type { JurisdictionAreaRow, JurisdictionRow } from '../model/jurisdiction.js';
import type { RegisterCode } from '../model/register.js';
import { REGISTERS } from '../model/registers.js';
import type { ReleaseRow } from '../model/release.js';
import type { ReloadResult } from '../model/reload.js';
import type { GapRow, QualitySheet, RetryResult } from '../model/repair.js';
import type {
  AirQualityRow,
  AlarmRow,
  DatastreamRow,
  DeviceStateRow,
  DivisionRow,
  FeedNode,
  FireRow,
  HotspotRow,
  QuakeReportRow,
  RegisterRow,
  RejectionRow,
  ReportRow,
  RevisionRow,
  RoadEventRow,
  SeriesRow,
  SourceRow,
  StationRow,
  ThresholdRow,
  VisitorFlowRow,
} from '../model/rows.js';
import type { LiveNode } from '../resolvers/shared/live.js';
import type { Near } from '../resolvers/shared/near-input.js';
import type { ObservationNode } from '../resolvers/shared/observation.js';
import type { ReachNode } from '../resolvers/shared/reach.js';
import type { ReportFilter } from '../resolvers/shared/report.js';
import type { WarningChange } from '../resolvers/shared/warning.js';
import type { Builder } from './builder.js';
import { createEnums } from './enums.js';

/** All object types by name, before they have fields: types refer to each other in circles. */
export function createRefs(builder: Builder) {
  return {
    ...createEnums(builder),
    Department: builder.objectRef<DepartmentCode>('Department'),
    Feed: builder.objectRef<FeedNode>('Feed'),
    Rejection: builder.objectRef<RejectionRow>('Rejection'),
    Division: builder.objectRef<DivisionRow>('Division'),
    Station: builder.objectRef<StationRow>('Station'),
    Datastream: builder.objectRef<DatastreamRow>('Datastream'),
    Threshold: builder.objectRef<ThresholdRow>('Threshold'),
    Observation: builder.objectRef<ObservationNode>('Observation'),
    SeriesPoint: builder.objectRef<SeriesRow>('SeriesPoint'),
    Warning: builder.objectRef<WarningSnapshot>('Warning'),
    WarningSource: builder.objectRef<SourceRow>('WarningSource'),
    WarningRelease: builder.objectRef<ReleaseRow>('WarningRelease'),
    WarningChange: builder.objectRef<WarningChange>('WarningChange'),
    WarningReach: builder.objectRef<ReachNode>('WarningReach'),
    FeedQuality: builder.objectRef<QualitySheet>('FeedQuality'),
    RejectionCount: builder.objectRef<QualitySheet['rejections'][number]>('RejectionCount'),
    FeedGap: builder.objectRef<GapRow & { readonly month: string }>('FeedGap'),
    SettingsReload: builder.objectRef<ReloadResult>('SettingsReload'),
    RetryResult: builder.objectRef<RetryResult>('RetryResult'),
    Jurisdiction: builder.objectRef<JurisdictionRow>('Jurisdiction'),
    JurisdictionArea: builder.objectRef<JurisdictionAreaRow>('JurisdictionArea'),
    Report: builder.interfaceRef<ReportRow>('Report'),
    LiveAnswer: builder.interfaceRef<LiveNode>('LiveAnswer'),
    NearInput: builder.inputRef<Near>('NearInput'),
    ReportFilter: builder.inputRef<ReportFilter>('ReportFilter'),
    Fire: builder.objectRef<FireRow>('Fire'),
    FireHotspot: builder.objectRef<HotspotRow>('FireHotspot'),
    FireAlarm: builder.objectRef<AlarmRow>('FireAlarm'),
    AirQuality: builder.objectRef<AirQualityRow>('AirQuality'),
    RoadEventValues: builder.interfaceRef<RoadEventRow>('RoadEventValues'),
    RoadEventRevision: builder.objectRef<RevisionRow>('RoadEventRevision'),
    RoadEventReport: builder.objectRef<RoadEventRow>('RoadEventReport'),
    RoadEvent: builder.objectRef<RoadEventRow>('RoadEvent'),
    Incident: builder.objectRef<IncidentRow>('Incident'),
    IncidentClass: builder.objectRef<IncidentClass>('IncidentClass'),
    IncidentRevision: builder.objectRef<IncidentRevisionRow>('IncidentRevision'),
    DeviceState: builder.objectRef<DeviceStateRow>('DeviceState'),
    VisitorFlow: builder.objectRef<VisitorFlowRow>('VisitorFlow'),
    EarthquakeValues: builder.interfaceRef<QuakeReportRow>('EarthquakeValues'),
    Earthquake: builder.objectRef<QuakeReportRow>('Earthquake'),
    EarthquakeReport: builder.objectRef<QuakeReportRow>('EarthquakeReport'),
    EarthquakeRevision: builder.objectRef<RevisionRow>('EarthquakeRevision'),
    RegisterEntry: builder.interfaceRef<RegisterRow>('RegisterEntry'),
    RegisterCode: builder.objectRef<RegisterCode>('RegisterCode'),
    /** The types of model/registers.ts by noun, e.g. "supply-depot". */
    registers: new Map(REGISTERS.map(({ noun, type }) => [noun, builder.objectRef<RegisterRow>(type)])),
  };
}

export type Refs = ReturnType<typeof createRefs>;
