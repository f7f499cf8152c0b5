import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from '@jest/globals';
import { tempFolders } from '../tests/support/temp-folder.js';
import { readConfig } from './config.js';
import { connectors } from './connectors.js';
import { releaseRules } from './release-settings.js';

const folders = tempFolders();
afterAll(() => folders.clear());

const FEED = `
  tourism/ski-weather:
    title: { en: Ski resort weather station, zh: 滑雪场气象站 }
    transport: http-poll
    http:
      url: http://10.0.0.50/export.csv
    format: csv
    to: observation
    mapping: |
      { "station": 站号, "observedAt": 时间,
        "values": { "air-temperature": 气温 } }
    zone: Asia/Shanghai
    crs: WGS84
    expectedEverySeconds: 600
`;

/** The feeds of a settings file with these blocks, or the error without the path. */
function feedsOf(feeds: string, env: Readonly<Record<string, string>> = {}) {
  const path = join(folders.make(), 'hub.yaml');
  writeFileSync(path, `hub:\n  area: "654202"\nfeeds:${feeds}`);
  const secrets = { env: (name: string) => env[name], generated: () => 'made' };
  try {
    return readConfig(path, connectors, secrets).feeds({});
  } catch (error) {
    return (error as Error).message.slice(path.length + 1);
  }
}

test('an audit that would be kept for less than six months stops the start', () => {
  const path = join(folders.make(), 'hub.yaml');
  const read = (days: number) => {
    writeFileSync(path, `hub:\n  area: "654202"\n  keepAuditDays: ${days}\n`);
    return readConfig(path, connectors, { env: () => undefined, generated: () => '' }).hub.keepAuditDays;
  };
  expect(() => read(179)).toThrow(/:3: hub.keepAuditDays: at least 180/);
  expect(read(180)).toBe(180);
});

test('a block with a transport is a feed: department by its name, credentials by reference', () => {
  const [feed] = feedsOf(FEED.replace('export.csv', 'export.csv?appkey={key}\n      key: { env: SKI }'), {
    SKI: 'secret',
  }) as Exclude<ReturnType<typeof feedsOf>, string>;
  expect(feed?.connector).toMatchObject({
    id: 'tourism/ski-weather',
    department: 'TOURISM',
    title: { zh: '滑雪场气象站' },
    freshness: 'observation',
  });
  expect(feed?.settings).toMatchObject({ http: { key: 'secret' }, pollSeconds: 300, enabled: true });
});

const change = (from: string, to: string): string => {
  expect(FEED).toContain(from);
  return FEED.replace(from, to);
};
test.each([
  ['tourism/ski-weather:', 'tourist/ski:', /^4: feeds.tourist\/ski: name it <department>\/<name/],
  [
    'tourism/ski-weather:',
    'weather/stations:',
    /^4: feeds.weather\/stations: this hub has a feed of that name already/,
  ],
  [
    'transport: http-poll',
    'transport: ftp',
    /^6: .*transport: "ftp" is no transport: http-poll, http-push, mqtt-subscribe, sql-poll/,
  ],
  [
    '    transport: http-poll\n',
    '',
    /^4: feeds.tourism\/ski-weather: no such feed; .*a feed of your own names its transport/,
  ],
  ['format: csv', 'format: rows', /^9: .*format: http-poll brings json, csv, xlsx, xml/],
  ['format: csv', 'formatt: csv', /^9: .*formatt: Unrecognized key: "formatt"/],
  ['format: csv', 'format: csv\n    each: data', /^10: .*each: the rows of csv are there already/],
  ['to: observation', 'to: weather', /^10: .*to: one of observation, warning, station, threshold, supply-depot/],
  ['"air-temperature": 气温 } }', '"air-temperature": 气温 }', /^11: .*mapping: line [23] of it: Expected "}"/],
  ['气温', '$eval(气温)', /^11: .*mapping: \$eval is not to be had/],
  ['气温', '$contains(气温, /(?=x)/)', /^11: .*mapping: .*no look-ahead/],
  ['zone: Asia/Shanghai', 'zone: Beijing', /^14: .*zone: unknown zone/],
  [
    'format: csv',
    'units: { air-temperature: km/h }\n    format: csv',
    /^9: .*units.air-temperature: "km\/h" is no unit of air-temperature/,
  ],
  [
    'export.csv',
    'export.csv\n      key: abc',
    /^9: .*http.key: a credential is named, never written: { env: NAME } or { file: path }/,
  ],
  [
    'export.csv',
    'export.csv\n      headers: { X-Api-Key: abc }',
    /^9: .*X-Api-Key: a credential is named, never written/,
  ],
  ['export.csv', 'export.csv?token=abc', /^8: .*http.url: the address holds "token"/],
  ['http://10.0.0.50', 'http://me:pass@10.0.0.50', /^8: .*http.url: the address holds a password/],
  ['export.csv', 'export.csv\n      key: { env: NOT_SET }', /^4: .*the environment variable NOT_SET is not set/],
])('%s → %s is told with its line', (from, to, message) => {
  const said = feedsOf(change(from, to));
  expect(said).toMatch(message);
  expect(said).not.toMatch(/\babc\b|:pass\b/);
});

