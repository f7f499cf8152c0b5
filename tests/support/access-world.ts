import type { GraphQLSchema } from 'graphql';
import { type AccessGrant, type Principal, ROOT, WHOLE } from '../../model/access.js';
import { type DepartmentCode, departmentOfFeed } from '../../model/department.js';
import type { AirQualityRecord, FeedRecord } from '../../model/record.js';
import type { RegisterField, RegisterNoun, RegisterValue, SingleValue } from '../../model/register.js';
import { REGISTERS } from '../../model/registers.js';
import { type Graph, openGraph } from './graph.js';
import { incidentRecord } from './incident-record.js';
import {
  deviceStateRecord,
  earthquakeRecord,
  fireAlarmRecord,
  hotspotRecord,
  observationRecord,
  registerRecord,
  roadEventRecord,
  stationRecord,
  visitorFlowRecord,
  warningRecord,
} from './records.js';

export const NOW = new Date('2026-06-01T08:00:00Z');
const at = (minutes: number): Date => new Date(NOW.getTime() - minutes * 60_000);

/** A value of a register's field, of its type: codes where it has codes, a person where it is one's. */
function sampleOf(field: RegisterField, canary: string): RegisterValue {
  switch (field.type) {
    case 'number':
    case 'integer':
      return 7;
    case 'boolean':
      return true;
    case 'texts':
      return [canary];
    case 'date-time':
      return '2026-06-01T07:00:00.000Z';
    case 'one-of':
      return field.values[0]?.code ?? '';
    case 'reference':
      return `${field.noun}-1`;
    case 'parts':
      return [Object.fromEntries(field.parts.map((part) => [part.name, sampleOf(part, canary) as SingleValue]))];
    case 'text':
      if (field.phone) return field.personal ? '13900139000' : '0992-1234567';
      return field.personal || field.name.endsWith('Name') ? PERSON : canary;
    default:
      return '2026-06-01';
  }
}

/** An entry of a register with something in every field. */
const entryOf = (noun: RegisterNoun, canary: string): FeedRecord =>
  registerRecord(
    noun.noun,
    `${noun.noun}-1`,
    Object.fromEntries(noun.fields.map((field) => [field.name, sampleOf(field, canary)])),
    {
      name: canary,
      ...(noun.place === 'point'
        ? { position: { lon: 84.68, lat: 44.44, original: { lon: 84.68, lat: 44.44, crs: 'WGS84' } } }
        : {}),
    },
  );

/** What betrays a feed's data wherever it turns up: it stands in every text and code that the feed brings. */
export const canaryOf = (feed: string): string => `canary-${feed.replace('/', '-')}`;
/** The same for what leads to a person. */
export const PERSON = 'canary-person';

const airQuality = (code: string): AirQualityRecord => ({
  kind: 'air-quality',
  sourceId: code,
  raw: code,
  observedAt: at(5),
  originalTime: 'x',
  zone: 'UTC',
  position: null,
  place: { code, name: code, kind: 'CITY' },
  averaging: 'HOUR',
  edition: '2012',
  pollutants: [{ pollutant: 'PM10', concentration: 321, index: 234 }],
  aqi: 234,
  primary: ['PM10'],
  sourceAqi: 235,
  sourceCategory: null,
  sourcePrimary: null,
  differences: [],
  status: 'EXERCISE',
});

