import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { settings } from '../connectors/tourism/visitor-flow/config.js';
import { normalize } from '../connectors/tourism/visitor-flow/normalize.js';
import { graphql } from './generated/gql.js';
import { type Graph, openGraph } from './support/graph.js';

const NOW = new Date('2026-07-01T08:00:00Z');
const FEED = 'tourism/visitor-flow';
const own = settings.parse({ expectedEverySeconds: 600, zone: 'Asia/Shanghai', crs: 'WGS84', key: 'k' });
let graph: Graph;

const send = async (message: unknown): Promise<void> => {
  const { records, rejects } = normalize(Buffer.from(JSON.stringify(message)), own, NOW, 'test');
  expect(rejects).toEqual([]);
  await graph.take(FEED, records, rejects);
};
const flow = (areaCode: string, minute: number, inPark: number, more = {}) => ({
  ...{ areaCode, time: `2026-07-01 15:${minute}:00`, inPark },
  ...more,
});
const area = (code: string, more = {}) => ({ code, name: `演练·${code}`, lon: 84.7, lat: 44.4, ...more });

beforeAll(async () => {
  graph = await openGraph(NOW, [{ id: FEED }]);
  await send({
    areas: [area('A', { capacity: 6000, dailyCapacity: 20_000 }), area('B'), area('C', { capacity: 500 })],
    flows: [
      flow('A', 40, 1500, { enteredToday: 5000 }),
      flow('A', 50, 6300, { enteredToday: 8000 }),
      flow('B', 50, 70),
      flow('D', 45, 80, { capacity: 160 }),
    ],
  });
});
afterAll(() => graph.close());

const FLOWS = graphql(`
  query Flows($first: Int) {
    visitorFlow(first: $first) {
      edges { node { areaCode areaName inPark capacity share shareOfDay revision area { code } division { code } } }
    }
  }
`);
const AREAS = graphql(`
  query Areas($first: Int) {
    scenicAreas(first: $first) {
      edges { node { code capacity grade { code } visitorFlow { inPark share observedAt area { name } feed { id } } } }
    }
  }
`);

test('the newest come first, each with the hub’s share of the capacity, and none without a capacity', async () => {
  const { visitorFlow } = await graph.ask(FLOWS, {});
  expect(visitorFlow.edges.map(({ node }) => [node.areaCode, node.inPark, node.capacity, node.share])).toEqual([
    ['B', 70, null, null],
    ['A', 6300, 6000, 1.05],
    ['D', 80, 160, 0.5],
    ['A', 1500, 6000, 0.25],
  ]);
  expect(visitorFlow.edges.map(({ node }) => node.shareOfDay)).toEqual([null, 0.4, null, 0.25]);
  expect(visitorFlow.edges[1]?.node).toMatchObject({ area: { code: 'A' }, division: { code: '654202' } });
  expect(visitorFlow.edges[2]?.node.area).toBeNull();
});

test('each scenic area shows its newest, and a correction replaces it', async () => {
  const newest = async () =>
    (await graph.ask(AREAS, {})).scenicAreas.edges.map(({ node }) => [node.code, node.visitorFlow?.inPark ?? null]);
  expect(await newest()).toEqual([
    ['A', 6300],
    ['B', 70],
    ['C', null],
  ]);
  await send(flow('A', 50, 5300));
  expect((await newest())[0]).toEqual(['A', 5300]);
  const { visitorFlow } = await graph.ask(FLOWS, {});
  expect(visitorFlow.edges[1]?.node).toMatchObject({ share: 0.8833, revision: 1 });
});

test('a department’s service that gives no answer is SOURCE_UNAVAILABLE where it is asked, and the rest stands', async () => {
  const LIVE = '{ scenicAreas(first: 2) { edges { node { code live { bookedToday stale ageSeconds } } } } }';
  await graph.db.write.query('UPDATE feed SET last_received_at = $1', [new Date('2026-07-01T07:00:00Z')]);
  graph.live = {
    ask: async (_noun, codes) =>
      codes.map((code) =>
        code === 'A'
          ? { feedId: FEED, reason: 'it sleeps', lastReceivedAt: null }
          : {
              feedId: FEED,
              stale: true,
              value: { fields: { bookedToday: 5 }, observedAt: null, receivedAt: new Date('2026-07-01T07:59:30Z') },
            },
      ),
  };
  expect(await graph.answer(LIVE)).toMatchObject({
    data: {
      scenicAreas: {
        edges: [
          { node: { code: 'A', live: null } },
          { node: { code: 'B', live: { bookedToday: 5, stale: true, ageSeconds: 30 } } },
        ],
      },
    },
    errors: [
      {
        message: `${FEED} gives no answer: it sleeps`,
        path: ['scenicAreas', 'edges', 0, 'node', 'live'],
        extensions: { code: 'SOURCE_UNAVAILABLE', feed: FEED, lastReceivedAt: '2026-07-01T07:00:00.000Z' },
      },
    ],
  });
  graph.live = { ask: () => undefined };
  expect((await graph.answer(LIVE)).errors).toBeUndefined();
});
