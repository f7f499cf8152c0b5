import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import pg from 'pg';
import type { Outcome } from '../../../model/record.js';
import { type TestDatabase, testDatabase } from '../../../tests/support/database.js';
import type { FeedContext } from '../../connector.js';
import connector from './index.js';

let database: TestDatabase;
let bureau: pg.Client;
beforeEach(async () => {
  database = await testDatabase();
  bureau = new pg.Client({ connectionString: database.url });
  await bureau.connect();
});
afterEach(async () => {
  await bureau.end();
  await database.drop();
});

/** A feed with a hub that keeps what it takes; `failing` makes the hub refuse. */
function feed(overrides: Record<string, unknown> = {}, pageRows = 1000) {
  const settings = connector.settings.parse({
    expectedEverySeconds: 300,
    zone: 'Asia/Shanghai',
    crs: 'CGCS2000',
    database: { url: database.url, pageRows },
    ...overrides,
  });
  const hub = { outcomes: [] as Outcome[], watermark: undefined as string | undefined, failing: false };
  const context: FeedContext = {
    signal: new AbortController().signal,
    push: { open: () => ({ path: '', close: () => undefined }) },
    now: () => new Date('2026-08-07T03:00:00Z'),
    take: async (outcome) => {
      if (hub.failing) throw new Error('the hub cannot store');
      hub.outcomes.push(outcome);
      hub.watermark = outcome.watermark ?? hub.watermark;
    },
    contact: () => undefined,
    watermark: async () => hub.watermark,
    listening: () => undefined,
  };
  const source = connector.create(settings);
  const round = async (): Promise<string[]> => {
    hub.outcomes.length = 0;
    await source.run(context);
    return hub.outcomes.flatMap(({ records }) =>
      records.map((record) =>
        record.kind === 'observation'
          ? `${record.property} ${record.value} ${record.originalTime.slice(11, 16)}`
          : `${record.kind} ${record.kind === 'station' ? record.code : record.kind === 'threshold' ? record.name : ''}`,
      ),
    );
  };
  return { hub, round };
}
const river = (...rows: [time: string, level: number][]): Promise<unknown> =>
  bureau.query(
    `INSERT INTO st_river_r SELECT '81000001', t, z FROM unnest($1::timestamp[], $2::numeric[]) AS r(t, z)`,
    [rows.map(([time]) => (time.length > 5 ? time : `2026-08-07 ${time}`)), rows.map(([, level]) => level)],
  );
const riverTable = (): Promise<unknown> =>
  bureau.query(
    'CREATE TABLE st_river_r (stcd char(8), tm timestamp, z numeric(7,3), q numeric(9,3), PRIMARY KEY (stcd, tm))',
  );

test('stations come before thresholds, thresholds before readings; stations and thresholds now and then only', async () => {
  await riverTable();
  await bureau.query(`CREATE TABLE st_stbprp_b (stcd char(8), stnm text, lgtd numeric, lttd numeric, addvcd text, sttp text);
    INSERT INTO st_stbprp_b VALUES ('81000001', '测试·南山站', 84.71, 44.11, '654202', 'ZQ');
    CREATE TABLE st_rvfcch_b (stcd char(8), wrz numeric(7,3), grz numeric(7,3));
    INSERT INTO st_rvfcch_b VALUES ('81000001', 2.5, 3)`);
  await river(['10:00', 2.613]);
  const { hub, round } = feed();
  expect(await round()).toEqual([
    'station 81000001',
    'threshold warning',
    'threshold guarantee',
    'water-level 2.613 10:00',
  ]);
  expect(await round()).toEqual(['water-level 2.613 10:00']);
  expect(JSON.parse(hub.watermark ?? '')).toEqual({ ST_RIVER_R: '2026-08-07 10:00:00' });
});

test('a row written late, within the overlap, is taken in; what is older is not read again', async () => {
  await riverTable();
  await river(['08:00', 1], ['10:00', 2]);
  const { round } = feed({ overlapMinutes: 60 });
  expect(await round()).toEqual(['water-level 1 08:00', 'water-level 2 10:00']);
  await river(['09:30', 1.5], ['10:30', 2.5]);
  expect(await round()).toEqual(['water-level 1.5 09:30', 'water-level 2 10:00', 'water-level 2.5 10:30']);
});

