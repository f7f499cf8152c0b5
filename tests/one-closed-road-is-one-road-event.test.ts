import { afterAll, afterEach, beforeAll, expect, test } from '@jest/globals';
import type { IncidentRecord, RoadEventRecord } from '../model/record.js';
import { graphql } from './generated/gql.js';
import { ADMIN, type Graph, openGraph } from './support/graph.js';

const NOW = new Date('2026-06-01T08:00:00Z');
const at = (minutes: number): Date => new Date(NOW.getTime() - 7_200_000 + minutes * 60_000);
const place = (lon: number, lat: number) => ({ lon, lat, original: { lon, lat, crs: 'WGS84' as const } });
const FORM = 'transport/road-events';
const POLICE = 'public-security/incidents';
let graph: Graph;

beforeAll(async () => {
  graph = await openGraph(
    NOW,
    [FORM, 'transport/work-zones', POLICE].map((id) => ({ id, freshness: 'contact' })),
  );
});
afterAll(() => graph.close());
afterEach(async () => {
  await graph.db.write.query(
    'TRUNCATE fact, fact_report, report_history, road_event, incident, incident_revision CASCADE',
  );
});

const call = (number: string, minutes: number, change: Partial<IncidentRecord> = {}): IncidentRecord => ({
  kind: 'incident',
  sourceId: number,
  raw: JSON.stringify([number, minutes, change]),
  observedAt: at(minutes),
  originalTime: at(minutes).toISOString(),
  zone: 'UTC',
  number,
  title: '122交通警情',
  description: '【演练】G217山体滑坡，道路中断',
  address: '演练·G217 K573+300',
  classCode: '20800',
  level: 'UNKNOWN',
  state: 'REPORTED',
  sourceState: '已接警',
  sourceType: '02',
  unitCode: '654202520000',
  dispatchNumber: null,
  feedbackNumber: null,
  changedAt: at(minutes),
  position: place(84.6, 44.01),
  status: 'EXERCISE',
  ...change,
});
const closure = (id: string, minutes: number, change: Partial<RoadEventRecord> = {}): RoadEventRecord => ({
  kind: 'road-event',
  sourceId: id,
  raw: JSON.stringify([id, minutes, change]),
  observedAt: at(minutes + 20),
  originalTime: at(minutes + 20).toISOString(),
  zone: 'UTC',
  position: place(84.602, 44.012),
  geometry: { type: 'Point', coordinates: [84.602, 44.012] },
  placedBy: 'STAKE',
  placeNote: null,
  eventKind: 'CLOSURE',
  state: 'BLOCKED',
  cause: 'LANDSLIDE',
  causeText: '山体滑坡',
  roadCode: 'G217',
  section: '演练·南山段',
  direction: null,
  startStake: 'K573+200',
  endStake: null,
  startStakeMetres: 573_200,
  endStakeMetres: null,
  impact: null,
  measures: null,
  description: null,
  startsAt: at(minutes),
  expectedEndAt: null,
  endedAt: null,
  managingUnit: null,
  reportingUnit: null,
  preparedBy: null,
  reviewedBy: null,
  status: 'EXERCISE',
  ...change,
});

const ROADS = graphql(`
  query Roads {
    roadEvents {
      edges {
        node {
          id
          state
          roadCode
          startStake
          endedAt
          feed { id }
          sources { id state cause startStake position roadEvent { id } feed { id } revisions { revision state endedAt } }
        }
      }
    }
  }
`);
const SEPARATE = graphql(`mutation SeparateRoad($report: ID!) { separateReport(report: $report) }`);
const ONE = graphql(`query OneRoad($id: ID!) { roadEvent(id: $id) { id state feed { id } } }`);
const roads = async () => (await graph.ask(ROADS, {})).roadEvents.edges.map(({ node }) => node);
const feeds = async () => (await roads()).map(({ sources }) => sources.map(({ feed }) => feed.id));

test('a road that the police and transport say is closed is one event, with the words of transport and both sources', async () => {
  await graph.take(POLICE, [call('A', 0)]);
  const [first] = await roads();
  expect(first).toMatchObject({ state: 'BLOCKED', roadCode: 'G217', startStake: 'K573+300', feed: { id: POLICE } });
  await graph.take(FORM, [closure('R', 5)]);
  const [event, ...others] = await roads();
  expect(others).toEqual([]);
  expect(event).toMatchObject({ id: first?.id, startStake: 'K573+200', feed: { id: FORM } });
  expect(event?.sources).toMatchObject([
    { id: `${FORM}:R`, cause: 'LANDSLIDE', position: { coordinates: [84.602, 44.012] }, roadEvent: { id: event?.id } },
    { id: `${POLICE}:A`, cause: 'LANDSLIDE', startStake: 'K573+300', position: { coordinates: [84.6, 44.01] } },
  ]);
});

test('what the police alone told of is open again once they close the incident, also when that word repeats no text', async () => {
  await graph.take(POLICE, [call('A', 0)]);
  await graph.take(POLICE, [
    call('A', 0, { state: 'CLOSED', sourceState: '已办结', changedAt: at(50), description: null, address: null }),
  ]);
  expect(await roads()).toMatchObject([
    {
      state: 'OPEN',
      endedAt: at(50).toISOString(),
      sources: [{ revisions: [{ revision: 0, state: 'BLOCKED', endedAt: null }] }],
    },
  ]);
});

test('an incident that speaks of no blocked road is none', async () => {
  await graph.take(POLICE, [
    call('A', 0, { description: '两车追尾，一人轻伤', address: '塔里木南路' }),
    call('B', 1, { description: '山石滚落，道路未中断', address: '乡道' }),
  ]);
  expect(await roads()).toEqual([]);
});

test('another route, another place, another time and the same source are other events, and a detour is none of them', async () => {
  await graph.take(FORM, [closure('R', 0), closure('again', 10)]);
  await graph.take(POLICE, [
    call('other route', 5, { description: '道路中断', address: 'S115' }),
    call('far', 5, { position: place(84.7, 44.01) }),
  ]);
  await graph.take('transport/work-zones', [
    closure('detour', 5, { eventKind: 'DETOUR', state: 'OPEN' }),
    closure('later', -400),
  ]);
  expect((await feeds()).every((each) => each.length === 1)).toBe(true);
  expect(await feeds()).toHaveLength(6);
});

test('without a route the place alone decides; a wrong match can be taken apart and stays so', async () => {
  await graph.take(FORM, [closure('R', 0)]);
  await graph.take(POLICE, [call('A', 5, { description: '道路中断', address: '巴音沟' })]);
  expect(await feeds()).toEqual([[FORM, POLICE]]);
  const { separateReport } = await graph.ask(SEPARATE, { report: `${POLICE}:A` }, ADMIN);
  await graph.take(POLICE, [
    call('A', 5, { description: '道路中断', address: '巴音沟', changedAt: at(9), raw: 'newer' }),
  ]);
  expect((await feeds()).flat().sort()).toEqual([POLICE, FORM]);
  expect((await graph.ask(ONE, { id: separateReport })).roadEvent).toMatchObject({ feed: { id: POLICE } });
});

test('road events with their sources cost as many statements for 60 as for one', async () => {
  await graph.take(FORM, [closure('R', 0)]);
  const one = await graph.cost(ROADS, {});
  await graph.take(
    FORM,
    Array.from({ length: 49 }, (_, n) => closure(`${n}`, 0, { position: place(83.5 + n * 0.03, 44.3) })),
  );
  const all = await graph.cost(ROADS, {});
  expect(all.data.roadEvents.edges).toHaveLength(50);
  expect(all.statements).toHaveLength(one.statements.length);
});
