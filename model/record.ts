import type { LineString, MultiPoint, MultiPolygon, Point, Polygon } from 'geojson';
import type { AirDifference, AqiEdition, Averaging, Pollutant } from './air-quality.js';
import type { DeviceAspect, DeviceCondition } from './device-state.js';
import type { Review } from './earthquake.js';
import type { Reach } from './fact.js';
import type { IncidentLevel, IncidentState } from './incident.js';
import type { Position } from './position.js';
import type { PropertyName } from './property.js';
import type { RegisterFields } from './register.js';
import type { RoadCause, RoadEventKind, RoadPlacing, RoadState } from './road-event.js';
import type { ComfortLevel } from './visitor-flow.js';
import type { WarningLevel, WarningStatus } from './warning.js';
import type { WarnsFor } from './warning-authority.js';

/** A piece of what a source sent. `raw` is exactly what it sent (hashed, and kept only when rejected). */
export interface Piece {
  readonly raw: string | Uint8Array;
  /** The whole input the piece was read from. Called only when the piece is rejected: it is then kept, to be read again after a correction. */
  readonly input?: Input;
}
export type Input = () => string | Uint8Array;

export const pieceOf = ({ raw, input }: Piece): Piece => (input ? { raw, input } : { raw });

/** Where one record comes from. */
export interface Provenance extends Piece {
  /** The source's own key of the record; with the feed it names the thing told of. */
  readonly sourceId: string;
  readonly observedAt: Date;
  /** The time as the source wrote it, and the zone it was read in. */
  readonly originalTime: string;
  readonly zone: string;
}

/** GOOD checked by the source; UNCHECKED as delivered; ESTIMATED corrected by the source; MISSING said to be absent (value null). */
export const QUALITIES = ['GOOD', 'UNCHECKED', 'ESTIMATED', 'SUSPECT', 'ERRONEOUS', 'MISSING'] as const;
export type Quality = (typeof QUALITIES)[number];

export interface StationRecord extends Piece {
  readonly kind: 'station';
  readonly code: string;
  readonly name: string;
  /** In the standard's words where it has one (SL 323 STTP: PP, ZZ, ZQ, RR …). */
  readonly stationType?: string;
  readonly position?: Position;
  /** As the source says (ADDVCD, adminCode); the hub's own point-in-polygon answer is kept beside it. */
  readonly divisionCode?: string;
}

/** A level that means something at a station: SL 323 WRZ 警戒水位 is "warning", GRZ 保证水位 "guarantee", FSLTDZ 汛限 "flood-limit";
 *  alarm limits of a plant are "high-high", "high", "low" and "low-low". */
export interface ThresholdRecord extends Piece {
  readonly kind: 'threshold';
  readonly station: string;
  readonly property: PropertyName;
  /** Where it holds for one of several sensors only. */
  readonly sensor?: string;
  readonly name: string;
  /** Null where the source says that there is none any more. */
  readonly value: number | null;
  /** "MMDD" to "MMDD" inclusive, where the level holds for a part of the year only. */
  readonly season?: { readonly from: string; readonly to: string };
}

export interface ObservationRecord extends Provenance {
  readonly kind: 'observation';
  /** The station's code within the feed; a station the hub does not know makes a reject. */
  readonly station: string;
  readonly property: PropertyName;
  /** Tells several sensors of one property at one station apart, e.g. "L1_GP_2". */
  readonly sensor?: string;
  /** What is measured in, where the source says: "液氨". */
  readonly medium?: string;
  /** In the property's unit (model/property.ts). Null only with quality MISSING. */
  readonly value: number | null;
  readonly quality: Quality;
}

export interface WarningText {
  /** BCP 47. */
  readonly language: string;
  readonly hazard: string;
  readonly senderName: string;
  readonly headline: string;
  readonly description: string;
  readonly instruction: string | null;
}

/** One message of a warning's life. observedAt is the message's time of sending. */
export interface WarningRecord extends Provenance {
  readonly kind: 'warning';
  readonly identifier: string;
  /** "hub": released here. */
  readonly format: '12379' | 'cap' | 'mapped' | 'hub';
  readonly messageType: 'ALERT' | 'UPDATE' | 'CANCEL';
  readonly status: WarningStatus;
  /** Identifiers this message supersedes or cancels; never its own. */
  readonly references: readonly string[];
  readonly hazardCode: string | null;
  /** Null only for CANCEL. */
  readonly level: WarningLevel | null;
  readonly effectiveAt: Date | null;
  readonly onsetAt: Date | null;
  readonly expiresAt: Date;
  readonly texts: readonly WarningText[];
  readonly divisionCodes: readonly string[];
  readonly area: Polygon | MultiPolygon | null;
  /** For whom besides its own department the feed may speak, by its settings; said by the runtime alone. */
  readonly warnsFor?: WarnsFor;
}

