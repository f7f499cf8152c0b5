import { afterEach, beforeEach, expect, test } from '@jest/globals';
import type { DeviceStateRecord } from '../model/record.js';
import { graphql } from './generated/gql.js';
import { type Graph, openGraph } from './support/graph.js';
import { deviceStateRecord, stationRecord } from './support/records.js';

const NOW = new Date('2026-06-01T12:00:00Z');
const FEED = 'ecology/outlets';
let graph: Graph;
beforeEach(async () => {
  graph = await openGraph(NOW, [{ id: FEED }]);
  await graph.take(FEED, [stationRecord('M1'), stationRecord('M2', { position: undefined })]);
});
afterEach(() => graph.close());

const at = (minute: number): Date => new Date(NOW.getTime() - 3_600_000 + minute * 60_000);
const told = (minute: number, condition: DeviceStateRecord['condition'], change: Partial<DeviceStateRecord> = {}) =>
  deviceStateRecord('M1', at(minute), { condition, ...change });

const STATES = graphql(`
  query DeviceHistory($filter: ReportFilter) {
    deviceStates(filter: $filter) {
      edges { node { id device aspect condition runHours sourceText observedAt confirmedAt status division { code } station { code } } }
    }
  }
`);
const NEWEST = graphql(`
  query DevicesNow {
    station(id: "ecology/outlets:M1") { deviceState { device condition } deviceStates { device aspect condition observedAt } }
  }
`);
const history = async (): Promise<string[]> => {
  const { deviceStates } = await graph.ask(STATES, {});
  const minute = (time: unknown): number => (Date.parse(String(time)) - at(0).getTime()) / 60_000;
  return deviceStates.edges.map(
    ({ node }) => `${node.device} ${node.condition} ${minute(node.observedAt)}-${minute(node.confirmedAt)}`,
  );
};

test('a state told again and again is one entry, with when it was last told', async () => {
  await graph.take(FEED, [told(1, 'RUNNING'), told(2, 'RUNNING'), told(3, 'FAULT')]);
  for (let minute = 4; minute < 10; minute += 1) await graph.take(FEED, [told(minute, 'FAULT')]);
  await graph.take(FEED, [told(10, 'RUNNING'), told(10, 'STOPPED', { device: 'SB2' })]);
  expect((await history()).sort()).toEqual([
    'SB1 FAULT 3-9',
    'SB1 RUNNING 1-2',
    'SB1 RUNNING 10-10',
    'SB2 STOPPED 10-10',
  ]);
});

test('a report that comes late finds its place, and the newest stays the newest', async () => {
  await graph.take(FEED, [told(1, 'RUNNING'), told(9, 'RUNNING')]);
  await graph.take(FEED, [told(5, 'FAULT')]);
  expect(await history()).toEqual(['SB1 RUNNING 9-9', 'SB1 FAULT 5-5', 'SB1 RUNNING 1-1']);
  await graph.take(FEED, [told(0, 'STOPPED'), told(12, 'RUNNING')]);
  expect(await history()).toEqual(['SB1 RUNNING 9-12', 'SB1 FAULT 5-5', 'SB1 RUNNING 1-1', 'SB1 STOPPED 0-0']);
  // All of it once more changes nothing.
  await graph.take(FEED, [told(0, 'STOPPED'), told(1, 'RUNNING'), told(5, 'FAULT'), told(9, 'RUNNING')]);
  expect(await history()).toHaveLength(4);
});

test('a correction of the same moment replaces it', async () => {
  await graph.take(FEED, [told(1, 'RUNNING'), told(4, 'RUNNING')]);
  await graph.take(FEED, [told(1, 'FAULT')]);
  expect(await history()).toEqual(['SB1 RUNNING 4-4', 'SB1 FAULT 1-1']);
  const { rows } = await graph.db.read.query('SELECT revision FROM device_state ORDER BY observed_at');
  expect(rows).toEqual([{ revision: 1 }, { revision: 0 }]);
});

test('a station shows the newest of each device, and the gravest that holds', async () => {
  await graph.take(FEED, [
    told(1, 'FAULT'),
    told(2, 'RUNNING'),
    told(2, 'MAINTENANCE', { device: 'w01018', aspect: 'INSTRUMENT' }),
    told(0, 'STOPPED', { aspect: 'RUN_TIME', runHours: 0 }),
    told(3, 'STARTED', { aspect: 'START', device: 'logger' }),
  ]);
  const { station } = await graph.ask(NEWEST, {});
  expect(station?.deviceState).toEqual({ device: 'w01018', condition: 'MAINTENANCE' });
  expect(station?.deviceStates.map(({ device, aspect, condition }) => [device, aspect, condition])).toEqual([
    ['SB1', 'EQUIPMENT', 'RUNNING'],
    ['SB1', 'RUN_TIME', 'STOPPED'],
    ['logger', 'START', 'STARTED'],
    ['w01018', 'INSTRUMENT', 'MAINTENANCE'],
  ]);
});

test('hours run are kept day by day, though they be the same', async () => {
  const day = (n: number) => told(n * -1440, 'RUNNING', { aspect: 'RUN_TIME', runHours: 24 });
  await graph.take(FEED, [day(3), day(2), day(1)]);
  const { deviceStates } = await graph.ask(STATES, {});
  expect(deviceStates.edges.map(({ node }) => node.runHours)).toEqual([24, 24, 24]);
});

test('they are filtered as other reports are, and one of an unknown station is rejected with a reason', async () => {
  await graph.take(FEED, [
    told(1, 'RUNNING'),
    deviceStateRecord('M2', at(2), { position: null }),
    deviceStateRecord('nowhere', at(2)),
  ]);
  const codes = async (filter: { divisions?: string[]; since?: string }): Promise<string[]> =>
    (await graph.ask(STATES, { filter })).deviceStates.edges.map(({ node }) => node.station.code);
  expect(await codes({})).toEqual(['M2', 'M1']);
  expect(await codes({ divisions: ['654202'] })).toEqual(['M1']);
  expect(await codes({ since: at(2).toISOString() })).toEqual(['M2']);
  const { rows } = await graph.db.read.query('SELECT reason FROM rejection');
  expect(rows).toEqual([{ reason: 'unknown-station' }]);
});