test('a clock that is years ahead does not hide what comes after', async () => {
  await riverTable();
  await river(['2099-01-01 00:00', 9], ['10:00', 2]);
  const { hub, round } = feed();
  expect(await round()).toHaveLength(2);
  expect(hub.watermark).toBe('{"ST_RIVER_R":"2026-08-07 10:00:00"}');
  await river(['10:50', 3]);
  expect(await round()).toContain('water-level 3 10:50');
});

test('the first round goes back as far as told', async () => {
  await riverTable();
  await river(['2026-08-01 00:00', 1], ['2026-08-06 12:00', 2]);
  expect(await feed({ backfillHours: 24 }).round()).toEqual(['water-level 2 12:00']);
});

test('a long backlog comes page by page, and a round that breaks goes on from its last page', async () => {
  await riverTable();
  const minutes = Array.from({ length: 25 }, (_, at): [string, number] => [`10:${String(at).padStart(2, '0')}`, at]);
  await river(...minutes);
  const { hub, round } = feed({ overlapMinutes: 0 }, 10);
  expect(await round()).toHaveLength(25);
  expect(hub.outcomes.map(({ records }) => records.length)).toEqual([10, 10, 5]);
  expect(hub.outcomes.map(({ watermark }) => watermark)).toEqual(
    ['09', '19', '24'].map((minute) => `{"ST_RIVER_R":"2026-08-07 10:${minute}:00"}`),
  );
  hub.watermark = '{"ST_RIVER_R":"2026-08-07 10:19:00"}';
  expect(await round()).toHaveLength(6);
  hub.failing = true;
  await expect(round()).rejects.toThrow('the hub cannot store');
  expect(hub.watermark).toBe('{"ST_RIVER_R":"2026-08-07 10:24:00"}');
});

describe('tables as bureaus have them', () => {
  test('in upper case, renamed, as a view, in another schema, without the optional ones', async () => {
    await bureau.query(`CREATE SCHEMA "Hydro"; CREATE TABLE "Hydro".data ("Stcd" char(8), "TM" timestamptz, "DRP" numeric(5,1), "intv" numeric(5,2));
      INSERT INTO "Hydro".data VALUES ('81000001', '2026-08-07 02:00+00', 12.5, 1.00);
      CREATE VIEW "Hydro"."V_RAIN" AS SELECT * FROM "Hydro".data`);
    const { hub, round } = feed({
      database: { url: database.url, schema: 'Hydro' },
      tables: { ST_PPTN_R: 'v_rain' },
      stations: [{ code: '81000001', name: '测试·南山站' }],
    });
    expect(await round()).toEqual(['station 81000001', 'rain-1h 12.5 10:00']);
    expect(hub.outcomes[1]?.records[0]).toMatchObject({ observedAt: new Date('2026-08-07T02:00:00Z') });
  });
  test('a required column that is not there breaks the link, named with its table', async () => {
    await bureau.query('CREATE TABLE st_river_r (stcd char(8), tm timestamp, level numeric)');
    await expect(feed().round()).rejects.toThrow('table st_river_r has no column Z');
  });
  test('none of the tables breaks the link and says what to check', async () => {
    await expect(feed().round()).rejects.toThrow(/schema public has none of ST_PPTN_R, ST_RIVER_R, ST_RSVR_R.*grants/);
  });
  test('two that differ in case only must be told apart', async () => {
    await riverTable();
    await bureau.query('CREATE TABLE "St_River_R" (stcd char(8), tm timestamp, z numeric)');
    await expect(feed().round()).rejects.toThrow('ST_RIVER_R may be St_River_R or st_river_r');
    expect(await feed({ tables: { ST_RIVER_R: 'st_river_r' } }).round()).toEqual([]);
  });
  test('a name that is none of the standard in the settings is refused', () => {
    expect(() => feed({ tables: { ST_RIVER: 'x' } })).toThrow(/SL 323/);
  });
});

test('one bad row is refused by itself', async () => {
  await riverTable();
  await bureau.query(
    `INSERT INTO st_river_r VALUES ('81000001', '2026-08-07 10:00', 'NaN', 3), ('81000001', '2026-08-07 10:05', 2, NULL)`,
  );
  const { hub, round } = feed();
  expect(await round()).toEqual(['water-flow 3 10:00', 'water-level 2 10:05']);
  expect(hub.outcomes[0]?.rejects.map(({ detail }) => detail)).toEqual(['ST_RIVER_R, station 81000001: Z is "NaN"']);
});
