import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { settings } from '../connectors/ecology/air-quality/config.js';
import { normalize } from '../connectors/ecology/air-quality/normalize.js';
import { type Graph, openGraph } from './support/graph.js';

const NOW = new Date('2026-07-01T08:00:00Z');
const FEED = 'ecology/air-quality';
const own = settings.parse({
  expectedEverySeconds: 3600,
  zone: 'Asia/Shanghai',
  crs: 'WGS84',
  sources: [{ url: 'http://127.0.0.1/' }],
});
const row = (city: string, hour: number, change = {}) => ({
  ...{ city, so2: '7', no2: '19', co: '0.4', o3: '88', o38: '', pm10: '96', pm2_5: '31', lon: '84.68', lat: '44.44' },
  ...{ aqi: '83', quality: '良', primarypollutant: 'PM10', timepoint: `2026-07-01 ${hour}:00:00` },
  ...change,
});
let graph: Graph;
const send = async (...rows: unknown[]): Promise<void> => {
  const { records, rejects } = normalize(Buffer.from(JSON.stringify(rows)), own, NOW, 'test');
  await graph.take(FEED, records, rejects);
};

beforeAll(async () => {
  graph = await openGraph(NOW, [{ id: FEED }]);
  await send(row('乌苏', 14), row('乌苏', 15, { pm10: '1480', aqi: '83' }), row('奎屯', 13, { aqi: '', quality: '' }));
});
afterAll(() => graph.close());

const ask = async (query: string) => {
  const { data, errors } = await graph.answer(query);
  expect(errors).toBeUndefined();
  return data as Record<string, { edges: { node: Record<string, unknown>; cursor: string }[]; pageInfo?: unknown }>;
};
const FIELDS = `placeName averaging edition aqi level category primaryPollutants exceedingPollutants missingPollutants
  sourceAqi sourceCategory sourcePrimaryPollutant agrees differences`;

test('the index, its level and primary pollutant are the hub’s own, with the source’s beside them', async () => {
  const { airQuality } = await ask(
    `{ airQuality { edges { node { ${FIELDS} division { code } observedAt pollutants { pollutant concentration unit index } } } } }`,
  );
  const [dust, clear] = airQuality?.edges.map(({ node }) => node) ?? [];
  expect(dust).toMatchObject({
    placeName: '乌苏',
    aqi: 500,
    level: 6,
    category: 'SEVERE',
    primaryPollutants: ['PM10'],
  });
  expect(dust).toMatchObject({
    sourceAqi: 83,
    agrees: false,
    differences: ['AQI', 'CATEGORY'],
    exceedingPollutants: ['PM10'],
  });
  expect(clear).toMatchObject({
    aqi: 83,
    level: 2,
    category: 'GOOD',
    agrees: true,
    differences: [],
    missingPollutants: [],
  });
  expect(clear?.division).toMatchObject({ code: expect.stringMatching(/^654202/) });
  expect(clear?.pollutants).toContainEqual({ pollutant: 'PM10', concentration: 96, unit: 'ug/m3', index: 83 });
  expect(clear?.pollutants).toContainEqual({ pollutant: 'CO', concentration: 0.4, unit: 'mg/m3', index: 4 });
});

test('the newest of each place comes once, page by page', async () => {
  const page = async (after?: string) =>
    (
      await ask(
        `{ airQualityLatest(first: 1${after ? `, after: "${after}"` : ''}) { edges { cursor node { placeName aqi agrees observedAt } } pageInfo { hasNextPage } } }`,
      )
    ).airQualityLatest;
  const first = await page();
  const second = await page(first?.edges[0]?.cursor);
  const third = await page(second?.edges[0]?.cursor);
  expect([first, second].flatMap((each) => each?.edges.map(({ node }) => node))).toEqual([
    { placeName: '乌苏', aqi: 500, agrees: false, observedAt: '2026-07-01T07:00:00.000Z' },
    { placeName: '奎屯', aqi: 83, agrees: true, observedAt: '2026-07-01T05:00:00.000Z' },
  ]);
  expect([first?.pageInfo, second?.pageInfo, third?.edges]).toEqual([
    { hasNextPage: true },
    { hasNextPage: false },
    [],
  ]);
});

test('a place whose dust is missing has no index, however clean the rest; the correction replaces it', async () => {
  await send(row('奎屯', 15, { pm10: '' }));
  const newest = async () =>
    (await ask(`{ airQualityLatest { edges { node { ${FIELDS} revision } cursor } } }`)).airQualityLatest?.edges[1]
      ?.node;
  expect(await newest()).toMatchObject({
    aqi: null,
    level: null,
    category: null,
    missingPollutants: ['PM10'],
    agrees: null,
  });
  await send(row('奎屯', 15, { pm10: '60', aqi: '58' }));
  expect(await newest()).toMatchObject({ aqi: 58, revision: 1, agrees: true });
});
