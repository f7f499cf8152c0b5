import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { settings } from '../connectors/public-security/incidents/config.js';
import { normalize } from '../connectors/public-security/incidents/normalize.js';
import { graphql } from './generated/gql.js';
import { type Graph, openGraph } from './support/graph.js';
import { incidentRecord } from './support/incident-record.js';

const NOW = new Date('2026-06-01T08:00:00Z');
const FEED = 'public-security/incidents';
const minutes = (n: number): Date => new Date(NOW.getTime() + n * 60_000);
let graph: Graph;

beforeAll(async () => {
  graph = await openGraph(NOW, [
    { id: FEED, freshness: 'contact' },
    { id: 'emergency/incident-reports', freshness: 'contact' },
  ]);
});
afterAll(() => graph.close());

const ONE = graphql(`
  query OneIncident($id: ID!) {
    incident(id: $id) {
      number title state sourceState revision changedAt address dispatchNumber position division { code }
      class { code name(language: "zh") parent { code name parent { code } } }
      history { revision state description changedAt }
    }
  }
`);
const one = async (number: string) => (await graph.ask(ONE, { id: `${FEED}:${number}` })).incident;
const MANY = graphql(`
  query ManyIncidents($filter: IncidentFilter, $first: Int, $after: String) {
    incidents(filter: $filter, first: $first, after: $after) {
      edges { cursor node { number } }
      pageInfo { hasNextPage }
    }
  }
`);
const numbers = async (filter: object, page: object = {}) =>
  (await graph.ask(MANY, { filter, ...page })).incidents.edges.map(({ node }) => node.number);

describe('an incident', () => {
  test('is replaced by a newer word on its number, keeps what that does not speak of, and every revision', async () => {
    const first = incidentRecord('A', NOW);
    await graph.take(FEED, [first]);
    await graph.take(FEED, [first]);
    const second = {
      state: 'RESPONDING',
      sourceState: '已派警',
      changedAt: minutes(5),
      dispatchNumber: 'P-1',
      address: null,
      position: null,
      description: '两车追尾，一人伤',
    } as const;
    await graph.take(FEED, [incidentRecord('A', NOW, second)]);
    expect(await one('A')).toEqual({
      number: 'A',
      title: '122交通警情',
      state: 'RESPONDING',
      sourceState: '已派警',
      revision: 1,
      changedAt: minutes(5).toISOString(),
      address: '塔里木南路',
      dispatchNumber: 'P-1',
      position: { type: 'Point', coordinates: [84.68, 44.44] },
      division: { code: '654202' },
      class: { code: '20800', name: '道路交通事故', parent: { code: '20000', name: 'accident', parent: null } },
      history: [
        { revision: 1, state: 'RESPONDING', description: '两车追尾，一人伤', changedAt: minutes(5).toISOString() },
        { revision: 0, state: 'REPORTED', description: '两车追尾', changedAt: NOW.toISOString() },
      ],
    });
  });

  test('is not thrown back by an older word that comes late', async () => {
    await graph.take(FEED, [incidentRecord('A', NOW, { changedAt: minutes(2), description: 'alt' })]);
    expect(await one('A')).toMatchObject({ revision: 1, state: 'RESPONDING' });
  });

  test('told of several times in one batch has all its revisions, in the order of their times', async () => {
    await graph.take(FEED, [
      incidentRecord('B', NOW, { changedAt: minutes(9), state: 'CLOSED', sourceState: '办结' }),
      incidentRecord('B', NOW, { changedAt: minutes(1), state: 'RESPONDING', sourceState: '已派警' }),
      incidentRecord('B', NOW),
    ]);
    const found = await one('B');
    expect(found?.history.map(({ state }) => state)).toEqual(['CLOSED', 'RESPONDING', 'REPORTED']);
    expect(found?.state).toBe('CLOSED');
  });

  test('has a name for its class also where only the class above has one', async () => {
    await graph.take(FEED, [incidentRecord('C', minutes(-60), { classCode: '20899' })]);
    expect((await one('C'))?.class).toEqual({
      code: '20899',
      name: '道路交通事故',
      parent: { code: '20800', name: 'road traffic accident', parent: { code: '20000' } },
    });
  });
});

describe('the list', () => {
  test('is newest first, page by page, and filtered by class, state, level, place, time and department', async () => {
    await graph.take(FEED, [
      incidentRecord('D', minutes(-120), {
        classCode: '10700',
        level: 'III',
        position: null,
        divisionCode: '654202101',
      }),
      incidentRecord('E', minutes(-180), { classCode: null, state: 'CANCELLED', sourceState: '误报' }),
    ]);
    expect(await numbers({})).toEqual(['B', 'A', 'C', 'D', 'E']);
    expect(await numbers({}, { first: 2 })).toEqual(['B', 'A']);
    const page = (await graph.ask(MANY, { first: 2 })).incidents;
    expect(page.pageInfo.hasNextPage).toBe(true);
    expect(await numbers({}, { first: 2, after: page.edges[1]?.cursor })).toEqual(['C', 'D']);
    expect(await numbers({ classes: ['20000'] })).toEqual(['B', 'A', 'C']);
    expect(await numbers({ classes: ['20800', '10000'] })).toEqual(['B', 'A', 'C', 'D']);
    expect(await numbers({ classes: ['10700'] })).toEqual(['D']);
    expect(await numbers({ states: ['CANCELLED', 'CLOSED'] })).toEqual(['B', 'E']);
    expect(await numbers({ levels: ['III'] })).toEqual(['D']);
    expect(await numbers({ since: minutes(-60).toISOString() })).toEqual(['B', 'A', 'C']);
    expect(await numbers({ divisions: ['654202101'] })).toEqual(['D']);
    expect(await numbers({ divisions: ['654200'] })).toEqual(['B', 'A', 'C', 'D', 'E']);
    expect(await numbers({ departments: ['EMERGENCY'] })).toEqual([]);
    expect(await numbers({ departments: ['PUBLIC_SECURITY'], states: ['CANCELLED'] })).toEqual(['E']);
    const ring = [
      [0, 0],
      [1, 0],
      [0, 1],
      [0, 0],
    ];
    expect(await numbers({ within: { type: 'Polygon', coordinates: [ring] } })).toEqual([]);
  });
});

test('an incident that is read again after its feed’s settings were put right is corrected', async () => {
  const own = { expectedEverySeconds: 60, zone: 'Asia/Shanghai', key: 'k' };
  const message = Buffer.from(
    JSON.stringify({ JJDBH: 'R', BJSJ: '2026-06-01 15:00:00', ajzt: '7', GIS_X: 84.6801, GIS_Y: 44.4402 }),
  );
  const read = (change: object) => normalize(message, settings.parse({ ...own, ...change }), NOW, 'message');
  await graph.take(FEED, read({ crs: 'WGS84' }).records);
  expect(await one('R')).toMatchObject({
    state: 'UNKNOWN',
    position: { coordinates: [84.6801, 44.4402] },
    revision: 0,
  });
  await graph.take(FEED, read({ crs: 'GCJ02', states: { 7: 'CLOSED' } }).records);
  expect(await one('R')).toMatchObject({
    state: 'CLOSED',
    revision: 1,
    position: { coordinates: [84.6776438, 44.4393227] },
  });
});