/** What happened and calls for help, by one source's own number; later words on the same number replace earlier ones. */
export interface IncidentRecord extends Provenance {
  readonly kind: 'incident';
  /** The source's own number: 接警单号. */
  readonly number: string;
  readonly title: string;
  /** Null where the source says nothing: what it said before stays. So with all that may be null here. */
  readonly description: string | null;
  readonly address: string | null;
  /** GB/T 35561-2017. */
  readonly classCode: string | null;
  readonly level: IncidentLevel;
  readonly state: IncidentState;
  /** In the source's own words. */
  readonly sourceState: string | null;
  /** In the source's own code: BJFSDM. */
  readonly sourceType: string | null;
  /** Who answers for it: GXDWDM. */
  readonly unitCode: string | null;
  readonly dispatchNumber: string | null;
  readonly feedbackNumber: string | null;
  /** The newest moment that the source names. An older word never replaces a newer one. */
  readonly changedAt: Date;
  readonly position: Position | null;
  /** As the source says; the hub's own point-in-polygon answer goes before it. */
  readonly divisionCode?: string;
  readonly status: WarningStatus;
}

export interface HotspotRecord extends Provenance {
  readonly kind: 'hotspot';
  readonly position: Position;
  readonly satellite: string;
  readonly instrument: string;
  readonly confidence: 'LOW' | 'NOMINAL' | 'HIGH';
  /** MODIS only, 0–100. */
  readonly confidencePercent: number | null;
  readonly brightnessKelvin: number | null;
  readonly radiativePowerMegawatts: number | null;
  readonly daytime: boolean | null;
  /** How close another report must be to be of the same fire. */
  readonly sameWithin: Reach;
  readonly status: WarningStatus;
}

export interface FireAlarmRecord extends Provenance {
  readonly kind: 'fire-alarm';
  /** 20 digits, GB/T 28181. */
  readonly deviceId: string;
  readonly type: 'SMOKE' | 'FIRE' | 'OTHER';
  /** GB/T 28181: 1 highest … 4. */
  readonly priority: number | null;
  readonly description: string;
  readonly position: Position | null;
  /** How close another report must be to be of the same fire. */
  readonly sameWithin: Reach;
  readonly status: WarningStatus;
}

/** One pollutant of an AirQualityRecord: its concentration (model/air-quality.ts says the unit) and its index, where it counts. */
export interface PollutantValue {
  readonly pollutant: Pollutant;
  readonly concentration: number | null;
  readonly index: number | null;
}

/** What was in the air of a city or at a site, with the hub's reckoning of the index beside the source's. */
export interface AirQualityRecord extends Provenance {
  readonly kind: 'air-quality';
  readonly position: Position | null;
  readonly place: { readonly code: string; readonly name: string; readonly kind: 'CITY' | 'SITE' };
  readonly averaging: Averaging;
  readonly edition: AqiEdition;
  readonly pollutants: readonly PollutantValue[];
  /** Null where no pollutant that counts was sent. */
  readonly aqi: number | null;
  readonly primary: readonly Pollutant[];
  readonly sourceAqi: number | null;
  /** In the source's own words. */
  readonly sourceCategory: string | null;
  readonly sourcePrimary: string | null;
  readonly differences: readonly AirDifference[];
  readonly status: WarningStatus;
}

/** How a device at a station is, or was in a day or at a start. */
export interface DeviceStateRecord extends Provenance {
  readonly kind: 'device-state';
  /** The station's code within the feed; a station the hub does not know makes a reject. */
  readonly station: string;
  /** The source's own name of it: "SB1", "w01018". */
  readonly device: string;
  readonly aspect: DeviceAspect;
  readonly condition: DeviceCondition;
  /** Of the day that begins at observedAt; only with RUN_TIME. */
  readonly runHours: number | null;
  /** In the source's own words: "SB1-RS=1". */
  readonly sourceText: string;
  readonly position: Position | null;
  readonly status: WarningStatus;
}

/** How many people are in a scenic area. Capacities where the message itself says them. */
export interface VisitorFlowRecord extends Provenance {
  readonly kind: 'visitor-flow';
  readonly position: Position | null;
  readonly area: { readonly code: string; readonly name: string };
  readonly inPark: number;
  readonly enteredToday: number | null;
  /** At one moment. */
  readonly capacity: number | null;
  readonly dailyCapacity: number | null;
  readonly comfort: ComfortLevel | null;
  /** In the source's own words. */
  readonly sourceComfort: string | null;
  readonly weather: string | null;
  readonly parkingPlaces: number | null;
  readonly parkingFree: number | null;
  readonly status: WarningStatus;
}

