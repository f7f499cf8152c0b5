import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { graphql } from './generated/gql.js';
import { type Graph, openGraph } from './support/graph.js';
import { incidentRecord } from './support/incident-record.js';
import {
  deviceStateRecord,
  fireAlarmRecord,
  hotspotRecord,
  observationRecord,
  registerRecord,
  roadEventRecord,
  stationRecord,
  visitorFlowRecord,
  warningRecord,
} from './support/records.js';

const NOW = new Date('2026-06-01T08:00:00Z');
const MANY = 50;
let graph: Graph;

beforeAll(async () => {
  graph = await openGraph(NOW, [
    { id: 'water/telemetry' },
    { id: 'water/hydrology-db' },
    { id: 'weather/warnings', freshness: 'contact' },
    { id: 'forestry/hotspots', freshness: 'contact' },
    { id: 'forestry/video-alarms', freshness: 'contact' },
    { id: 'tourism/visitor-flow' },
    { id: 'transport/road-events', freshness: 'contact' },
    { id: 'transport/work-zones', freshness: 'contact' },
    { id: 'public-security/incidents', freshness: 'contact' },
    { id: 'industry/hazardous-chemicals' },
  ]);
  const numbers = Array.from({ length: MANY }, (_, n) => n);
  for (const feed of ['water/telemetry', 'water/hydrology-db'])
    await graph.take(
      feed,
      numbers.flatMap((n) => [
        stationRecord(`S${n}`),
        observationRecord(`S${n}`, NOW, n),
        observationRecord(`S${n}`, NOW, n, { property: 'rain-1h' }),
        deviceStateRecord(`S${n}`, NOW),
        { kind: 'threshold', station: `S${n}`, property: 'water-level', name: 'warning', value: n + 1, raw: `t${n}` },
      ]),
      numbers.map((n) => ({ raw: `bad ${n}`, reason: 'malformed', detail: 'not a frame' })),
    );
  await graph.take(
    'weather/warnings',
    numbers.flatMap((n) => {
      const sentAt = new Date(NOW.getTime() - n * 60_000);
      const first = warningRecord(`W${n}`, sentAt);
      return [first, warningRecord(`W${n}b`, sentAt, { messageType: 'UPDATE', references: [`W${n}`] })];
    }),
  );
  await graph.take(
    'forestry/hotspots',
    numbers.map((n) => hotspotRecord(`H${n}`, NOW, 84.68, 44.44)),
  );
  await graph.take(
    'forestry/video-alarms',
    numbers.map((n) => fireAlarmRecord(`A${n}`, NOW)),
  );
  for (const feed of ['transport/road-events', 'transport/work-zones'])
    await graph.take(
      feed,
      numbers.map((n) => roadEventRecord(`G${n}`, NOW)),
    );
  await graph.take(
    'tourism/visitor-flow',
    numbers.flatMap((n) => [
      registerRecord('scenic-area', `A${n}`, { capacity: 100 }),
      visitorFlowRecord(`A${n}`, NOW, n),
    ]),
  );
  await graph.take(
    'public-security/incidents',
    numbers.map((n) => incidentRecord(`I${n}`, NOW)),
  );
});
afterAll(() => graph.close());

const INCIDENTS = graphql(`
  query IncidentsDeep($first: Int!) {
    incidents(first: $first) {
      edges { node { id feed { state } division { name } class { name parent { name } } history { revision } reports { id } reportDue { kind } } }
    }
  }
`);

const STATIONS = graphql(`
  query StationsDeep($first: Int!) {
    stations(first: $first) {
      edges {
        node {
          id
          department { code feeds { id state } }
          division { name parent { name } }
          deviceState { condition }
          deviceStates { device station { id } }
          feed { id state title rejections(first: 3) { edges { node { reason raw } } } }
          datastreams {
            property
            unit
            thresholds { name value }
            exceeds { name }
            medium
            station { id feed { id } }
            latest { value stale exceeds { name } datastream { station { division { code } } } }
          }
        }
      }
    }
  }
`);