test('a database is asked one SELECT, by a watermark that it uses', () => {
  const block = (database: string) =>
    `${change('http-poll', 'sql-poll')
      .replace('format: csv', 'format: rows')
      .replace(/http:\n.*\n/, `database:\n${database}\n`)}`;
  const url = '      url: postgres://reader@10.0.0.9/db';
  const mark = '      watermark: { column: tm, start: "2026-01-01" }';
  expect(
    feedsOf(
      block(`${url}\n      password: { env: PW }\n      query: SELECT 1 AS tm WHERE tm >= $1 ORDER BY tm\n${mark}`),
      { PW: 'x' },
    ),
  ).toHaveLength(1);
  expect(feedsOf(block(`${url}\n      query: DELETE FROM t`))).toMatch(/^9: .*query: one SELECT, without ";"/);
  expect(feedsOf(block(`${url}\n      query: SELECT 1; SELECT 2`))).toMatch(/one SELECT/);
  expect(feedsOf(block(`${url}\n      query: SELECT tm FROM t\n${mark}`))).toMatch(/^9: .*ORDER BY that column/);
  expect(feedsOf(block(`${url}\n      query: SELECT tm FROM t WHERE tm > $1`))).toMatch(/^9: .*given by a watermark/);
  expect(feedsOf(block('      url: postgres://reader:secret@10.0.0.9/db\n      query: SELECT 1'))).toMatch(
    /holds a password/,
  );
});

describe('settings of the hub itself', () => {
  const hubOf = (lines: string, env: Record<string, string> = {}): unknown => {
    const folder = folders.make();
    const path = join(folder, 'hub.yaml');
    writeFileSync(join(folder, 'documents.json'), JSON.stringify({ ['a'.repeat(64)]: '{ __typename }' }));
    writeFileSync(join(folder, 'wrong.json'), '["{ __typename }"]');
    writeFileSync(path, `hub:\n  area: "654202"\n  ${lines}\nfeeds: {}\n`);
    try {
      return readConfig(path, connectors, { env: (name) => env[name], generated: () => 'made' });
    } catch (error) {
      return (error as Error).message.slice(path.length + 1);
    }
  };

  test('the token for metrics is named, never written', () => {
    const named = hubOf('metrics: { token: { env: METRICS } }', { METRICS: 'a-token-of-the-metrics' });
    expect(named).toMatchObject({ hub: { metrics: { token: 'a-token-of-the-metrics' } } });
    expect(hubOf('metrics: { token: written-here-in-full }')).toMatch(
      /^3: hub.metrics.token: a credential is never written/,
    );
    expect(hubOf('metrics: { token: { env: METRICS } }')).toMatch(
      /^3: hub.metrics.token: the environment variable METRICS/,
    );
  });

  test('registered operations are read with the settings', () => {
    expect(hubOf('trustedDocuments: { file: documents.json }')).toMatchObject({
      hub: { trustedDocuments: { required: 'anonymous' } },
      trustedDocuments: new Map([['a'.repeat(64), '{ __typename }']]),
    });
    expect(hubOf('trustedDocuments: { file: none.json }')).toMatch(/^3: hub.trustedDocuments.file: .*ENOENT/);
    expect(hubOf('trustedDocuments: { file: wrong.json }')).toMatch(/^3: hub.trustedDocuments.file: not a JSON object/);
  });

  test.each([
    ['cors: { origins: ["https://map.example/page"] }', /hub.cors.origins.0: https:\/\/host, without a path/],
    ['cors: { origins: ["*"] }', /hub.cors.origins.0/],
    ['trustedProxies: [proxy.example]', /hub.trustedProxies.0: an address, or a network/],
    ['trustedProxies: [10.1.0.0/40]', /hub.trustedProxies.0: an address, or a network/],
    ['limits: { query: { depth: 0 } }', /hub.limits.query.depth/],
    ['limits: { query: { deepth: 5 } }', /hub.limits.query.deepth/],
  ])('%s is refused with its place', (lines, message) => expect(hubOf(lines)).toMatch(message));
});

