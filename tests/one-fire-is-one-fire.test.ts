import { afterAll, afterEach, beforeAll, expect, test } from '@jest/globals';
import { graphql } from './generated/gql.js';
import { ADMIN, type Graph, openGraph } from './support/graph.js';
import { fireAlarmRecord, hotspotRecord } from './support/records.js';

const NOW = new Date('2026-06-01T08:00:00Z');
const at = (minutes: number): Date => new Date(NOW.getTime() - 7_200_000 + minutes * 60_000);
const place = (lon: number, lat: number) => ({ lon, lat, original: { lon, lat, crs: 'WGS84' as const } });
let graph: Graph;

beforeAll(async () => {
  graph = await openGraph(NOW, [
    { id: 'forestry/hotspots', freshness: 'contact' },
    { id: 'forestry/video-alarms', freshness: 'contact' },
  ]);
});
afterAll(() => graph.close());
afterEach(async () => {
  await graph.db.write.query('TRUNCATE fact, fact_report, fire_hotspot, fire_alarm');
});

const FIRES = graphql(`
  query Fires {
    fires(first: 200) {
      edges {
        node {
          id
          firstSeenAt
          lastSeenAt
          position
          division { code }
          status
          seenBySatelliteAndCamera
          hotspotCount
          alarmCount
          hotspots { id fire { id } }
          alarms { id fire { id } }
        }
      }
    }
  }
`);
const SEPARATE = graphql(`mutation SeparateFire($report: ID!) { separateReport(report: $report) }`);
const fires = async () => (await graph.ask(FIRES, {})).fires.edges.map(({ node }) => node);
const camera = (id: string, minutes: number, lon = 84.605, lat = 44.12) => ({
  ...fireAlarmRecord(id, at(minutes)),
  position: place(lon, lat),
});

test('a fire seen by a camera and by a satellite is one fire, placed where the satellite saw it', async () => {
  await graph.take('forestry/video-alarms', [camera('a', 0)]);
  expect(await fires()).toMatchObject([
    { position: { coordinates: [84.605, 44.12] }, seenBySatelliteAndCamera: false },
  ]);
  await graph.take('forestry/hotspots', [
    hotspotRecord('h1', at(20), 84.6, 44.121),
    hotspotRecord('h2', at(20), 84.612, 44.13),
  ]);
  const [fire, ...others] = await fires();
  expect(others).toEqual([]);
  expect(fire).toMatchObject({
    firstSeenAt: at(0).toISOString(),
    lastSeenAt: at(20).toISOString(),
    division: { code: '654202' },
    seenBySatelliteAndCamera: true,
    hotspotCount: 2,
    alarmCount: 1,
    hotspots: [{ fire: { id: fire?.id } }, {}],
    alarms: [{ id: 'forestry/video-alarms:a', fire: { id: fire?.id } }],
  });
  expect([84.6, 84.612]).toContain((fire!.position as { coordinates: number[] }).coordinates[0]);
});

test('a doubtful satellite does not move what a camera has placed', async () => {
  await graph.take('forestry/video-alarms', [camera('a', 0)]);
  await graph.take('forestry/hotspots', [{ ...hotspotRecord('h', at(5), 84.6, 44.12), confidence: 'LOW' }]);
  expect(await fires()).toMatchObject([{ hotspotCount: 1, position: { coordinates: [84.605, 44.12] } }]);
});

test('a fire is followed as it spreads, and what is too far in place or time is another', async () => {
  await graph.take('forestry/hotspots', [
    hotspotRecord('h1', at(0), 84.6, 44.12),
    hotspotRecord('h2', at(30), 84.615, 44.12),
    hotspotRecord('h3', at(59), 84.63, 44.12),
    hotspotRecord('far', at(30), 84.7, 44.12),
    hotspotRecord('later', at(120), 84.63, 44.12),
  ]);
  const found = await fires();
  expect(found.map(({ hotspots }) => hotspots.map(({ id }) => id.split(':')[1]))).toEqual([
    ['later'],
    ['h3', 'h2', 'h1'],
    ['far'],
  ]);
});

test('an exercise is never of the same fire as the real thing', async () => {
  await graph.take('forestry/hotspots', [
    hotspotRecord('exercise', at(0), 84.6, 44.12),
    { ...hotspotRecord('real', at(1), 84.6, 44.12), status: 'ACTUAL' },
  ]);
  expect((await fires()).map(({ status }) => status)).toEqual(['ACTUAL', 'EXERCISE']);
});

test('alarms of one camera that name no place are of one fire, alarms of another kind of none', async () => {
  await graph.take('forestry/video-alarms', [
    fireAlarmRecord('a', at(0)),
    fireAlarmRecord('b', at(10)),
    { ...fireAlarmRecord('c', at(20)), deviceId: '65420200001320000009' },
    { ...camera('d', 5), type: 'OTHER' },
  ]);
  expect((await fires()).map(({ alarmCount, position }) => [alarmCount, position])).toEqual([
    [1, null],
    [2, null],
  ]);
});

test('what was wrongly taken for one fire can be taken apart, and stays so', async () => {
  const second = hotspotRecord('h2', at(5), 84.61, 44.12);
  await graph.take('forestry/hotspots', [hotspotRecord('h1', at(0), 84.6, 44.12), second]);
  await graph.ask(SEPARATE, { report: 'forestry/hotspots:h2' }, ADMIN);
  await graph.take('forestry/hotspots', [{ ...second, raw: 'corrected', brightnessKelvin: 400 }]);
  expect((await fires()).map(({ hotspotCount }) => hotspotCount)).toEqual([1, 1]);
});

test('fires with their sightings cost as many statements for 60 as for one', async () => {
  await graph.take('forestry/hotspots', [hotspotRecord('x', at(0), 83.5, 44.5)]);
  const one = await graph.cost(FIRES, {});
  await graph.take(
    'forestry/hotspots',
    Array.from({ length: 60 }, (_, n) =>
      hotspotRecord(`${n}`, at(n), 83.6 + n * 0.02 * (n % 2 ? 1 : -1), 44.2 + n * 0.01),
    ),
  );
  const all = await graph.cost(FIRES, {});
  expect(all.data.fires.edges.length).toBeGreaterThan(50);
  expect(all.statements).toHaveLength(one.statements.length);
});