const WARNINGS = graphql(`
  query WarningsDeep($first: Int!) {
    warnings(first: $first) {
      edges {
        node {
          identifier
          headline
          area
          department { name }
          feed { id department { feeds { id } } }
          divisions { name parent { name } }
          sources { format feed { id state } }
          supersedes { identifier state sources { format } supersededBy { identifier headline } }
        }
      }
    }
  }
`);

const FIRES = graphql(`
  query FiresDeep($first: Int!) {
    fireHotspots(first: $first) { edges { node { id feed { state } division { name } } } }
    fireAlarms(first: $first) { edges { node { id feed { state } division { name } } } }
  }
`);

const DEVICES = graphql(`
  query DevicesDeep($first: Int!) {
    deviceStates(first: $first) {
      edges { node { id condition feed { state } division { name } station { deviceState { device } } } }
    }
  }
`);

const SCENIC = graphql(`
  query ScenicDeep($first: Int!) {
    visitorFlow(first: $first) { edges { node { share feed { state } area { code visitorFlow { inPark } } } } }
    scenicAreas(first: $first) {
      edges { node { code visitorFlow { share area { code } } live { bookedToday feed { state } } } }
    }
  }
`);

const ROADS = graphql(`
  query RoadsDeep($first: Int!) {
    roadEvents(first: $first) {
      edges {
        node {
          id phase geometry feed { state } division { name }
          sources { id state feed { state } division { name } roadEvent { id } }
        }
      }
    }
  }
`);

const FEEDS = graphql(`
  query FeedsDeep {
    departments { code feeds { id department { code } rejections(first: 2) { edges { node { detail } } } } }
  }
`);

test('stations with all that hangs on them cost as many statements for 50 as for 5', async () => {
  const few = await graph.cost(STATIONS, { first: 5 });
  const many = await graph.cost(STATIONS, { first: MANY });
  expect(few.data.stations.edges).toHaveLength(5);
  expect(many.data.stations.edges).toHaveLength(MANY);
  expect(many.data.stations.edges[0]!.node.datastreams).toHaveLength(2);
  expect(many.statements).toHaveLength(few.statements.length);
  expect(few.statements.length).toBeLessThanOrEqual(9);
});

test('road events with all their sources cost as many statements for 50 as for 5', async () => {
  const few = await graph.cost(ROADS, { first: 5 });
  const many = await graph.cost(ROADS, { first: MANY });
  expect(few.data.roadEvents.edges).toHaveLength(5);
  expect(many.data.roadEvents.edges).toHaveLength(MANY);
  expect(many.data.roadEvents.edges.every(({ node }) => node.sources.length === 2)).toBe(true);
  expect(many.statements).toHaveLength(few.statements.length);
});

test('warnings with texts, sources, divisions and predecessors cost as many statements for 50 as for 5', async () => {
  const few = await graph.cost(WARNINGS, { first: 5 });
  const many = await graph.cost(WARNINGS, { first: MANY });
  expect(few.data.warnings.edges).toHaveLength(5);
  expect(many.data.warnings.edges).toHaveLength(MANY);
  expect(many.data.warnings.edges.every(({ node }) => node.supersedes.length === 1)).toBe(true);
  expect(many.statements).toHaveLength(few.statements.length);
  expect(few.statements.length).toBeLessThanOrEqual(10);
});

test('fires cost as many statements for 50 as for 5', async () => {
  const few = await graph.cost(FIRES, { first: 5 });
  const many = await graph.cost(FIRES, { first: MANY });
  expect(many.data.fireHotspots.edges).toHaveLength(MANY);
  expect(many.data.fireAlarms.edges).toHaveLength(MANY);
  expect(many.statements).toHaveLength(few.statements.length);
});

test('incidents with their classes and revisions cost as many statements for 50 as for 5', async () => {
  const few = await graph.cost(INCIDENTS, { first: 5 });
  const many = await graph.cost(INCIDENTS, { first: MANY });
  expect(many.data.incidents.edges).toHaveLength(MANY);
  expect(many.data.incidents.edges.every(({ node }) => node.history.length === 1)).toBe(true);
  expect(many.statements).toHaveLength(few.statements.length);
});

