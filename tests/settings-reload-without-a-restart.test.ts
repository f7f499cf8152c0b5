import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { type AddressInfo, connect, createServer as createTcpServer, type Socket } from 'node:net';
import { join } from 'node:path';
import { afterAll, afterEach, expect, test } from '@jest/globals';
import { Aedes } from 'aedes';
import pg from 'pg';
import { CONTROL, encode, FUNCTIONS } from '../connectors/shared/codecs/sl651.js';
import { element, head, observedAt, stationOf } from '../connectors/shared/codecs/sl651-write.js';
import { gateway } from '../demo/mqtt-broker.js';
import type { ReloadResult } from '../model/reload.js';
import { readConfig } from '../server/config.js';
import { connectors } from '../server/connectors.js';
import { migratedDatabase, testDatabase } from './support/database.js';
import { ask, FEED_KEY, startHub, until } from './support/running-hub.js';
import { tempFolders } from './support/temp-folder.js';

const folders = tempFolders();
afterAll(() => folders.clear());
const ends: (() => unknown)[] = [];
afterEach(async () => {
  for (const end of ends.splice(0).reverse()) await end();
});

const COMMON = `title: { en: Test, zh: 测试 }
    to: observation
    zone: Asia/Shanghai
    crs: WGS84
    expectedEverySeconds: 600
    stations: [{ code: S, name: 站 }]`;
const PUSH = (mapping = 'value') => `
  tourism/pushed:
    transport: http-push
    push: { key: { generated: key } }
    format: json
    mapping: '{"station": "S", "property": "rain-1h", "observedAt": t, "value": ${mapping}}'
    ${COMMON}`;

/** A hub whose settings file a test rewrites. */
async function world(feeds: string, hub = '') {
  const database = await migratedDatabase();
  ends.push(() => database.drop());
  const path = join(folders.make(), 'hub.yaml');
  const write = (blocks: string, more = ''): void =>
    writeFileSync(path, `hub:\n  area: "654202"\n${more}feeds:${blocks || ' {}'}\n`);
  write(feeds, hub);
  const read = () => readConfig(path, connectors, { env: () => undefined, generated: () => FEED_KEY });
  const running = await startHub(database.url, '', { config: read(), readConfig: read });
  ends.push(() => running.stop());
  const MUTATION = 'mutation { reloadSettings { error added changed removed unchanged needsRestart } }';
  return {
    url: running.url,
    hub: running,
    write,
    path,
    reload: async () => (await ask<{ reloadSettings: ReloadResult }>(running.url, MUTATION)).reloadSettings,
    feed: async (id: string) =>
      (
        await ask<{ feed: { state: string; stateReason: string | null; receivedCount: number } | null }>(
          running.url,
          `{ feed(id: "${id}") { state stateReason receivedCount } }`,
        )
      ).feed,
  };
}
const NOTHING = { error: null, added: [], changed: [], removed: [], unchanged: [], needsRestart: [] };
const clock = (minutes: number): string =>
  new Date(Date.now() + 8 * 3_600_000 - minutes * 60_000).toISOString().slice(0, 16).replace('T', ' ');
/** The answer's status, once the feed is open. */
const push = (url: string, id: string, value: number, minutes: number): Promise<number> =>
  until(
    async () => {
      const response = await fetch(`${url}/feeds/${id}`, {
        method: 'POST',
        headers: { authorization: `Bearer ${FEED_KEY}`, 'content-type': 'application/json' },
        body: JSON.stringify({ t: clock(minutes), value }),
      });
      return response.status;
    },
    (status) => status !== 503,
  );

test('feeds come, change and go by the file; what is gone is shown as such, and comes back', async () => {
  const { url, write, reload, feed } = await world(PUSH());
  expect(await reload()).toEqual({ ...NOTHING, unchanged: ['tourism/pushed'] });
  write(PUSH() + PUSH().replace('pushed', 'second'));
  expect(await reload()).toEqual({ ...NOTHING, added: ['tourism/second'], unchanged: ['tourism/pushed'] });
  expect(await push(url, 'tourism/second', 1, 5)).toBe(202);
  write(PUSH('value * 10') + PUSH().replace('pushed', 'second'));
  expect(await reload()).toEqual({ ...NOTHING, changed: ['tourism/pushed'], unchanged: ['tourism/second'] });
  expect(await push(url, 'tourism/pushed', 2, 5)).toBe(202);
  const latest = await ask<{ stations: { edges: { node: { datastreams: { latest: { value: number } }[] } }[] } }>(
    url,
    '{ stations { edges { node { datastreams { latest { value } } } } } }',
  );
  expect(JSON.stringify(latest)).toContain('"value":20');
  write(PUSH('value * 10'));
  expect(await reload()).toEqual({ ...NOTHING, removed: ['tourism/second'], unchanged: ['tourism/pushed'] });
  expect(await feed('tourism/second')).toMatchObject({ state: 'DISABLED', stateReason: "not in this hub's settings" });
  expect(await push(url, 'tourism/second', 1, 4)).toBe(404);
  write(PUSH('value * 10') + PUSH().replace('pushed', 'second'));
  expect((await reload()).added).toEqual(['tourism/second']);
  expect(await push(url, 'tourism/second', 1, 4)).toBe(202);
});

