import { afterAll, afterEach, beforeAll, expect, test } from '@jest/globals';
import { graphql } from './generated/gql.js';
import { ADMIN, type Graph, openGraph, READER } from './support/graph.js';
import { earthquakeRecord } from './support/records.js';

const NOW = new Date('2026-06-01T08:00:00Z');
const at = (seconds: number): Date => new Date(NOW.getTime() - 3_600_000 + seconds * 1000);
const FEEDS = ['seismic/catalogue', 'seismic/second'];
let graph: Graph;

beforeAll(async () => {
  graph = await openGraph(
    NOW,
    FEEDS.map((id) => ({ id, freshness: 'contact' })),
  );
});
afterAll(() => graph.close());
afterEach(async () => {
  await graph.db.write.query('TRUNCATE fact, fact_report, report_history, earthquake_report');
});

const QUAKES = graphql(`
  query Quakes($minMagnitude: Float) {
    earthquakes(first: 200, minMagnitude: $minMagnitude) {
      edges {
        node {
          id
          occurredAt
          catalogue
          magnitude
          depthKm
          review
          withdrawn
          division { code }
          sources { id catalogue magnitude review revision earthquake { id } revisions { revision magnitude depthKm review occurredAt } }
        }
      }
    }
  }
`);
const SEPARATE = graphql(`mutation Separate($report: ID!) { separateReport(report: $report) }`);
const JOIN = graphql(`mutation Join($report: ID!, $to: ID!) { joinReport(report: $report, to: $to) }`);
const ONE = graphql(`query OneQuake($id: ID!) { earthquake(id: $id) { id withdrawn sources { catalogue } } }`);

const quakes = async (minMagnitude?: number) =>
  (await graph.ask(QUAKES, { minMagnitude })).earthquakes.edges.map(({ node }) => node);
const catalogues = async () => (await quakes()).map(({ sources }) => sources.map((each) => each.catalogue));

test('one quake from three catalogues is one earthquake that goes by the reviewed report, then by the national one', async () => {
  await graph.take('seismic/catalogue', [
    earthquakeRecord('1', 'US', at(1), { magnitude: 4.7 }),
    earthquakeRecord('1', 'EMSC', at(5), { magnitude: 4.8 }),
  ]);
  const [before] = await quakes();
  expect(before).toMatchObject({ catalogue: 'US', magnitude: 4.7 });
  await graph.take('seismic/second', [earthquakeRecord('1', 'CENC', at(0), { magnitude: 4.9 })]);
  expect(await quakes()).toMatchObject([{ id: before?.id, catalogue: 'CENC', magnitude: 4.9 }]);
  await graph.take('seismic/catalogue', [
    earthquakeRecord('1', 'EMSC', at(4), { magnitude: 4.75, review: 'REVIEWED' }),
  ]);
  const [after] = await quakes();
  expect(after).toMatchObject({ id: before?.id, catalogue: 'EMSC', magnitude: 4.75, division: { code: '654202' } });
  expect(after?.sources.map(({ catalogue, magnitude }) => [catalogue, magnitude])).toEqual([
    ['EMSC', 4.75],
    ['CENC', 4.9],
    ['US', 4.7],
  ]);
});

test('every revision is kept, and an older one that comes late replaces nothing', async () => {
  const said = (minute: number, magnitude: number) =>
    earthquakeRecord('1', 'CENC', at(0), { magnitude, updatedAt: at(minute * 60) });
  for (const each of [said(1, 4.9), said(5, 4.6), said(3, 4.8), said(9, 4.5)])
    await graph.take('seismic/catalogue', [each]);
  const [quake] = await quakes();
  expect(quake?.magnitude).toBe(4.5);
  expect(quake?.sources[0]).toMatchObject({
    revision: 2,
    revisions: [
      { revision: 1, magnitude: 4.6, depthKm: 12, review: 'AUTOMATIC', occurredAt: at(0).toISOString() },
      { revision: 0, magnitude: 4.9 },
    ],
  });
});

test('what is too far in time or place is another earthquake, and so is an aftershock of the same catalogue', async () => {
  const far = { lon: 86.2, lat: 44.05, original: { lon: 86.2, lat: 44.05, crs: 'WGS84' as const } };
  await graph.take('seismic/catalogue', [
    earthquakeRecord('1', 'CENC', at(0)),
    earthquakeRecord('2', 'CENC', at(40)),
    earthquakeRecord('1', 'US', at(101)),
    earthquakeRecord('2', 'US', at(10), { position: far }),
    earthquakeRecord('1', 'EMSC', at(35)),
  ]);
  expect(await catalogues()).toEqual([['US'], ['CENC', 'EMSC'], ['US'], ['CENC']]);
});

