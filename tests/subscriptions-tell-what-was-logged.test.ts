import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { appendEntries } from '../events/log.js';
import type { FeedEntry } from '../model/entry.js';
import { graphql } from './generated/gql.js';
import type { ChangesSubscription } from './generated/graphql.js';
import { type Graph, openGraph, type STRANGER } from './support/graph.js';
import { observationRecord, stationRecord, warningRecord } from './support/records.js';

const NOW = new Date('2026-06-01T08:00:00Z');
const later = (seconds: number): Date => new Date(NOW.getTime() + seconds * 1000);
const WARNINGS = 'weather/warnings';
const WATER = 'water/telemetry';
let graph: Graph;

beforeEach(async () => {
  graph = await openGraph(NOW, [{ id: WARNINGS }, { id: WATER }, { id: 'weather/stations' }]);
});
afterEach(() => graph.close());

const CHANGES = graphql(`
  subscription Changes($after: Cursor, $filter: WarningFilter) {
    warningChanged(after: $after, filter: $filter) {
      cursor kind at
      warning { identifier state level revision headline divisions { name } supersededBy { identifier } feed { id } }
    }
  }
`);
const OBSERVATIONS = graphql(`
  subscription Observations($filter: ObservationFilter) {
    observationAdded(filter: $filter) { value stale observedAt datastream { id unit latest { value } station { code } } }
  }
`);
const FEEDS = graphql(`
  subscription FeedChanges($department: DepartmentCode) { feedStateChanged(department: $department) { id state stateReason } }
`);

interface Result<R> {
  readonly data?: R;
  readonly errors?: readonly { readonly extensions: Record<string, unknown> }[];
}
async function next<R>(iterator: AsyncGenerator<R>): Promise<R> {
  const { value } = (await iterator.next()) as { value: Result<R> };
  if (!value.data) throw value.errors?.[0];
  return value.data;
}
const change = async (iterator: AsyncGenerator<ChangesSubscription>) => (await next(iterator)).warningChanged;

describe('warnings', () => {
  test('each change comes as it was logged, though the warning has changed since', async () => {
    const live = await graph.follow(CHANGES, {});
    await graph.take(WARNINGS, [warningRecord('A', NOW)]);
    await graph.take(WARNINGS, [
      warningRecord('B', later(1), { messageType: 'UPDATE', references: ['A'], level: 'RED' }),
    ]);
    expect((await graph.answer('{ warning(id: "A") { state } }')).data).toEqual({ warning: { state: 'SUPERSEDED' } });
    const issued = await change(live);
    expect(issued).toMatchObject({
      kind: 'ISSUED',
      warning: { identifier: 'A', state: 'ACTIVE', level: 'YELLOW', headline: '暴雨黄色预警信号', supersededBy: null },
    });
    expect(issued.warning.divisions).toEqual([{ name: '乌苏市' }]);
    expect(await change(live)).toMatchObject({ kind: 'UPDATED', warning: { identifier: 'B', level: 'RED' } });
    await live.return(undefined as never);
  });

  test('an ACTIVE warning that is replayed after its time is EXPIRED', async () => {
    const live = await graph.follow(CHANGES, {});
    await graph.take(WARNINGS, [warningRecord('A', NOW, { expiresAt: later(60) }), warningRecord('B', NOW)]);
    graph.now = later(60);
    expect((await change(live)).warning).toMatchObject({ identifier: 'A', state: 'EXPIRED' });
    expect((await change(live)).warning).toMatchObject({ identifier: 'B', state: 'ACTIVE' });
    await live.return(undefined as never);
  });

  test('from a cursor on comes what followed it, once, and then what is new', async () => {
    const live = await graph.follow(CHANGES, {});
    for (const id of ['A', 'B', 'C']) await graph.take(WARNINGS, [warningRecord(id, NOW)]);
    const { cursor } = await change(live);
    await live.return(undefined as never);
    const resumed = await graph.follow(CHANGES, { after: cursor });
    await graph.take(WARNINGS, [warningRecord('D', NOW)]);
    const ids = [await change(resumed), await change(resumed), await change(resumed)].map(
      (each) => each.warning.identifier,
    );
    expect(ids).toEqual(['B', 'C', 'D']);
    await resumed.return(undefined as never);
  });

  test('filters judge the snapshot: division beneath and above, level, status', async () => {
    const here = await graph.follow(CHANGES, { filter: { divisions: ['654202100'], minLevel: 'YELLOW' } });
    await graph.take(WARNINGS, [warningRecord('elsewhere', NOW, { divisionCodes: ['654223'] })]);
    await graph.take(WARNINGS, [warningRecord('low', NOW, { level: 'BLUE' })]);
    await graph.take(WARNINGS, [warningRecord('wider', NOW, { divisionCodes: ['654200'] })]);
    await graph.take(WARNINGS, [warningRecord('same', NOW, { divisionCodes: ['654202100'] })]);
    expect([(await change(here)).warning.identifier, (await change(here)).warning.identifier]).toEqual([
      'wider',
      'same',
    ]);
    await here.return(undefined as never);
  });

  test('old codes in a filter find today’s, and the other way round', async () => {
    const byOld = await graph.follow(CHANGES, { filter: { divisions: ['654223'] } });
    const byNew = await graph.follow(CHANGES, { filter: { divisions: ['654203'] } });
    await graph.take(WARNINGS, [warningRecord('wusu', NOW)]);
    await graph.take(WARNINGS, [warningRecord('new', NOW, { divisionCodes: ['654203'] })]);
    await graph.take(WARNINGS, [warningRecord('old', NOW, { divisionCodes: ['654223'] })]);
    for (const live of [byOld, byNew]) {
      expect([(await change(live)).warning.identifier, (await change(live)).warning.identifier]).toEqual([
        'new',
        'old',
      ]);
      await live.return(undefined as never);
    }
  });

  test('refused with its reason: no cursor, another log’s cursor, a bad filter', async () => {
    const code = async (variables: object, viewer?: typeof STRANGER): Promise<unknown> =>
      graph.follow(CHANGES, variables, viewer).then(
        () => 'accepted',
        (error) => error.extensions.code,
      );
    expect(await code({ after: 'x' })).toBe('BAD_INPUT');
    expect(await code({ after: 'anotherepoch:5' })).toBe('CURSOR_EXPIRED');
    expect(await code({ filter: { divisions: ['x'] } })).toBe('BAD_INPUT');
  });
});

