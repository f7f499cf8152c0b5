import type { LineString, MultiPoint, MultiPolygon, Point, Polygon } from 'geojson';
import type { AirDifference, AqiEdition, Averaging, Pollutant } from './air-quality.js';
import type { DeviceAspect, DeviceCondition } from './device-state.js';
import type { Review } from './earthquake.js';
import type { FeedHealth, FeedVerdict } from './feed-state.js';
import type { PollutantValue, Quality } from './record.js';
import type { RegisterFields } from './register.js';
import type { RoadCause, RoadEventKind, RoadPlacing, RoadState } from './road-event.js';
import type { ComfortLevel } from './visitor-flow.js';

/* What the store's readers return: rows of the tables, in camel case. */

export interface DivisionRow {
  readonly code: string;
  readonly nameZh: string;
  readonly nameEn: string | null;
  readonly parentCode: string | null;
  readonly level: string;
  readonly validFrom: Date;
  readonly validTo: Date | null;
  readonly boundary: Polygon | MultiPolygon | null;
  readonly source: string;
  readonly aliases: readonly string[];
}

export interface Page<T> {
  readonly items: readonly T[];
  /** The place of an item, for `after`. */
  readonly cursorOf: (item: T) => string;
  readonly more: boolean;
}

export interface StationRow {
  readonly id: string;
  readonly feedId: string;
  readonly code: string;
  readonly name: string;
  readonly stationType: string | null;
  readonly lon: number | null;
  readonly lat: number | null;
  readonly originalLon: number | null;
  readonly originalLat: number | null;
  readonly originalCrs: string | null;
  readonly divisionCode: string | null;
}

export interface DatastreamRow {
  readonly id: string;
  readonly key: number;
  readonly stationId: string;
  readonly property: string;
  readonly sensor: string;
  readonly medium: string | null;
}

export interface ThresholdRow {
  readonly stationId: string;
  readonly property: string;
  readonly sensor: string;
  readonly name: string;
  readonly seasonFrom: string;
  readonly seasonTo: string;
  readonly value: number;
}

export interface ObservationRow {
  readonly datastreamKey: number;
  readonly observedAt: Date;
  readonly value: number | null;
  readonly quality: Quality;
  readonly receivedAt: Date;
  readonly originalTime: string;
  readonly zone: string;
  readonly revision: number;
}

/** A raw value, or a bucket that begins at `at` (buckets are counted from the Unix epoch). */
export interface SeriesRow {
  readonly at: Date;
  readonly value: number | null;
  readonly min: number | null;
  readonly mean: number | null;
  readonly max: number | null;
  readonly count: number;
}

export interface SourceRow {
  readonly identifier: string;
  readonly feedId: string;
  readonly format: string;
  readonly sentAt: Date;
  readonly originalTime: string;
  readonly zone: string;
  readonly receivedAt: Date;
}

export interface FeedNode extends FeedHealth {
  readonly id: string;
  readonly departmentCode: string;
  readonly titleEn: string;
  readonly titleZh: string;
  readonly status: string;
  /** COPY or LIVE */
  readonly mode: string;
  readonly receivedCount: bigint;
  readonly rejectedCount: bigint;
  /** In a live change, the state as it was told; else it is derived when read. */
  readonly told?: FeedVerdict;
}

export interface RejectionRow {
  readonly id: number;
  readonly feedId: string;
  readonly reason: string;
  readonly detail: string;
  readonly raw: Buffer;
  readonly rawSize: number;
  readonly seen: number;
  readonly receivedAt: Date;
  readonly lastSeenAt: Date;
}

/** What a feed reports at a place and a time, whatever the noun. */
export interface ReportRow {
  readonly id: string;
  readonly feedId: string;
  readonly observedAt: Date;
  readonly originalTime: string;
  readonly zone: string;
  readonly receivedAt: Date;
  readonly lon: number | null;
  readonly lat: number | null;
  readonly divisionCode: string | null;
  readonly status: string;
  readonly revision: number;
}

/** A fire as the report it goes by places it; observedAt is when it was last seen. */
export interface FireRow extends ReportRow {
  readonly firstAt: Date;
}

