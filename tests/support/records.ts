import type {
  DeviceStateRecord,
  EarthquakeRecord,
  FireAlarmRecord,
  HotspotRecord,
  ObservationRecord,
  RegisterRecord,
  RoadEventRecord,
  StationRecord,
  VisitorFlowRecord,
  WarningRecord,
} from '../../model/record.js';

/** A station in the middle of Wusu, unless told otherwise. */
export const stationRecord = (code: string, change: Partial<StationRecord> = {}): StationRecord => ({
  kind: 'station',
  code,
  name: `测站 ${code}`,
  position: { lon: 84.68, lat: 44.44, original: { lon: 84.68, lat: 44.44, crs: 'WGS84' } },
  raw: code,
  ...change,
});

const provenance = (sourceId: string, observedAt: Date) => ({
  sourceId,
  raw: sourceId,
  observedAt,
  originalTime: observedAt.toISOString(),
  zone: 'UTC',
});

export const observationRecord = (
  station: string,
  observedAt: Date,
  value: number,
  change: Partial<ObservationRecord> = {},
): ObservationRecord => ({
  kind: 'observation',
  ...provenance(`${station} ${observedAt.getTime()}`, observedAt),
  station,
  property: 'water-level',
  value,
  quality: 'UNCHECKED',
  ...change,
});

/** A yellow rainstorm warning for Wusu, sent at `sentAt` and holding for six hours. */
export const warningRecord = (
  identifier: string,
  sentAt: Date,
  change: Partial<WarningRecord> = {},
): WarningRecord => ({
  kind: 'warning',
  ...provenance(identifier, sentAt),
  identifier,
  format: '12379',
  messageType: 'ALERT',
  status: 'EXERCISE',
  references: [],
  hazardCode: '11B03',
  level: 'YELLOW',
  effectiveAt: sentAt,
  onsetAt: null,
  expiresAt: new Date(sentAt.getTime() + 6 * 3_600_000),
  texts: [
    {
      language: 'zh-CN',
      hazard: '暴雨',
      senderName: '乌苏市气象台',
      headline: '暴雨黄色预警信号',
      description: '预计未来六小时有强降水。',
      instruction: null,
    },
  ],
  divisionCodes: ['654202'],
  area: null,
  ...change,
});

export const hotspotRecord = (id: string, observedAt: Date, lon: number, lat: number): HotspotRecord => ({
  kind: 'hotspot',
  ...provenance(id, observedAt),
  position: { lon, lat, original: { lon, lat, crs: 'WGS84' } },
  satellite: 'N20',
  instrument: 'VIIRS',
  confidence: 'NOMINAL',
  confidencePercent: null,
  brightnessKelvin: 330,
  radiativePowerMegawatts: 4.5,
  daytime: true,
  sameWithin: { seconds: 3600, metres: 2000 },
  status: 'EXERCISE',
});

export const fireAlarmRecord = (id: string, observedAt: Date): FireAlarmRecord => ({
  kind: 'fire-alarm',
  ...provenance(id, observedAt),
  deviceId: '65420200001320000001',
  type: 'SMOKE',
  priority: 1,
  description: '林区烟雾',
  position: null,
  sameWithin: { seconds: 3600, metres: 2000 },
  status: 'EXERCISE',
});

/** Equipment SB1, running, unless told otherwise. */
export const deviceStateRecord = (
  station: string,
  observedAt: Date,
  change: Partial<DeviceStateRecord> = {},
): DeviceStateRecord => ({
  kind: 'device-state',
  ...provenance(`${station} ${JSON.stringify(change)} ${observedAt.getTime()}`, observedAt),
  station,
  device: 'SB1',
  aspect: 'EQUIPMENT',
  condition: 'RUNNING',
  runHours: null,
  sourceText: change.condition ?? 'RUNNING',
  position: { lon: 84.68, lat: 44.44, original: { lon: 84.68, lat: 44.44, crs: 'WGS84' } },
  status: 'EXERCISE',
  ...change,
});

/** An entry of a register without a place, unless told otherwise. */
export const registerRecord = (
  noun: string,
  code: string,
  fields: RegisterRecord['fields'],
  change: Partial<RegisterRecord> = {},
): RegisterRecord => ({
  kind: 'register',
  noun,
  code,
  name: `演练·${code}`,
  fields,
  status: 'EXERCISE',
  raw: JSON.stringify([noun, code, fields, change]),
  ...change,
});

/** What one catalogue says of a quake in the southern mountains, unless told otherwise. */
export const earthquakeRecord = (
  id: string,
  catalogue: string,
  observedAt: Date,
  change: Partial<EarthquakeRecord> = {},
): EarthquakeRecord => ({
  kind: 'earthquake',
  ...provenance(`${catalogue}/${id}`, observedAt),
  raw: JSON.stringify([id, catalogue, observedAt, change]),
  position: { lon: 84.6, lat: 44.05, original: { lon: 84.6, lat: 44.05, crs: 'WGS84' } },
  catalogue,
  depthKm: 12,
  magnitude: 4.6,
  magnitudeType: 'M',
  place: '演练·新疆乌苏市',
  review: 'AUTOMATIC',
  eventType: 'earthquake',
  withdrawn: false,
  updatedAt: null,
  sameWithin: { seconds: 60, metres: 100_000 },
  status: 'EXERCISE',
  ...change,
});

/** How many are in a scenic area without a capacity of its own. */
export const visitorFlowRecord = (areaCode: string, observedAt: Date, inPark: number): VisitorFlowRecord => ({
  kind: 'visitor-flow',
  ...provenance(`${areaCode}/${observedAt.toISOString()}`, observedAt),
  position: null,
  area: { code: areaCode, name: `演练·${areaCode}` },
  inPark,
  enteredToday: null,
  capacity: null,
  dailyCapacity: null,
  comfort: null,
  sourceComfort: null,
  weather: null,
  parkingPlaces: null,
  parkingFree: null,
  status: 'EXERCISE',
});

/** A road blocked by a landslide at a place of its own, unless told otherwise. */
export const roadEventRecord = (
  id: string,
  observedAt: Date,
  change: Partial<RoadEventRecord> = {},
): RoadEventRecord => ({
  kind: 'road-event',
  ...provenance(id, observedAt),
  raw: JSON.stringify([id, observedAt, change]),
  position: { lon: 84.68, lat: 44.44, original: { lon: 84.68, lat: 44.44, crs: 'WGS84' } },
  geometry: { type: 'Point', coordinates: [84.68, 44.44] },
  placedBy: 'STAKE',
  placeNote: null,
  eventKind: 'CLOSURE',
  state: 'BLOCKED',
  cause: 'LANDSLIDE',
  causeText: '山体滑坡',
  roadCode: id,
  section: '演练·南山段',
  direction: null,
  startStake: 'K12+300',
  endStake: null,
  startStakeMetres: 12_300,
  endStakeMetres: null,
  impact: null,
  measures: null,
  description: null,
  startsAt: observedAt,
  expectedEndAt: null,
  endedAt: null,
  managingUnit: null,
  reportingUnit: null,
  preparedBy: null,
  reviewedBy: null,
  status: 'EXERCISE',
  ...change,
});
