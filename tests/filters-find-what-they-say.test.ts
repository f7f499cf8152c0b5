import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { Polygon } from 'geojson';
import { graphql } from './generated/gql.js';
import type { ReportFilter, StationFilter, WarningFilter } from './generated/graphql.js';
import { type Graph, openGraph } from './support/graph.js';
import { hotspotRecord, observationRecord, stationRecord, warningRecord } from './support/records.js';

const NOW = new Date('2026-06-01T08:00:00Z');
const at = (lon: number, lat: number) => ({ position: { lon, lat, original: { lon, lat, crs: 'WGS84' as const } } });
const box = (west: number, south: number, east: number, north: number): Polygon => ({
  type: 'Polygon',
  coordinates: [[[west, south], [east, south], [east, north], [west, north], [west, south]]], // biome-ignore format: one ring
});
let graph: Graph;

beforeAll(async () => {
  graph = await openGraph(NOW, [
    { id: 'water/telemetry' },
    { id: 'weather/stations' },
    { id: 'weather/warnings' },
    { id: 'forestry/hotspots' },
  ]);
  await graph.take('water/telemetry', [
    stationRecord('in-town', { ...at(84.68, 44.44), divisionCode: '654202100' }),
    stationRecord('in-village', { ...at(84.7, 44.45), divisionCode: '654202100201' }),
    stationRecord('in-shawan', at(85.62, 44.33)),
    stationRecord('old-code', { divisionCode: '654223', position: undefined as never }),
    stationRecord('nowhere', { position: undefined as never }),
    observationRecord('in-town', NOW, 1),
    observationRecord('in-shawan', NOW, 1, { property: 'rain-1h' }),
  ]);
  await graph.take('weather/stations', [stationRecord('mast', at(84.69, 44.44))]);
  await graph.take('weather/warnings', [
    warningRecord('province', NOW, { divisionCodes: ['650000'] }),
    warningRecord('prefecture', NOW, { divisionCodes: ['654200'], level: 'RED' }),
    warningRecord('county', NOW, { divisionCodes: ['654202'], level: 'BLUE', hazardCode: '11B06' }),
    warningRecord('township', NOW, { divisionCodes: ['654202100'], level: 'ORANGE', status: 'ACTUAL' }),
    warningRecord('shawan-old-code', NOW, { divisionCodes: ['654223'] }),
    warningRecord('own-polygon', NOW, { divisionCodes: ['654202'], area: box(84.0, 44.0, 84.2, 44.2) }),
    warningRecord('elsewhere', NOW, { divisionCodes: ['110000'], status: 'TEST' }),
    warningRecord('over', new Date(NOW.getTime() - 86_400_000)),
  ]);
  await graph.take('forestry/hotspots', [
    hotspotRecord('wusu', NOW, 84.68, 44.44),
    hotspotRecord('shawan', new Date(NOW.getTime() - 3_600_000), 85.62, 44.33),
    hotspotRecord('sea', NOW, 120, 20),
  ]);
});
afterAll(() => graph.close());

const STATIONS = graphql(`
  query StationCodes($filter: StationFilter, $first: Int) { stations(filter: $filter, first: $first) { edges { node { code } } } }
`);
const WARNINGS = graphql(`
  query WarningIdentifiers($filter: WarningFilter) { warnings(filter: $filter) { edges { node { identifier } } } }
`);
const HOTSPOTS = graphql(`
  query HotspotIds($filter: ReportFilter) { fireHotspots(filter: $filter) { edges { node { id } } } }
`);
const stations = async (filter: StationFilter): Promise<string[]> =>
  (await graph.ask(STATIONS, { filter })).stations.edges.map(({ node }) => node.code).sort();
const warnings = async (filter: WarningFilter): Promise<string[]> =>
  (await graph.ask(WARNINGS, { filter })).warnings.edges.map(({ node }) => node.identifier).sort();
const hotspots = async (filter: ReportFilter): Promise<string[]> =>
  (await graph.ask(HOTSPOTS, { filter })).fireHotspots.edges.map(({ node }) => node.id.split(':')[1] as string).sort();

