import { createHash } from 'node:crypto';
import { createServer } from 'node:net';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import type { MqttClient } from 'mqtt';
import { gateway, LoopbackBroker } from '../../demo/mqtt-broker.js';
import { CITY, PREFECTURE } from '../../tests/support/drop-ends.js';
import type { MadeFile } from './file-drop-folders.js';
import { noticeSettings } from './notice-settings.js';
import { Notices } from './notices.js';
import { NoticeJudge, noticeOf } from './wis2-message.js';

const NOW = new Date('2026-11-26T00:10:00.000Z');
const FILE: MadeFile & { readonly bytes: Buffer } = {
  name: '65420241600000_20261126080001_65420041600000_000000001_warning.zip',
  bytes: Buffer.from('an archive'),
  id: '6f1f7d5e-7c6c-4e1f-8e5c-0f6a3f1f2b3c',
  seq: 1,
  kind: 'warning',
  from: CITY,
  to: PREFECTURE,
  createdAt: '2026-11-26T00:00:01.000Z',
};
const BASE = 'sftp://files.example/out/';

let broker: LoopbackBroker;
let url: string;
let office: MqttClient;
let running: Notices[];
beforeEach(async () => {
  broker = new LoopbackBroker();
  url = await broker.start();
  office = await gateway(url, 'office');
  running = [];
});
afterEach(async () => {
  await Promise.all(running.map((notices) => notices.stop()));
  await office.endAsync(true);
  await broker.stop();
});

/** A notifier of the prefecture's side or the city's, and its wakings. */
function notices(own: 'city' | 'prefecture', more: object = {}): Notices {
  const parties = own === 'city' ? { own: CITY, peer: PREFECTURE } : { own: PREFECTURE, peer: CITY };
  const settings = noticeSettings.parse({ url, clientId: own, firstWaitMs: 10, longestWaitMs: 50, ...more });
  const made = new Notices({ ...parties, settings, now: () => NOW });
  running.push(made);
  return made;
}
const until = async (met: () => boolean): Promise<void> => {
  while (!met()) await new Promise((done) => setTimeout(done, 5));
};
const nobody = (): void => {};

test('a bundle that lies ready is told in the shape of WIS2, and the other side looks at once', async () => {
  const heard = new Promise<Buffer>((done) => office.on('message', (_topic, payload) => done(payload)));
  await office.subscribeAsync('exchange/city', { qos: 1 });
  const listening = notices('prefecture', { subscribe: 'exchange/city' });
  const look = new Promise<void>((done) => listening.start(done));
  const city = notices('city', { publish: 'exchange/city', base: BASE });
  await until(() => running[0]?.fault === undefined);
  // A message that comes before the subscription is lost like any other; so until one is heard.
  city.start(nobody);
  city.announce(FILE);
  await until(() => {
    if (city.counts.published > 0 && running[0]?.counts.received === 0) city.announce(FILE);
    return (running[0]?.counts.received ?? 0) > 0;
  });
  await look;
  const said = JSON.parse((await heard).toString());
  expect(said).toMatchObject({
    conformsTo: ['http://wis.wmo.int/spec/wnm/1/conf/core'],
    type: 'Feature',
    geometry: null,
    properties: {
      pubtime: NOW.toISOString(),
      datetime: FILE.createdAt,
      data_id: `exchange/65420241600000/65420041600000/warning/000000001/${FILE.id}`,
      integrity: { method: 'sha512', value: createHash('sha512').update(FILE.bytes).digest('base64') },
    },
    links: [{ rel: 'canonical', href: BASE + FILE.name, type: 'application/zip', length: 10 }],
  });
  expect(said.properties.content).toBeUndefined();
});