test('two feeds that bring one quake in the same moment make one earthquake of it', async () => {
  const rounds = Array.from({ length: 20 }, (_, n) => n);
  for (const n of rounds)
    await Promise.all([
      graph.take('seismic/catalogue', [earthquakeRecord(`${n}`, 'CENC', at(n * 120))]),
      graph.take('seismic/second', [earthquakeRecord(`${n}`, 'US', at(n * 120 + 2))]),
    ]);
  expect(await catalogues()).toEqual(rounds.map(() => ['CENC', 'US']));
});

test('a withdrawn report goes last, and a quake that all have withdrawn is no longer listed', async () => {
  const gone = { withdrawn: true };
  await graph.take('seismic/catalogue', [
    earthquakeRecord('1', 'CENC', at(0)),
    earthquakeRecord('1', 'US', at(1), { magnitude: 4.1 }),
  ]);
  await graph.take('seismic/catalogue', [earthquakeRecord('1', 'CENC', at(0), gone)]);
  const [quake] = await quakes();
  expect(quake).toMatchObject({ catalogue: 'US', magnitude: 4.1, withdrawn: false });
  await graph.take('seismic/catalogue', [earthquakeRecord('1', 'US', at(1), gone)]);
  expect(await quakes()).toEqual([]);
  expect((await graph.ask(ONE, { id: quake!.id })).earthquake).toMatchObject({ withdrawn: true });
});

test('a wrong match can be taken apart and put together, and later corrections leave it so', async () => {
  const us = earthquakeRecord('1', 'US', at(2));
  await graph.take('seismic/catalogue', [earthquakeRecord('1', 'CENC', at(0)), us]);
  const [whole] = await quakes();
  const report = whole!.sources.find(({ catalogue }) => catalogue === 'US')!.id;
  const apart = (await graph.ask(SEPARATE, { report }, ADMIN)).separateReport;
  expect(apart).not.toBe(whole!.id);
  await graph.take('seismic/catalogue', [earthquakeRecord('1', 'US', at(1), { magnitude: 5 })]);
  expect(await catalogues()).toEqual([['US'], ['CENC']]);
  expect((await graph.ask(JOIN, { report, to: whole!.id }, ADMIN)).joinReport).toBe(whole!.id);
  expect(await catalogues()).toEqual([['CENC', 'US']]);
  expect((await graph.ask(ONE, { id: apart })).earthquake).toBeNull();
});

test('nobody without the admin key moves a report, and what does not exist is NOT_FOUND', async () => {
  await graph.take('seismic/catalogue', [earthquakeRecord('1', 'CENC', at(0))]);
  const [quake] = await quakes();
  const report = quake!.sources[0]!.id;
  const code = async (variables: { report: string; to: string }, viewer = ADMIN) =>
    (await graph.answer(String(JOIN), variables, viewer)).errors?.[0]?.extensions.code;
  expect(await code({ report, to: quake!.id }, READER)).toBe('FORBIDDEN');
  expect(await code({ report: 'x', to: quake!.id })).toBe('NOT_FOUND');
  expect(await code({ report, to: '999999' })).toBe('NOT_FOUND');
  expect(await code({ report, to: 'x' })).toBe('NOT_FOUND');
});

test('earthquakes with their reports and revisions cost as many statements for 60 as for one; small ones can be left out', async () => {
  const many = Array.from({ length: 60 }, (_, n) => n).flatMap((n) => [
    earthquakeRecord(`${n}`, 'CENC', at(-n * 600), { magnitude: n % 2 ? 2 : 5 }),
    earthquakeRecord(`${n}`, 'US', at(-n * 600 + 3)),
  ]);
  await graph.take('seismic/catalogue', many.slice(0, 2));
  const one = await graph.cost(QUAKES, {});
  await graph.take('seismic/catalogue', many);
  const all = await graph.cost(QUAKES, {});
  expect(all.data.earthquakes.edges).toHaveLength(60);
  expect(all.statements).toHaveLength(one.statements.length);
  expect(await quakes(4)).toHaveLength(30);
});
