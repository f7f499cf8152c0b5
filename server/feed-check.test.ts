import { execFile } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, expect, test } from '@jest/globals';
import { tempFolders } from '../tests/support/temp-folder.js';
import { packageRoot } from './root.js';

const folders = tempFolders();
afterAll(() => folders.clear());

const SETTINGS = `hub:
  area: "654202"
feeds:
  tourism/ski-weather:
    title: { en: Ski resort weather station, zh: 滑雪场气象站 }
    transport: http-poll
    http:
      url: http://10.0.0.50/export.csv?token={key}
      key: { file: no-such-file }
    format: csv
    to: observation
    mapping: |
      { "station": 站号, "observedAt": 时间, "values": { "air-temperature": 气温, "wind-speed": 风速 } }
    units: { wind-speed: km/h }
    zone: Asia/Shanghai
    crs: WGS84
    expectedEverySeconds: 600
    stations: [{ code: S1, name: 一号 }]
`;
const SAMPLE = `站号,时间,气温,风速
S1,2026-01-05 08:00,-5.5,36
S2,2026-01-05 08:00,abc,36
S1,2026-01-05 08:10,99,
`;

/** Runs the command in a folder with these files, with no environment but a path: no database, no hub. */
async function check(settings: string, args: readonly string[], sample = SAMPLE) {
  const folder = folders.make();
  writeFileSync(join(folder, 'hub.yaml'), settings);
  writeFileSync(join(folder, 'sample.csv'), sample);
  return new Promise<{ code: number; out: string; err: string }>((done) => {
    execFile(
      process.execPath,
      ['dist/tests-run/server/feed.js', 'check', 'hub.yaml', ...args],
      { cwd: packageRoot(), env: { PATH: process.env.PATH ?? '', INIT_CWD: folder } },
      (error, out, err) => done({ code: error ? Number(error.code) : 0, out: out.replaceAll(`${folder}/`, ''), err }),
    );
  });
}

test('a sample’s records and rejects are shown for people, and nothing is needed but the files', async () => {
  const { code, out } = await check(SETTINGS, ['--sample', 'sample.csv']);
  expect(out).toBe(`feed      tourism/ski-weather  滑雪场气象站  (http-poll, csv → observation)
note      the file no-such-file cannot be read: ENOENT here: it must be where the hub runs
note      station "S2" is neither in stations: nor in this sample: its readings are refused until the hub knows it
sample    3 rows: 4 records, 2 rejects, 0 rows passed over; nothing is stored
record    observation  S1  air-temperature  -5.5 Cel  2026-01-05T00:00:00.000Z  UNCHECKED
record    observation  S1  wind-speed  10 m/s  2026-01-05T00:00:00.000Z  UNCHECKED
record    observation  S2  wind-speed  10 m/s  2026-01-05T00:00:00.000Z  UNCHECKED
record    observation  S1  wind-speed  no value  2026-01-05T00:10:00.000Z  MISSING
reject    not-a-number  sample.csv, row 3: air-temperature: "abc" is no number: write the number alone
reject    out-of-range  air-temperature 99 Cel at station S1 cannot be true: -70 to 60 can
hub.yaml: no mistakes 无误
`);
  expect(code).toBe(0);
}, 60_000);

test('every feed’s mistake is told with its line, and the end is 1', async () => {
  const second = SETTINGS.slice(SETTINGS.indexOf('  tourism')).replace('ski-weather', 'two').replace('zone:', 'zona:');
  const { code, out } = await check(
    SETTINGS.replace('"air-temperature": 气温,', '"air-temperature": 气温,,') + second,
    [],
  );
  expect(out).toMatch(/^hub.yaml:12: feeds.tourism\/ski-weather.mapping: line 1 of it: /m);
  expect(out).toMatch(/^hub.yaml:30: feeds.tourism\/two.zona: Unrecognized key: "zona"$/m);
  expect([code, out.trim().split('\n').at(-1)]).toEqual([1, 'hub.yaml: 2 to correct 有误']);
}, 60_000);

test('a program gets the same as JSON; a sample that gives nothing ends with 1', async () => {
  const { code, out } = await check(SETTINGS, ['--json', '--sample', 'sample.csv'], '站号,时间\nS1,2026-01-05 08:00\n');
  expect(JSON.parse(out)).toMatchObject({
    mistakes: [],
    sample: {
      feed: 'tourism/ski-weather',
      records: [],
      rejects: [
        {
          reason: 'missing-field',
          detail: expect.stringContaining('values: none of the fields'),
          raw: '{"站号":"S1","时间":"2026-01-05 08:00"}',
        },
      ],
    },
  });
  expect(code).toBe(1);
}, 60_000);

test('a file that is not there, and a feed that is not named, are told in one line', async () => {
  expect(await check(SETTINGS, ['--sample', 'nothing.csv'])).toMatchObject({
    code: 1,
    out: expect.stringContaining('nothing.csv: the sample cannot be read: ENOENT'),
  });
  const { code, out } = await check(SETTINGS, ['--sample', 'sample.csv', '--feed', 'tourism/other']);
  expect([code, out]).toEqual([
    1,
    expect.stringContaining('say with --feed which feed the sample is of: tourism/ski-weather'),
  ]);
}, 60_000);