test('whatever is no notification of this peer is counted and wakes nobody', async () => {
  let wakings = 0;
  const own = notices('prefecture', { subscribe: 'exchange/city' });
  own.start(() => wakings++);
  await until(() => own.fault === undefined);
  const good = JSON.parse(noticeOf(FILE, BASE, NOW));
  const other = (change: object): string => JSON.stringify({ ...good, ...change });
  const properties = (change: object): string => other({ properties: { ...good.properties, ...change } });
  const shapes = [
    other({ id: 'x' }),
    other({ type: 'Point' }),
    other({ conformsTo: ['http://example.org'] }),
    other({ geometry: { type: 'Circle' } }),
    other({ links: [] }),
    other({ links: [{ rel: 'canonical', href: 'file:///etc/passwd' }] }),
    other({ links: [{ rel: 'alternate', href: BASE }] }),
    properties({ pubtime: '2026-11-26T08:10:00+08:00' }),
    properties({ data_id: '' }),
    properties({ datetime: undefined }),
    properties({ integrity: { method: 'md5', value: 'x' } }),
    properties({ content: { encoding: 'utf-8', size: 4097, value: '' } }),
    'null',
    '[]',
  ];
  const bad: [string | Buffer, string][] = [
    ...shapes.map((text): [string, string] => [text, 'bad-shape']),
    [other({ more: 'x'.repeat(8192) }), 'too-long'],
    ['{', 'no-json'],
    [Buffer.from([0xff, 0xfe]), 'no-json'],
    [properties({ data_id: 'exchange/65400041600000/65420041600000/warning/1' }), 'other-peer'],
    [properties({ pubtime: '2026-11-25T23:09:59Z' }), 'wrong-time'],
    [properties({ pubtime: '2026-11-26T00:15:01Z' }), 'wrong-time'],
  ];
  const judge = new NoticeJudge(CITY, PREFECTURE, undefined);
  for (const [payload, why] of bad)
    expect([payload, judge.worthless(Buffer.from(payload), NOW)]).toEqual([payload, why]);
  expect(judge.worthless(Buffer.from(JSON.stringify(good)), NOW)).toBeUndefined();
  const strict = new NoticeJudge(CITY, PREFECTURE, JSON.stringify({ required: ['producer'] }));
  expect(strict.worthless(Buffer.from(JSON.stringify(good)), NOW)).toBe('bad-shape');
  expect(() => new NoticeJudge(CITY, PREFECTURE, '{')).toThrow();

  await until(() => {
    if (own.counts.received === 0) office.publish('exchange/city', '{');
    return own.counts.received > 0;
  });
  for (const [payload] of bad) await office.publishAsync('exchange/city', payload, { qos: 1 });
  await until(() => own.counts.ignored['wrong-time'] === 2);
  expect([wakings, own.counts.woken]).toEqual([0, 0]);
  expect(own.counts.ignored).toMatchObject({
    'too-long': 1,
    'bad-shape': shapes.length,
    'other-peer': 1,
    'wrong-time': 2,
  });
  // Many at once are one look.
  for (let nth = 0; nth < 50; nth++) await office.publishAsync('exchange/city', JSON.stringify(good), { qos: 1 });
  await until(() => wakings > 0);
  expect(wakings).toBe(1);
});

test('a broker that is away, or sends what no notification is, costs nothing but the telling', async () => {
  const own = notices('city', { publish: 'exchange/city', base: BASE });
  own.start(nobody);
  await until(() => own.fault === undefined);
  await broker.stop();
  await until(() => own.fault !== undefined);
  for (let nth = 0; nth < 600; nth++) own.announce(FILE);
  expect(own.counts.dropped).toBe(100);

  const flood = createServer((socket) => {
    socket.on('error', () => {});
    // CONNACK, then a packet of 256 MB.
    socket.once('data', () => socket.write(Buffer.from([0x20, 2, 0, 0, 0x30, 0xff, 0xff, 0xff, 0x7f])));
  });
  const port = await new Promise<number>((done) => {
    flood.listen(0, '127.0.0.1', () => done((flood.address() as { port: number }).port));
  });
  const flooded = notices('prefecture', { url: `mqtt://127.0.0.1:${port}`, subscribe: 'exchange/city' });
  flooded.start(nobody);
  await until(() => /packet of more than/.test(flooded.fault ?? ''));
  await Promise.all(running.splice(0).map((each) => each.stop()));
  await new Promise((done) => flood.close(done));
});

test('it comes back to a broker that comes back, and settings say what they miss', async () => {
  const own = notices('city', { publish: 'exchange/city', base: BASE });
  own.start(nobody);
  await until(() => own.fault === undefined);
  const { port } = new URL(url);
  await broker.stop();
  await until(() => own.fault !== undefined);
  own.announce(FILE);
  await broker.start(Number(port));
  await until(() => own.counts.published === 1);
  for (const wrong of [
    { publish: 'a' },
    { url: 'http://x' },
    { subscribe: 'a/#' },
    { publish: 'a', base: 'sftp://u:p@x/' },
  ])
    expect(noticeSettings.safeParse({ url, clientId: 'c', ...wrong }).success).toBe(false);
});

test('a broker that the settings do not let the hub connect to is not connected to, and the reason is said', async () => {
  const settings = noticeSettings.parse({
    url,
    clientId: 'city',
    firstWaitMs: 10,
    longestWaitMs: 50,
    publish: 'exchange/city',
    base: BASE,
  });
  const dial = {
    check: (): void => {
      throw new Error('127.0.0.1 is not in hub.outbound.allow');
    },
    lookup: () => {},
  };
  const refused = new Notices({ own: CITY, peer: PREFECTURE, settings, dial, now: () => NOW });
  running.push(refused);
  refused.start(nobody);
  await until(() => refused.fault?.includes('hub.outbound.allow') ?? false);
  refused.announce(FILE);
  expect(refused.counts.published).toBe(0);
});