const inWusu = ['county', 'own-polygon', 'prefecture', 'province', 'township'];

describe('divisions', () => {
  test('a county finds the stations in it and in everything beneath it', async () => {
    expect(await stations({ divisions: ['654202'] })).toEqual(['in-town', 'in-village', 'mast']);
    expect(await stations({ divisions: ['654202100'] })).toEqual(['in-town', 'in-village']);
    expect(await stations({ divisions: ['654202100201'] })).toEqual(['in-village']);
    expect(await stations({ divisions: ['654200'] })).toEqual([
      'in-shawan',
      'in-town',
      'in-village',
      'mast',
      'old-code',
    ]);
  });

  test('a warning for a wider division, and for one beneath, holds here too; a neighbour’s does not', async () => {
    expect(await warnings({ divisions: ['654202'] })).toEqual(inWusu);
    expect(await warnings({ divisions: ['654202100201'] })).toEqual(inWusu);
    expect(await warnings({ divisions: ['654202101'] })).toEqual(inWusu.filter((each) => each !== 'township'));
    expect(await warnings({ divisions: ['654200'] })).toEqual([...inWusu, 'shawan-old-code'].sort());
  });

  test('codes of any length mean the same division', async () => {
    for (const code of ['654202', '654202000', '654202000000'])
      expect(await warnings({ divisions: [code] })).toEqual(inWusu);
  });

  test('old and new codes find each other, whichever the source or the question uses', async () => {
    for (const code of ['654203', '654223', '654223000000']) {
      expect(await warnings({ divisions: [code] })).toEqual(['prefecture', 'province', 'shawan-old-code']);
      expect(await stations({ divisions: [code] })).toEqual(['in-shawan', 'old-code']);
      expect(await hotspots({ divisions: [code] })).toEqual(['shawan']);
    }
    const { data } = await graph.answer(
      '{ division(code: "654223") { code aliases } station(id: "water/telemetry:old-code") { division { code } } }',
    );
    expect(data).toEqual({
      division: { code: '654203', aliases: ['654223'] },
      station: { division: { code: '654203' } },
    });
  });

  test('a list of divisions finds what any of them finds; an empty one finds nothing', async () => {
    expect(await stations({ divisions: ['654202100', '654203'] })).toEqual([
      'in-shawan',
      'in-town',
      'in-village',
      'old-code',
    ]);
    expect(await stations({ divisions: [] })).toEqual([]);
    expect(await warnings({ divisions: [] })).toEqual([]);
  });
});

describe('places', () => {
  test('within is exact, not the bounding box alone', async () => {
    const triangle: Polygon = {
      type: 'Polygon',
      coordinates: [[[84.6, 44.4], [84.695, 44.4], [84.6, 44.6], [84.6, 44.4]]], // biome-ignore format: one ring
    };
    expect(await stations({ within: box(84.6, 44.4, 84.75, 44.5) })).toEqual(['in-town', 'in-village', 'mast']);
    expect(await stations({ within: triangle })).toEqual([]);
    expect(await stations({ within: box(85, 44, 86, 45) })).toEqual(['in-shawan']);
    expect(await hotspots({ within: box(119, 19, 121, 21) })).toEqual(['sea']);
  });

  test('near is a circle of metres', async () => {
    expect(await stations({ near: { lon: 84.68, lat: 44.44, withinMetres: 1 } })).toEqual(['in-town']);
    expect(await stations({ near: { lon: 84.68, lat: 44.44, withinMetres: 1000 } })).toEqual(['in-town', 'mast']);
    expect(await stations({ near: { lon: 84.68, lat: 44.44, withinMetres: 100_000 } })).toEqual([
      'in-shawan',
      'in-town',
      'in-village',
      'mast',
    ]);
  });

  test('a warning is judged by its own polygon, else by the outlines of its divisions', async () => {
    expect(await warnings({ within: box(84.05, 44.05, 84.1, 44.1) })).toContain('own-polygon');
    expect(await warnings({ within: box(84.66, 44.42, 84.7, 44.46) })).not.toContain('own-polygon');
    expect(await warnings({ within: box(84.66, 44.42, 84.7, 44.46) })).toContain('county');
    expect(await warnings({ within: box(0, 0, 1, 1) })).toEqual([]);
  });

  test('a filter by place leaves no page short: what is filtered out is made up for', async () => {
    await graph.take(
      'weather/stations',
      Array.from({ length: 30 }, (_, n) => stationRecord(`far-${n}`, at(84.74, 44.41))),
    );
    // All far ones lie in the triangle's box but outside of it, and sort before the mast.
    const triangle = { type: 'Polygon', coordinates: [[[84.6, 44.4], [84.75, 44.5], [84.6, 44.5], [84.6, 44.4]]] }; // biome-ignore format: one ring
    const { stations: page } = await graph.ask(STATIONS, {
      filter: { within: triangle, departments: ['WEATHER'] },
      first: 3,
    });
    expect(page.edges.map(({ node }) => node.code)).toEqual([]);
    const wide = await graph.ask(STATIONS, {
      filter: { within: box(84.685, 44.43, 84.7, 44.46), departments: ['WEATHER'] },
      first: 1,
    });
    expect(wide.stations.edges.map(({ node }) => node.code)).toEqual(['mast']);
  });
});