/** What settings of releasing are refused with, or undefined. */
function releaseFault(hub: string): string | undefined {
  const path = join(folders.make(), 'hub.yaml');
  writeFileSync(path, `hub:\n  area: "654202"\n${hub}`);
  try {
    readConfig(path, connectors, { env: () => undefined, generated: () => 'made' });
    return undefined;
  } catch (error) {
    return (error as Error).message.slice(path.length + 1);
  }
}

test('what the settings say of releasing warnings is checked, and completes the defaults', () => {
  expect(releaseFault('  release: { levels: { RED: [] } }')).toMatch(/^3: hub\.release\.levels\.RED: /);
  expect(releaseFault('  release: { senders: { TRANSPORT: { code: "65420241600000" } } }')).toBe(
    '3: hub.release.senders.TRANSPORT.code: digits 7 to 9 are the agency of WEATHER',
  );
  expect(releaseFault('  release: { hazards: { WEATHERR: [11B03] } }')).toMatch(/^3: hub\.release\.hazards/);
  expect(releaseFault('  languages: [Chinese_]')).toMatch(/^3: hub\.languages\.0: a BCP 47 language tag/);
  expect(releaseFault('  release: { bypassReviewHours: 12 }')).toBeUndefined();
  const given = {
    levels: { BLUE: ['RELEASER', 'RELEASER'] },
    hazards: {},
    hours: {},
    senders: {},
    bypassReviewHours: 12,
  };
  expect(releaseRules({ area: '654202', release: given as never })).toMatchObject({
    levels: { BLUE: ['RELEASER', 'RELEASER'], RED: ['RELEASER', 'DUTY_OFFICER'] },
    senders: { WATER: { code: '65420233200000' } },
    bypassReviewHours: 12,
  });
});

test('the name of what is released in the hub is for no feed of the settings', () => {
  expect(feedsOf(FEED.replace('ski-weather', 'releases'))).toContain(
    'that name is for the warnings released in the hub',
  );
});

const HOOK = `
  school:
    kind: webhook
    url: http://10.0.0.50/warnings
    key: { env: HOOK }
`;

/** The channels of a settings file with these blocks, or the error without the path. */
function channelsOf(channels: string, env: Readonly<Record<string, string>> = { HOOK: 'a key long enough' }) {
  const path = join(folders.make(), 'hub.yaml');
  writeFileSync(path, `hub:\n  area: "654202"\nchannels:${channels}`);
  try {
    return readConfig(path, connectors, { env: (name) => env[name], generated: () => 'made' }).channels({});
  } catch (error) {
    return (error as Error).message.slice(path.length + 1);
  }
}

test('a channel is public unless it says otherwise, and one that is switched off is left out', () => {
  const [channel] = channelsOf(HOOK) as Exclude<ReturnType<typeof channelsOf>, string>;
  expect(channel).toMatchObject({
    name: 'school',
    settings: { public: true, key: 'a key long enough', timeoutMs: 10_000 },
  });
  expect(channelsOf(`${HOOK}    enabled: false\n`)).toEqual([]);
});

test.each([
  ['kind: webhook', 'kind: pigeon', /^5: channels.school.kind: one of webhook, broadcast, sms/],
  ['  school:', '  School:', /^4: channels.School: name it in a-z/],
  ['url: http:', 'url: ftp:', /^6: channels.school.url: an http:\/\/ or https:\/\/ address/],
  ['key: { env: HOOK }', 'key: written-here-in-clear', /^7: channels.school.key: a credential is named, never written/],
  ['key: { env: HOOK }', 'key: { env: OTHER }', /^4: channels.school: the environment variable OTHER is not set/],
  ['key: { env: HOOK }', 'key: { env: HOOK }\n    pubic: false', /^8: channels.school.pubic/],
  ['key: { env: HOOK }', 'key: { env: HOOK }\n    minLevel: PURPLE', /^8: channels.school.minLevel/],
  ['key: { env: HOOK }', 'key: { env: HOOK }\n    audiences: [PIGEONS]', /^8: channels.school.audiences.0/],
])('a mistake of a channel is told with its line: %s as %s', (from, to, message) => {
  expect(HOOK).toContain(from);
  expect(channelsOf(HOOK.replace(from, to))).toMatch(message);
});