/** What each feed brings. Quakes and closures of two feeds are the same fact. */
const RECORDS: Readonly<Record<string, (canary: string) => readonly FeedRecord[]>> = {
  'water/telemetry': (c) => [
    stationRecord('S', { name: c }),
    observationRecord('S', at(2), 123.25),
    observationRecord('S', at(2), 4.5, { property: 'rain-1h', sourceId: 'rain' }),
    { kind: 'threshold', station: 'S', property: 'water-level', name: 'warning', value: 120, raw: 't' },
    deviceStateRecord('S', at(3), { device: c, sourceText: c }),
  ],
  'weather/stations': (c) => [
    stationRecord('W', { name: c }),
    observationRecord('W', at(2), 31.75, { property: 'air-temperature' }),
    observationRecord('W', at(2), 8.5, { property: 'rain-1h', sourceId: 'rain' }),
  ],
  'ecology/air-quality': (c) => [airQuality(c)],
  'seismic/catalogue': (c) => [earthquakeRecord('1', 'CENC', at(10), { place: c })],
  'forestry/hotspots': () => [hotspotRecord('h', at(6), 84.6, 44.05)],
  'forestry/video-alarms': (c) => [{ ...fireAlarmRecord('a', at(6)), description: c, deviceId: c }],
  'transport/road-events': (c) => [
    roadEventRecord('r', at(20), {
      section: c,
      measures: c,
      roadCode: 'G217',
      preparedBy: PERSON,
      startStake: 'K573+200',
    }),
  ],
  'public-security/incidents': (c) => [
    incidentRecord('i', at(15), { title: c, description: c, address: `${c} 17号` }),
    roadEventRecord('p', at(21), {
      ...{ section: c, impact: c, causeText: c, direction: c, measures: c, description: c },
      roadCode: 'G217',
    }),
  ],
  'tourism/visitor-flow': () => [visitorFlowRecord('scenic-area-1', at(4), 4321)],
  'weather/warnings': (c) => [
    warningRecord('65420241600000_20260601070000', at(60), { status: 'ACTUAL' }),
    warningRecord('65420241600000_20260601070100', at(59), {
      status: 'EXERCISE',
      texts: [{ language: 'zh-CN', hazard: '暴雨', senderName: c, headline: c, description: c, instruction: null }],
    }),
  ],
};

const REGISTER_FEEDS = [...new Set(REGISTERS.map(({ feed }) => feed))];
/** Feeds of every kind of data, one of registers among them. */
export const FEEDS = [...Object.keys(RECORDS), 'emergency/registries'];
/** All feeds of this world. */
export const ALL_FEEDS = [...new Set([...FEEDS, ...REGISTER_FEEDS, 'emergency/incident-reports'])];

const recordsOf = (feed: string): FeedRecord[] => [
  ...(RECORDS[feed]?.(canaryOf(feed)) ?? []),
  ...REGISTERS.filter((noun) => noun.feed === feed).map((noun) => entryOf(noun, canaryOf(feed))),
];
export const departmentOf = (feed: string): DepartmentCode => departmentOfFeed(feed);

/** A graph with something of everything, each feed's data bearing its canary. */
export async function openAccessWorld(schema?: GraphQLSchema): Promise<Graph> {
  const graph = await openGraph(
    NOW,
    ALL_FEEDS.map((id) => ({ id, title: { en: canaryOf(id), zh: canaryOf(id) } })),
    schema,
  );
  for (const feed of ALL_FEEDS)
    await graph.take(feed, recordsOf(feed), [
      { raw: `${canaryOf(feed)} 13800138000`, reason: 'malformed', detail: canaryOf(feed) },
    ]);
  await graph.db.write.query(
    `INSERT INTO feed_gap (feed_id, from_at, to_at, state, reason) VALUES ('water/telemetry', $1, $2, 'DOWN', 'x')`,
    [at(300), at(240)],
  );
  return graph;
}

/** Someone of a department, a reader unless told otherwise. */
export const of = (department: DepartmentCode | null, change: Partial<Principal> = {}): Principal => ({
  ...ROOT,
  id: `key:${department ?? 'hub'}`,
  name: 'test',
  department,
  roles: ['READER'],
  scopes: [],
  ...change,
});

/** A grant in force, of all of the feed, unless told otherwise. */
export const grantOf = (feed: string, to: DepartmentCode, change: Partial<AccessGrant> = {}): AccessGrant => ({
  id: `${feed} to ${to}`,
  owner: departmentOf(feed),
  grantee: to,
  dataset: { feed, property: null, register: null },
  coarsening: WHOLE,
  validFrom: at(60),
  validUntil: null,
  ...change,
});
