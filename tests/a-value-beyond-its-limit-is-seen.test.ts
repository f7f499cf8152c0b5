import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { settings } from '../connectors/industry/hazardous-chemicals/config.js';
import { normalize } from '../connectors/industry/hazardous-chemicals/normalize.js';
import type { PropertyName } from '../model/property.js';
import { type Graph, openGraph } from './support/graph.js';
import { observationRecord, stationRecord } from './support/records.js';

const NOW = new Date('2026-07-01T08:00:00Z');
const PLANT = 'industry/hazardous-chemicals';
const RIVER = 'water/hydrology-db';
const own = settings.parse({
  expectedEverySeconds: 60,
  zone: 'Asia/Shanghai',
  crs: 'WGS84',
  broker: { url: 'mqtt://127.0.0.1:1883' },
});
let graph: Graph;
let minute = 0;
const send = async (pointCode: string, value: number | null, alarm?: unknown, quality?: string): Promise<void> => {
  minute += 1;
  const time = `2026-07-01 15:${String(minute).padStart(2, '0')}:00`;
  const point = {
    companyCode: 'C',
    equipCode: 'V',
    pointCode,
    medium: '甲醇',
    quantity: 'level',
    value,
    unit: 'm',
    time,
    alarm,
    quality,
  };
  const { records, rejects } = normalize(Buffer.from(JSON.stringify(point)), own, NOW, 'test');
  await graph.take(PLANT, records, rejects);
};

beforeAll(async () => {
  graph = await openGraph(NOW, [{ id: PLANT }, { id: RIVER }]);
  await graph.take(PLANT, [stationRecord('C/V')]);
});
afterAll(() => graph.close());

interface Stream {
  sensor: string | null;
  medium: string | null;
  thresholds: { name: string; value: number; below: boolean; sensor: string | null }[];
  exceeds: { name: string }[];
  latest: { value: number | null; exceeds: { name: string }[] };
}
async function streamOf(station: string, sensor: string | null): Promise<Stream> {
  const { data, errors } = await graph.answer(
    `{ station(id: "${station}") { datastreams { sensor medium exceeds { name } thresholds { name value below sensor }
       latest { value exceeds { name } } } } }`,
  );
  expect(errors).toBeUndefined();
  const { datastreams } = (data as { station: { datastreams: Stream[] } }).station;
  return datastreams.find((each) => each.sensor === sensor) as Stream;
}
const exceeded = async (sensor: string): Promise<string[]> => {
  const { exceeds, latest } = await streamOf(`${PLANT}:C/V`, sensor);
  expect(latest.exceeds).toEqual(exceeds);
  return exceeds.map(({ name }) => name);
};

test('limits rise and fall: each way, the gravest first, a limit that is just reached among them', async () => {
  const alarm = { HH: 11.4, H: 10.8, L: 1.2, LL: 0.6 };
  const seen: string[][] = [];
  for (const level of [6, 10.8, 11.5, 1.2, 0.1]) {
    await send('A', level, alarm);
    seen.push(await exceeded('A'));
  }
  expect(seen).toEqual([[], ['high'], ['high-high', 'high'], ['low'], ['low-low', 'low']]);
  expect(await streamOf(`${PLANT}:C/V`, 'A')).toMatchObject({
    medium: '甲醇',
    thresholds: [
      { name: 'high', value: 10.8, below: false, sensor: 'A' },
      { name: 'high-high', below: false },
      { name: 'low', below: true },
      { name: 'low-low', below: true },
    ],
  });
});

test('two sensors of one tank have limits of their own', async () => {
  await send('B', 6, { H: 5 });
  await send('C', 6, { H: 7 });
  expect([await exceeded('B'), await exceeded('C')]).toEqual([['high'], []]);
});

test('a limit that is taken back is passed no more; one that is not spoken of stays', async () => {
  await send('D', 6, { H: 5, HH: 5.5 });
  await send('D', 6, { HH: null });
  expect(await exceeded('D')).toEqual(['high']);
  await send('D', 6);
  expect(await exceeded('D')).toEqual(['high']);
});

test('a value that is missing, or that the plant calls bad, passes nothing', async () => {
  await send('E', 6, { H: 5 }, 'BAD');
  expect(await exceeded('E')).toEqual([]);
  await send('E', null);
  expect(await exceeded('E')).toEqual([]);
  await send('E', 6);
  expect(await exceeded('E')).toEqual(['high']);
});

test('a river’s seasonal level counts in its season only, and for every sensor', async () => {
  const property: PropertyName = 'reservoir-level';
  const limit = { kind: 'threshold', station: 'R', property, name: 'flood-limit', value: 500, raw: 'r' } as const;
  const level = observationRecord('R', NOW, 501, { property });
  await graph.take(RIVER, [stationRecord('R'), { ...limit, season: { from: '1001', to: '1231' } }, level]);
  expect((await streamOf(`${RIVER}:R`, null)).exceeds).toEqual([]);
  await graph.take(RIVER, [{ ...limit, season: { from: '0601', to: '0930' } }]);
  expect((await streamOf(`${RIVER}:R`, null)).exceeds).toEqual([{ name: 'flood-limit' }]);
});