describe('observations', () => {
  const value = async (iterator: AsyncGenerator<{ observationAdded: { value?: number | null } }>) =>
    (await next(iterator)).observationAdded;

  test('each comes as it was logged; what hangs on it is as it is now', async () => {
    const live = await graph.follow(OBSERVATIONS, {});
    await graph.take(WATER, [stationRecord('S'), observationRecord('S', NOW, 1)]);
    expect(await value(live)).toEqual({
      value: 1,
      stale: false,
      observedAt: NOW.toISOString(),
      datastream: { id: `${WATER}:S:water-level`, unit: 'm', latest: { value: 1 }, station: { code: 'S' } },
    });
    await graph.take(WATER, [observationRecord('S', later(60), 2)]);
    expect(await value(live)).toMatchObject({ value: 2, datastream: { latest: { value: 2 } } });
    await live.return(undefined as never);
  });

  test('a slow reader gets the newest of each datastream', async () => {
    const live = await graph.follow(OBSERVATIONS, {});
    await graph.take(WATER, [stationRecord('S'), stationRecord('T')]);
    for (let n = 0; n < 20; n += 1) await graph.take(WATER, [observationRecord('S', later(n), n)]);
    await graph.take(WATER, [observationRecord('T', NOW, 99)]);
    const values: unknown[] = [];
    for (let seen: unknown; seen !== 99; values.push(seen)) seen = (await value(live)).value;
    expect(values.slice(-2)).toEqual([19, 99]);
    await live.return(undefined as never);
  });

  test('filters by station, department, division and property', async () => {
    const filters = [
      { stations: [`${WATER}:S`] },
      { departments: ['WATER' as const] },
      { divisions: ['654202100'] },
      { properties: ['rain-1h'] },
    ];
    const followers = await Promise.all(filters.map((filter) => graph.follow(OBSERVATIONS, { filter })));
    await graph.take('weather/stations', [
      stationRecord('M'),
      observationRecord('M', NOW, 0, { property: 'air-temperature' }),
    ]);
    await graph.take(WATER, [
      stationRecord('S', { divisionCode: '654202100201' }),
      observationRecord('S', NOW, 5, { property: 'rain-1h' }),
    ]);
    for (const live of followers) {
      expect(await value(live)).toMatchObject({ value: 5 });
      await live.return(undefined as never);
    }
  });
});

describe('feeds', () => {
  const tell = (payload: FeedEntry): Promise<unknown> =>
    graph.db.transaction((client) => appendEntries(client, [{ topic: 'feed', key: payload.feedId, at: NOW, payload }]));

  test('every change comes as it was told, though the feed has recovered since', async () => {
    const live = await graph.follow(FEEDS, { department: 'WATER' });
    await tell({ feedId: 'weather/stations', state: 'DOWN', reason: 'connection refused' });
    await tell({ feedId: WATER, state: 'DOWN', reason: 'connection refused' });
    await tell({ feedId: WATER, state: 'LATE', reason: 'nothing new' });
    expect((await next(live)).feedStateChanged).toEqual({
      id: WATER,
      state: 'DOWN',
      stateReason: 'connection refused',
    });
    expect((await next(live)).feedStateChanged).toEqual({ id: WATER, state: 'LATE', stateReason: 'nothing new' });
    await live.return(undefined as never);
  });
});
