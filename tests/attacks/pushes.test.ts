import { createConnection } from 'node:net';
import { text } from 'node:stream/consumers';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import type { Hub } from '../../server/hub.js';
import { makeKeys } from '../support/api-keys.js';
import { migratedDatabase } from '../support/database.js';
import { ADMIN_KEY, ask, FEED_KEY, startHub, until } from '../support/running-hub.js';

let hub: Hub;
let keys: string[];
const ends: (() => Promise<unknown> | unknown)[] = [];
const DOOR = '/feeds/forestry/video-alarms';

beforeAll(async () => {
  const database = await migratedDatabase();
  ends.push(() => database.drop());
  hub = await startHub(
    database.url,
    `
  forestry/video-alarms: { expectedEverySeconds: 60, zone: Asia/Shanghai, crs: WGS84, key: ${FEED_KEY} }
  public-security/incidents: { expectedEverySeconds: 60, zone: Asia/Shanghai, crs: WGS84, key: ${FEED_KEY}-of-another }`,
    {},
    '  trustedProxies: [127.0.0.1]',
  );
  ends.push(() => hub.stop());
  keys = await makeKeys(
    database.url,
    { department: 'FORESTRY', roles: ['FEEDER'] },
    { department: 'FORESTRY', roles: ['READER'] },
    { department: 'WATER', roles: ['FEEDER'] },
  );
  await until(
    () => push(alarm(0)),
    (status) => status === 202,
  );
});
afterAll(async () => {
  for (const end of ends.reverse()) await end();
});

const alarm = (n: number, more = ''): string =>
  `<?xml version="1.0" encoding="UTF-8"?><Notify><CmdType>Alarm</CmdType><SN>${n}</SN><DeviceID>65420200001310000001</DeviceID>` +
  `<AlarmPriority>1</AlarmPriority><AlarmMethod>5</AlarmMethod><AlarmTime>2026-01-01T00:00:${String(n).padStart(2, '0')}</AlarmTime>` +
  `<AlarmDescription>${more}</AlarmDescription><Longitude>84.6</Longitude><Latitude>44.1</Latitude></Notify>`;

const push = async (body: string, authorization = `Bearer ${FEED_KEY}`, path = DOOR, from = '203.0.113.1') =>
  (
    await fetch(`${hub.url}${path}`, {
      method: 'POST',
      headers: {
        'content-type': 'application/xml',
        'x-forwarded-for': from,
        ...(authorization ? { authorization } : {}),
      },
      body,
    })
  ).status;

const stored = async (): Promise<number> =>
  (await ask<{ feed: { receivedCount: number } }>(hub.url, '{ feed(id: "forestry/video-alarms") { receivedCount } }'))
    .feed.receivedCount;

test('a forged push is refused, and nothing of it is kept', async () => {
  const before = await stored();
  for (const authorization of [
    '',
    'Bearer ',
    FEED_KEY,
    `Basic ${Buffer.from(FEED_KEY).toString('base64')}`,
    `Bearer ${FEED_KEY}x`,
    // Keys that are good, but not here: another feed’s, the administrator’s, a reader’s, a feeder’s of another department.
    `Bearer ${FEED_KEY}-of-another`,
    `Bearer ${ADMIN_KEY}`,
    `Bearer ${keys[1]}`,
    `Bearer ${keys[2]}`,
  ])
    expect([authorization, await push(alarm(1), authorization)]).toEqual([authorization, 401]);
  expect(await push(alarm(1), '', `${DOOR}?key=${FEED_KEY}`)).toBe(401);
  expect(await stored()).toBe(before);
  // The control: the same push by whoever may.
  expect(await push(alarm(1), `Bearer ${keys[0]}`)).toBe(202);
  expect(await stored()).toBe(before + 1);
});

test('a push that is sent again changes nothing, however often', async () => {
  await push(alarm(2));
  const look = '{ fireAlarms(first: 200) { edges { node { id } } } }';
  const before = await ask(hub.url, look);
  expect(await Promise.all(Array.from({ length: 10 }, () => push(alarm(2))))).toEqual(Array(10).fill(202));
  expect(await ask(hub.url, look)).toEqual(before);
});

test('entities are not read, wherever they point and whatever they grow to', async () => {
  const declared = (doctype: string, entity: string): string =>
    alarm(3, entity).replace('?>', `?><!DOCTYPE Notify [${doctype}]>`);
  const laughs = Array.from({ length: 9 }, (_, n) => `<!ENTITY l${n + 1} "${`&l${n};`.repeat(10)}">`).join('');
  for (const [body, startedAt] of [
    [declared('<!ENTITY x SYSTEM "file:///etc/passwd">', '&x;'), performance.now()],
    [declared(`<!ENTITY x SYSTEM "${hub.url}/metrics">`, '&x;'), performance.now()],
    [declared(`<!ENTITY % x SYSTEM "${hub.url}/x.dtd"> %x;`, ''), performance.now()],
    [declared(`<!ENTITY l0 "ha">${laughs}`, '&l9;'), performance.now()],
  ] as const) {
    expect(await push(body)).toBe(400);
    expect(performance.now() - startedAt).toBeLessThan(5000);
  }
  const { feed } = await ask<{ feed: { rejections: { edges: { node: { reason: string } }[] } } }>(
    hub.url,
    '{ feed(id: "forestry/video-alarms") { rejections(first: 4) { edges { node { reason } } } } }',
  );
  expect(feed.rejections.edges.map(({ node }) => node.reason)).toEqual(
    Array(feed.rejections.edges.length).fill('doctype'),
  );
});

test.each([
  '/feeds/../graphql',
  '/feeds/forestry/../../metrics',
  '/feeds/%2e%2e/%2e%2e/etc/passwd',
  '/feeds/forestry/video-alarms/..',
  '/feeds//',
  '/feeds/__proto__',
])('the path %s leads to no door', async (path) => {
  // As it is: a client library would take the dots out.
  const { hostname, port } = new URL(hub.url);
  const socket = createConnection(Number(port), hostname);
  socket.write(
    `POST ${path} HTTP/1.1\r\nhost: x\r\nconnection: close\r\nauthorization: Bearer ${FEED_KEY}\r\ncontent-length: 0\r\n\r\n`,
  );
  expect(await text(socket)).toMatch(/^HTTP\/1\.1 (404|415) /);
});

test('who tries key after key is turned away, and its neighbours are not', async () => {
  const statuses = [];
  for (let n = 0; n < 61; n += 1) statuses.push(await push(alarm(4), `Bearer guess-${n}`, DOOR, '203.0.113.9'));
  expect(statuses).toEqual([...Array(60).fill(401), 429]);
  expect(await push(alarm(4), undefined, DOOR, '203.0.113.8')).toBe(202);
});
