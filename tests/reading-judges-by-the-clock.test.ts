import { afterAll, beforeAll, beforeEach, expect, test } from '@jest/globals';
import { graphql } from './generated/gql.js';
import { type Graph, openGraph } from './support/graph.js';
import { observationRecord, stationRecord, warningRecord } from './support/records.js';

const NOW = new Date('2026-06-01T08:00:00Z');
const after = (seconds: number): Date => new Date(NOW.getTime() + seconds * 1000);
const FEED = 'water/telemetry';
let graph: Graph;

beforeAll(async () => {
  graph = await openGraph(NOW, [
    { id: FEED, expectedEverySeconds: 300 },
    { id: 'water/hydrology-db', expectedEverySeconds: 300 },
    { id: 'weather/warnings', freshness: 'contact', expectedEverySeconds: 60 },
    { id: 'weather/stations' },
  ]);
  await graph.take(FEED, [stationRecord('S'), observationRecord('S', NOW, 12.5)]);
  await graph.take(FEED, [stationRecord('silent')]);
  await graph.take('weather/warnings', [warningRecord('W', NOW, { expiresAt: after(3600) })]);
  await graph.take('weather/warnings', [
    warningRecord('W2', NOW, { messageType: 'UPDATE', references: ['gone'], expiresAt: after(7200) }),
  ]);
});
beforeEach(() => {
  graph.now = NOW;
});
afterAll(() => graph.close());

const WARNING = graphql(`query WarningState($id: ID!) { warning(id: $id) { state } }`);
const BY_STATE = graphql(`
  query WarningsByState($states: [WarningState!]) {
    warnings(filter: { states: $states }) { edges { node { identifier state supersedes { state } } } }
  }
`);
const LATEST = graphql(`query Latest { station(id: "water/telemetry:S") { datastreams { latest { value stale } } } }`);
const FEEDS = graphql(
  `query FeedStates($state: [FeedState!]) { feeds(state: $state) { id state stateReason lagSeconds } }`,
);

const byState = async (states: ('ACTIVE' | 'EXPIRED')[] | null): Promise<string[]> =>
  (await graph.ask(BY_STATE, { states })).warnings.edges.map(({ node }) => `${node.identifier} ${node.state}`);
const stale = async (): Promise<boolean | undefined> =>
  (await graph.ask(LATEST, {})).station?.datastreams[0]?.latest?.stale;
const feed = async (id: string) => (await graph.ask(FEEDS, {})).feeds.find((each) => each.id === id);

test('a warning is ACTIVE until the very moment of its expiry and never from then on, in fields and in filters', async () => {
  graph.now = after(3599.999);
  expect((await graph.ask(WARNING, { id: 'W' })).warning?.state).toBe('ACTIVE');
  expect(await byState(null)).toEqual(['W2 ACTIVE', 'W ACTIVE']);
  expect(await byState(['EXPIRED'])).toEqual([]);
  graph.now = after(3600);
  expect((await graph.ask(WARNING, { id: 'W' })).warning?.state).toBe('EXPIRED');
  expect(await byState(null)).toEqual(['W2 ACTIVE']);
  expect(await byState(['ACTIVE'])).toEqual(['W2 ACTIVE']);
  expect(await byState(['EXPIRED'])).toEqual(['W EXPIRED']);
  expect(await byState(['EXPIRED', 'ACTIVE'])).toEqual(['W2 ACTIVE', 'W EXPIRED']);
  const { rows } = await graph.db.read.query(`SELECT DISTINCT state FROM warning`);
  expect(rows).toEqual([{ state: 'ACTIVE' }]);
});

test('a value is stale once it is older than twice the expected interval', async () => {
  graph.now = after(600);
  expect(await stale()).toBe(false);
  graph.now = after(600.001);
  expect(await stale()).toBe(true);
});

test('a fresh value of a feed that is down or switched off is stale', async () => {
  expect(await stale()).toBe(false);
  await graph.db.write.query(`UPDATE feed SET link = 'DOWN', link_reason = 'connection refused' WHERE id = $1`, [FEED]);
  expect(await stale()).toBe(true);
  await graph.db.write.query(`UPDATE feed SET link = 'UP', disabled = true WHERE id = $1`, [FEED]);
  expect(await stale()).toBe(true);
  await graph.db.write.query(`UPDATE feed SET disabled = false, link_reason = NULL WHERE id = $1`, [FEED]);
  expect(await stale()).toBe(false);
});

test('a datastream without a value has none, and a station without datastreams an empty list', async () => {
  const { data } = await graph.answer(
    '{ station(id: "water/telemetry:silent") { datastreams { id } } none: station(id: "x") { id } }',
  );
  expect(data).toEqual({ station: { datastreams: [] }, none: null });
});

test('a feed is LIVE, LATE, DOWN or DISABLED by what is known at this moment, and says why', async () => {
  expect(await feed(FEED)).toMatchObject({ state: 'LIVE', stateReason: null, lagSeconds: 0 });
  expect(await feed('weather/stations')).toMatchObject({ state: 'LATE', lagSeconds: null });
  graph.now = after(601);
  const late = await feed(FEED);
  expect(late).toMatchObject({ state: 'LATE', lagSeconds: 601 });
  expect(late?.stateReason).toContain('2026-06-01T08:00:00.000Z');
  await graph.db.write.query(`UPDATE feed SET link = 'DOWN', link_reason = 'connection refused' WHERE id = $1`, [FEED]);
  expect(await feed(FEED)).toMatchObject({ state: 'DOWN', stateReason: 'connection refused' });
  await graph.db.write.query(`UPDATE feed SET configured = false WHERE id = $1`, [FEED]);
  expect(await feed(FEED)).toMatchObject({ state: 'DISABLED' });
  await graph.db.write.query(`UPDATE feed SET configured = true, link = 'UP', link_reason = NULL WHERE id = $1`, [
    FEED,
  ]);
});

test('a feed judged by contact is late by contact, whatever the time of its data', async () => {
  graph.now = after(120);
  expect(await feed('weather/warnings')).toMatchObject({ state: 'LIVE' });
  graph.now = after(121);
  expect(await feed('weather/warnings')).toMatchObject({ state: 'LATE', lagSeconds: 121 });
});

test('feeds are filtered by the state they are shown with', async () => {
  graph.now = after(601);
  const { feeds } = await graph.ask(FEEDS, { state: ['LATE'] });
  expect(feeds.map(({ id }) => id)).toEqual(
    [FEED, 'water/hydrology-db', 'weather/stations', 'weather/warnings'].sort(),
  );
  expect((await graph.ask(FEEDS, { state: ['LIVE', 'DOWN'] })).feeds).toEqual([]);
});