export interface HotspotRow extends ReportRow {
  /** The fire it is of. */
  readonly fireId: string | null;
  readonly satellite: string;
  readonly instrument: string;
  readonly confidence: string;
  readonly confidencePercent: number | null;
  readonly brightnessKelvin: number | null;
  readonly radiativePowerMegawatts: number | null;
  readonly daytime: boolean | null;
}

export interface AlarmRow extends ReportRow {
  /** The fire it is of; null for alarms of other kinds. */
  readonly fireId: string | null;
  readonly deviceId: string;
  readonly type: string;
  readonly priority: number | null;
  readonly description: string;
}

export interface AirQualityRow extends ReportRow {
  readonly placeCode: string;
  readonly placeName: string;
  readonly placeKind: string;
  readonly averaging: Averaging;
  readonly edition: AqiEdition;
  readonly pollutants: readonly PollutantValue[];
  readonly aqi: number | null;
  /** The viewer may see the grade of it alone. */
  readonly graded?: true;
  readonly primary: readonly Pollutant[];
  readonly sourceAqi: number | null;
  readonly sourceCategory: string | null;
  readonly sourcePrimary: string | null;
  readonly differences: readonly AirDifference[];
}

export interface RoadEventRow extends ReportRow {
  /** The event it is of. */
  readonly factId: string;
  readonly geometry: Point | MultiPoint | LineString | null;
  readonly placedBy: RoadPlacing;
  readonly placeNote: string | null;
  readonly eventKind: RoadEventKind;
  readonly state: RoadState;
  readonly cause: RoadCause;
  readonly causeText: string | null;
  readonly roadCode: string | null;
  readonly section: string;
  readonly direction: string | null;
  readonly startStake: string | null;
  readonly endStake: string | null;
  readonly startStakeMetres: number | null;
  readonly endStakeMetres: number | null;
  readonly impact: string | null;
  readonly measures: string | null;
  readonly description: string | null;
  readonly startsAt: Date;
  readonly expectedEndAt: Date | null;
  readonly endedAt: Date | null;
  readonly managingUnit: string | null;
  readonly reportingUnit: string | null;
  readonly preparedBy: string | null;
  readonly reviewedBy: string | null;
}

export interface DeviceStateRow extends ReportRow {
  readonly stationId: string;
  readonly device: string;
  readonly aspect: DeviceAspect;
  readonly condition: DeviceCondition;
  readonly runHours: number | null;
  readonly sourceText: string;
  /** When the same was last told; observedAt where it was told once. */
  readonly confirmedAt: Date;
}

export interface VisitorFlowRow extends ReportRow {
  readonly areaCode: string;
  readonly areaName: string;
  readonly inPark: number;
  readonly enteredToday: number | null;
  readonly capacity: number | null;
  readonly dailyCapacity: number | null;
  readonly comfort: ComfortLevel | null;
  readonly sourceComfort: string | null;
  readonly weather: string | null;
  readonly parkingPlaces: number | null;
  readonly parkingFree: number | null;
}

/** What one catalogue says of an earthquake. */
export interface QuakeReportRow extends ReportRow {
  /** The earthquake it is of. */
  readonly factId: string;
  readonly catalogue: string;
  readonly depthKm: number | null;
  readonly magnitude: number | null;
  readonly magnitudeType: string | null;
  readonly place: string;
  readonly review: Review;
  readonly eventType: string | null;
  readonly withdrawn: boolean;
  readonly updatedAt: Date | null;
}

/** What a report said before it was corrected: the row as it was. */
export interface RevisionRow {
  readonly reportId: string;
  readonly revision: number;
  readonly receivedAt: Date;
  /** By column name. */
  readonly content: Readonly<Record<string, unknown>>;
}

/** An entry of a register, as it is or as one of its revisions was. */
export interface RegisterRow {
  /** "<feed>:<noun>:<code>" */
  readonly id: string;
  readonly feedId: string;
  readonly noun: string;
  readonly code: string;
  readonly name: string;
  readonly lon: number | null;
  readonly lat: number | null;
  readonly originalLon: number | null;
  readonly originalLat: number | null;
  readonly originalCrs: string | null;
  readonly divisionCode: string | null;
  readonly fields: RegisterFields;
  readonly status: string;
  readonly revision: number;
  /** Whether a person wrote this revision; else the feed did. */
  readonly byHand: boolean;
  readonly updatedAt: Date;
  readonly retiredAt: Date | null;
}