test('states of devices cost as many statements for 50 as for 5', async () => {
  const few = await graph.cost(DEVICES, { first: 5 });
  const many = await graph.cost(DEVICES, { first: MANY });
  expect(many.data.deviceStates.edges).toHaveLength(MANY);
  expect(many.statements).toHaveLength(few.statements.length);
});

const HAZARDS = graphql(`
  query HazardsDeep($first: Int!) {
    majorHazards(first: $first) {
      edges {
        node {
          code
          identificationIndex
          reckoning { name ratio }
          enterprise { code majorHazards { code } stations { code } }
          stations { code enterprise { code } majorHazards { code } datastreams { property } }
        }
      }
    }
    enterprises(first: $first) { edges { node { code stations { code } majorHazards { stations { code } } } } }
  }
`);

test('plants, their units and stations cost as many statements for 50 as for 5', async () => {
  await graph.take(
    'industry/hazardous-chemicals',
    Array.from({ length: MANY }, (_, n) => n).flatMap((n) => [
      stationRecord(`P${n}/V`),
      registerRecord('enterprise', `P${n}`, {}),
      registerRecord('major-hazard', `P${n}-1`, {
        enterprise: `P${n}`,
        equipment: ['V'],
        chemicals: [{ name: '甲醇', quantityTonnes: 5000 }],
      }),
    ]),
  );
  const few = await graph.cost(HAZARDS, { first: 5 });
  const many = await graph.cost(HAZARDS, { first: MANY });
  expect(many.data.majorHazards.edges).toHaveLength(MANY);
  for (const { node } of many.data.majorHazards.edges) {
    const company = node.code.slice(0, -2);
    const stations = [{ code: `${company}/V` }];
    expect(node).toMatchObject({
      enterprise: { code: company, stations },
      stations: [{ majorHazards: [{ code: node.code }] }],
    });
  }
  expect(many.statements).toHaveLength(few.statements.length);
  expect(few.statements.length).toBeLessThanOrEqual(12);
});

test('scenic areas with their flow cost as many statements for 50 as for 5, and their service one question', async () => {
  const asked: number[] = [];
  graph.live = {
    ask: async (_noun, codes) => {
      asked.push(codes.length);
      const value = { fields: { bookedToday: 7 }, observedAt: null, receivedAt: NOW };
      return codes.map(() => ({ feedId: 'tourism/visitor-flow', value, stale: false }));
    },
  };
  const few = await graph.cost(SCENIC, { first: 5 });
  const many = await graph.cost(SCENIC, { first: MANY });
  expect(many.data.scenicAreas.edges).toHaveLength(MANY);
  expect(many.data.scenicAreas.edges[7]?.node).toMatchObject({ visitorFlow: {}, live: { bookedToday: 7 } });
  expect(many.data.visitorFlow.edges.every(({ node }) => node.share !== null)).toBe(true);
  // The two lists begin with other areas: of five, fewer are shared than of all.
  expect(many.statements.length).toBeLessThanOrEqual(few.statements.length);
  expect(few.statements.length).toBeLessThanOrEqual(7);
  expect(asked).toEqual([5, MANY]);
});

test('all departments with their feeds and rejections cost two statements', async () => {
  const { data, statements } = await graph.cost(FEEDS, {});
  expect(data.departments).toHaveLength(12);
  expect(data.departments.find(({ code }) => code === 'WATER')?.feeds).toHaveLength(2);
  expect(statements).toHaveLength(2);
});

test('a filter by place that finds nothing does not read its way through the list item by item', async () => {
  const NOWHERE = graphql(`
    query Nowhere($within: GeoJSON!) {
      warnings(first: 1, filter: { within: $within, states: [ACTIVE, SUPERSEDED] }) { edges { cursor } }
      stations(first: 1, filter: { within: $within }) { edges { cursor } }
    }
  `);
  const ring = [
    [0, 0],
    [1, 0],
    [0, 1],
    [0, 0],
  ];
  const { data, statements } = await graph.cost(NOWHERE, { within: { type: 'Polygon', coordinates: [ring] } });
  expect(data).toEqual({ warnings: { edges: [] }, stations: { edges: [] } });
  expect(statements).toHaveLength(3);
});