test('a file with a mistake changes nothing, and file, line and reason are told; calls at once are served in turn', async () => {
  const { url, write, reload, path } = await world(PUSH());
  write(PUSH().replace('format: json', 'format: yaml') + PUSH().replace('pushed', 'second'));
  expect(await reload()).toEqual({
    ...NOTHING,
    error: expect.stringMatching(/^.*hub.yaml:7: feeds.tourism\/pushed.format: /),
  });
  expect(await push(url, 'tourism/pushed', 1, 5)).toBe(202);
  writeFileSync(path, 'hub: [');
  expect((await reload()).error).toMatch(/hub.yaml:\d+: /);
  write(PUSH() + PUSH().replace('pushed', 'second'));
  const [first, second] = await Promise.all([reload(), reload()]);
  expect([first.added, second.added]).toEqual([['tourism/second'], []]);
});

test('settings of the hub itself that differ are named as needing a restart', async () => {
  const { write, reload } = await world('', '  keepLogDays: 20\n');
  write('', '  keepLogDays: 21\n  demo: { enabled: true }\n');
  expect(await reload()).toEqual({ ...NOTHING, needsRestart: ['hub.demo', 'hub.keepLogDays'] });
});

test('the connections of feeds that did not change stay open, and nothing they bring is lost', async () => {
  const broker = await Aedes.createBroker();
  let sessions = 0;
  broker.on('client', () => {
    sessions += 1;
  });
  const sockets = new Set<Socket>();
  const server = createTcpServer((socket) => {
    sockets.add(socket);
    broker.handle(socket);
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  ends.push(() => new Promise<void>((done) => broker.close(() => server.close(() => done()))));
  ends.push(() => sockets.forEach((socket) => void socket.destroy()));
  const address = `mqtt://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const still = `
  water/telemetry:
    expectedEverySeconds: 600
    zone: Asia/Shanghai
    crs: CGCS2000
    listen: { port: 0 }
    stations: [{ code: "0060240001", name: 遥测站 }]
  tourism/listening:
    transport: mqtt-subscribe
    broker: { url: "${address}", topics: ["rain"] }
    format: json
    mapping: '{"station": "S", "property": "rain-1h", "observedAt": t, "value": value}'
    ${COMMON}`;
  const { hub, write, reload, feed } = await world(still + PUSH());
  const sender = await gateway(address, 'sender');
  ends.push(() => sender.endAsync(true));
  await until(
    () => feed('tourism/listening'),
    (found) => found?.stateReason !== 'STARTING' && sessions === 2,
  );
  const device = await Device.open((await hub.feeds?.address('water/telemetry', new AbortController().signal)) ?? '');
  ends.push(() => device.socket.destroy());
  const ROUNDS = 12;
  const work = (async () => {
    for (let i = 1; i <= ROUNDS; i += 1) {
      await device.report(i);
      await sender.publishAsync('rain', JSON.stringify({ t: clock(i), value: i }), { qos: 1 });
    }
  })();
  for (let i = 0; i < 5; i += 1) {
    write(still + PUSH(`value + ${i + 1}`));
    expect(await reload()).toMatchObject({
      changed: ['tourism/pushed'],
      unchanged: ['water/telemetry', 'tourism/listening'],
    });
  }
  await work;
  const LISTENED = ROUNDS + 1;
  await until(
    () => feed('tourism/listening'),
    (found) => found?.receivedCount === LISTENED,
  );
  expect((await feed('water/telemetry'))?.receivedCount).toBe(ROUNDS + 1);
  expect([sessions, device.socket.destroyed]).toEqual([2, false]);
  // The control: a feed that does change gets a new connection.
  write(still.replace('topics: ["rain"]', 'topics: ["rain", "more"]') + PUSH('value'));
  expect((await reload()).changed).toContain('tourism/listening');
  await until(
    async () => sessions,
    (count) => count === 3,
  );
});

test('a changed feed goes on from its watermark', async () => {
  const source = await testDatabase();
  ends.push(() => source.drop());
  const client = new pg.Client({ connectionString: source.url });
  await client.connect();
  ends.push(() => client.end());
  const secret = join(folders.make(), 'url');
  writeFileSync(secret, source.url);
  const hour = (n: number): string => clock(n * 60);
  await client.query('CREATE TABLE r (t text, v int)');
  await client.query('INSERT INTO r SELECT * FROM unnest($1::text[], $2::int[])', [
    [hour(5), hour(4), hour(3)],
    [5, 4, 3],
  ]);
  const block = (start: string, every: number) => `
  tourism/sql:
    transport: sql-poll
    database:
      url: { file: ${secret} }
      query: SELECT t, v FROM r WHERE t >= $1 ORDER BY t
      watermark: { column: t, start: "${start}" }
    pollSeconds: ${every}
    format: rows
    mapping: '{"station": "S", "property": "rain-1h", "observedAt": t, "value": v}'
    ${COMMON}`;
  const { write, reload, feed } = await world(block(hour(4), 300));
  const stored = (count: number) =>
    until(
      () => feed('tourism/sql'),
      (found) => found?.receivedCount === count,
    );
  await stored(3);
  await client.query('INSERT INTO r VALUES ($1, 2)', [hour(2)]);
  write(block(hour(9), 299));
  expect((await reload()).changed).toEqual(['tourism/sql']);
  // The station, hours 4 and 3, and hour 2 that came since: not hour 5, where the new start would have begun.
  await stored(4);
});

test('the list of allowed addresses takes effect with a reload, in both directions', async () => {
  const server = createServer((_, response) => response.end(JSON.stringify({ t: clock(5), value: 1 }))).listen(
    0,
    '127.0.0.1',
  );
  await once(server, 'listening');
  ends.push(() => server.close());
  const { port } = server.address() as AddressInfo;
  const polled = `
  tourism/polled:
    transport: http-poll
    http: { url: "http://127.0.0.1:${port}/" }
    pollSeconds: 1
    format: json
    mapping: '{"station": "S", "property": "rain-1h", "observedAt": t, "value": value}'
    ${COMMON}`;
  const only = (rule: string): string => `  outbound: { allow: ["${rule}"] }\n`;
  const { write, reload, feed } = await world(polled + PUSH(), only('127.0.0.1:*'));
  await until(
    () => feed('tourism/polled'),
    (found) => found?.state === 'LIVE',
  );
  write(polled + PUSH(), only('10.0.0.1:80'));
  expect(await reload()).toMatchObject({
    changed: ['tourism/polled'],
    unchanged: ['tourism/pushed'],
    needsRestart: [],
  });
  const down = await until(
    () => feed('tourism/polled'),
    (found) => found?.state === 'DOWN',
  );
  expect(down?.stateReason).toMatch(/is not in hub.outbound.allow/);
  write(polled + PUSH(), only(`127.0.0.1:${port}`));
  expect((await reload()).changed).toEqual(['tourism/polled']);
  await until(
    () => feed('tourism/polled'),
    (found) => found?.state === 'LIVE',
  );
});

/** A telemetry device on one connection. */
class Device {
  static async open(address: string): Promise<Device> {
    const { hostname, port } = new URL(address);
    const socket = connect(Number(port), hostname);
    await once(socket, 'connect');
    return new Device(socket);
  }

  constructor(readonly socket: Socket) {}

  /** Sends one reading, of `minutes` ago, and waits until the hub has acknowledged it. */
  async report(minutes: number): Promise<void> {
    const at = clock(minutes).replace(/\D/g, '').slice(2);
    const body = Buffer.concat([
      head(minutes, `${at}00`),
      stationOf('0060240001', 0x48),
      observedAt(at),
      element(0x39, minutes, 4, 3),
    ]);
    const frame = { center: 1, station: '0060240001', password: 0x1234, function: FUNCTIONS.timed };
    const answered = once(this.socket, 'data', { signal: AbortSignal.timeout(10_000) });
    this.socket.write(encode({ ...frame, direction: 'up', body, end: CONTROL.ETX }));
    await answered;
  }
}

test('a feed whose stake table alone was corrected counts as changed', async () => {
  const folder = folders.make();
  const stakes = join(folder, 'stakes.csv');
  const write = (lat: number): void => writeFileSync(stakes, `路线编码,桩号,经度,纬度\nG217,K573+000,84.6,${lat}\n`);
  write(44);
  const hub = await world(`
  transport/road-events:
    expectedEverySeconds: 600
    zone: Asia/Shanghai
    crs: CGCS2000
    folder: "${folder}"
    stakeTable: { file: "${stakes}" }
    division: "654202"`);
  expect(await hub.reload()).toEqual({ ...NOTHING, unchanged: ['transport/road-events'] });
  write(44.01);
  expect(await hub.reload()).toEqual({ ...NOTHING, changed: ['transport/road-events'] });
});

test('a channel that is new or changed is named as needing a restart, and a mistake in one changes nothing', async () => {
  const hub = await world('');
  const channel = (minLevel: string) =>
    ` {}\nchannels:\n  school: { kind: webhook, url: "http://127.0.0.1:9/", key: { generated: k }, minLevel: ${minLevel} }`;
  hub.write(channel('PURPLE'));
  expect((await hub.reload()).error).toMatch(/hub.yaml:5: channels.school.minLevel: /);
  hub.write(channel('RED'));
  expect(await hub.reload()).toEqual({ ...NOTHING, needsRestart: ['channels.school'] });
});