/** What one catalogue says of one earthquake; observedAt is the origin time. */
export interface EarthquakeRecord extends Provenance {
  readonly kind: 'earthquake';
  readonly position: Position;
  /** The agency whose solution it is, e.g. "CENC". */
  readonly catalogue: string;
  readonly depthKm: number | null;
  readonly magnitude: number | null;
  readonly magnitudeType: string | null;
  readonly place: string;
  readonly review: Review;
  /** In the catalogue's words: "earthquake", "quarry blast". */
  readonly eventType: string | null;
  /** The catalogue has taken it back. */
  readonly withdrawn: boolean;
  /** When the catalogue last changed it; an older version never replaces a newer. */
  readonly updatedAt: Date | null;
  /** How close another catalogue's report must be to be of the same quake. */
  readonly sameWithin: Reach;
  readonly status: WarningStatus;
}

/** One entry of a list that a department keeps (model/registers.ts): what the department knows of it, not what happens there. */
export interface RegisterRecord extends Piece {
  readonly kind: 'register';
  readonly noun: string;
  /** The department's own code; with the feed and the noun it names the entry. */
  readonly code: string;
  readonly name: string;
  readonly position?: Position;
  /** As the source says; the hub's own point-in-polygon answer goes before it. */
  readonly divisionCode?: string;
  /** As `checkFields` returns them: null takes a value back, an absent one is kept. */
  readonly fields: RegisterFields;
  /** No longer in use. Kept, and shown only to who asks for it. */
  readonly retired?: boolean;
  readonly status: WarningStatus;
}

/** What blocks or hinders a road. observedAt is when the source last spoke of it: an older word never replaces a newer one. */
export interface RoadEventRecord extends Provenance {
  readonly kind: 'road-event';
  /** Where it begins. */
  readonly position: Position | null;
  /** WGS84. */
  readonly geometry: Point | MultiPoint | LineString | null;
  readonly placedBy: RoadPlacing;
  /** Why it has no place, or only a part of one, in a sentence for who looks at the map. */
  readonly placeNote: string | null;
  /** Where it has no place, or begins in no division that the hub knows. */
  readonly divisionCode?: string;
  readonly eventKind: RoadEventKind;
  readonly state: RoadState;
  readonly cause: RoadCause;
  /** In the source's own words, as are `startStake`, `endStake` and `impact`. */
  readonly causeText: string | null;
  /** "G30"; null where the source names roads in words only. */
  readonly roadCode: string | null;
  readonly section: string;
  readonly direction: string | null;
  readonly startStake: string | null;
  readonly endStake: string | null;
  /** From the route's beginning. */
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
  /** Names of persons. */
  readonly preparedBy: string | null;
  readonly reviewedBy: string | null;
  readonly status: WarningStatus;
}

/** The source's whole list of road events by sourceId: what the hub has of this feed and is not listed is over, since `at` at the latest. */
export interface RoadEventListRecord extends Piece {
  readonly kind: 'road-event-list';
  readonly listed: readonly string[];
  readonly at: Date;
}

export type FeedRecord =
  | StationRecord
  | ThresholdRecord
  | ObservationRecord
  | WarningRecord
  | HotspotRecord
  | FireAlarmRecord
  | AirQualityRecord
  | RoadEventRecord
  | RoadEventListRecord
  | IncidentRecord
  | DeviceStateRecord
  | VisitorFlowRecord
  | EarthquakeRecord
  | RegisterRecord;

export const REJECT_REASONS = [
  'bad-crc',
  'bad-encoding',
  'doctype',
  'malformed',
  'truncated',
  'too-large',
  'encrypted',
  'unsupported',
  'not-a-warning',
  'not-operational',
  'not-authorised',
  'missing-time',
  'missing-field',
  'bad-time',
  'future-date',
  'too-old',
  'expires-before-sent',
  'not-a-number',
  'out-of-range',
  'bad-position',
  'unknown-station',
  'unknown-code',
  'mapping-failed',
  'mapping-stopped',
  'wrong-password',
  'cannot-be-stored',
] as const;
export type RejectReason = (typeof REJECT_REASONS)[number];

/** What could not be taken in: the piece itself, the kind of fault, and one sentence that says what, where and what to do. */
export interface Reject extends Piece {
  readonly reason: RejectReason;
  readonly detail: string;
}

/** What a normalize makes of one input. `watermark` is kept in the same transaction as the records. */
export interface Outcome {
  readonly records: readonly FeedRecord[];
  readonly rejects: readonly Reject[];
  readonly watermark?: string;
}