describe('the rest', () => {
  test('stations by department and property', async () => {
    expect(await stations({ departments: ['WEATHER'], near: { lon: 84.69, lat: 44.44, withinMetres: 10 } })).toEqual([
      'mast',
    ]);
    expect(await stations({ properties: ['rain-1h'] })).toEqual(['in-shawan']);
    expect(await stations({ properties: ['rain-1h', 'water-level'], divisions: ['654202'] })).toEqual(['in-town']);
  });

  test('warnings by level, hazard, status and state; without states only those in force', async () => {
    expect(await warnings({ minLevel: 'ORANGE' })).toEqual(['prefecture', 'township']);
    expect(await warnings({ hazardCodes: ['11B06'] })).toEqual(['county']);
    expect(await warnings({ statuses: ['ACTUAL', 'TEST'] })).toEqual(['elsewhere', 'township']);
    expect(await warnings({ states: ['EXPIRED'] })).toEqual(['over']);
    expect(await warnings({ departments: ['SEISMIC'] })).toEqual([]);
    expect(await warnings({})).not.toContain('over');
  });

  test('fires since a moment', async () => {
    expect(await hotspots({ since: NOW.toISOString() })).toEqual(['sea', 'wusu']);
    expect(await hotspots({ since: '2026-06-01T15:00:00+08:00' })).toEqual(['sea', 'shawan', 'wusu']);
  });
});

test.each([
  ['no division', { divisions: ['wusu'] }],
  ['a wildcard', { divisions: ['6542%'] }],
  ['no property', { properties: ['happiness'] }],
  ['a line', { within: { type: 'LineString', coordinates: [[1, 1], [2, 2]] } }], // biome-ignore format: one line
  ['an open ring', { within: { type: 'Polygon', coordinates: [[[1, 1], [2, 2], [3, 1], [1, 2]]] } }], // biome-ignore format: one line
  ['positions of text', { within: { type: 'Polygon', coordinates: [[['1', '1'], ['2', '2'], ['3', '1'], ['1', '1']]] } }], // biome-ignore format: one line
  ['no coordinates', { within: { type: 'Polygon' } }],
  ['no object', { within: 5 }],
  ['an empty multipolygon', { within: { type: 'MultiPolygon', coordinates: [] } }],
  ['2,001 positions', { within: { type: 'Polygon', coordinates: [[...Array(2000).fill([1, 1]), [1, 1]]] } }],
  ['501 divisions', { divisions: Array(501).fill('654202') }],
  ['501 departments', { departments: Array(501).fill('WATER') }],
  ['a place off the Earth', { near: { lon: 190, lat: 0, withinMetres: 5 } }],
  ['a negative distance', { near: { lon: 0, lat: 0, withinMetres: -1 } }],
])('%s in a filter is BAD_INPUT', async (_name, filter) => {
  const { errors } = await graph.answer(String(STATIONS), { filter });
  expect(errors?.[0]?.extensions.code).toBe('BAD_INPUT');
  expect(graph.internal).toEqual([]);
});
