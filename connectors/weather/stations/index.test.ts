import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import type { Outcome } from '../../../model/record.js';
import type { FeedContext } from '../../connector.js';
import connector from './index.js';

let answer: { status: number; body: string };
let asked: URL[];
let server: Server;
let origin: string;
beforeEach(async () => {
  asked = [];
  server = createServer((request, response) => {
    asked.push(new URL(request.url ?? '', 'http://x'));
    response.writeHead(answer.status).end(answer.body);
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterEach(async () => {
  server.closeAllConnections();
  await new Promise((done) => server.close(done));
});

function feed() {
  const settings = connector.settings.parse({
    expectedEverySeconds: 3600,
    zone: 'UTC',
    crs: 'WGS84',
    url: `${origin}/music-ws/api?interfaceId=getSurfEleInRegionByTime&times={times}&adminCodes={adminCodes}`,
    adminCodes: ['654202'],
    userId: 'somebody',
    password: 'open-sesame',
    stations: [{ code: '51346', name: '乌苏', lon: 84.67, lat: 44.43 }],
  });
  const taken: Outcome[] = [];
  const context: FeedContext = {
    signal: new AbortController().signal,
    push: { open: () => ({ path: '', close: () => undefined }) },
    now: () => new Date('2026-08-07T04:20:00Z'),
    take: async (outcome) => void taken.push(outcome),
    contact: () => undefined,
    watermark: async () => undefined,
    listening: () => undefined,
  };
  const source = connector.create(settings);
  return { run: () => source.run(context), taken };
}
const row = '{"Station_Id_C":"51346","Year":"2026","Mon":"8","Day":"7","Hour":"4","TEM":"21.5"}';
const reply = (code: string, message: string, rows = ''): string =>
  `{"returnCode":"${code}","returnMessage":"${message}","DS":[${rows}]}`;

test('the last whole hours are asked for in UTC, with the credentials, and listed stations are told of once', async () => {
  answer = { status: 200, body: reply('0', 'ok', row) };
  const { run, taken } = feed();
  await run();
  await run();
  expect(Object.fromEntries(asked[0]?.searchParams ?? [])).toEqual({
    interfaceId: 'getSurfEleInRegionByTime',
    times: '20260807020000,20260807030000,20260807040000',
    adminCodes: '654202',
    userId: 'somebody',
    pwd: 'open-sesame',
  });
  expect(taken.map(({ records }) => records.map(({ kind }) => kind))).toEqual([
    ['station', 'observation'],
    ['observation'],
  ]);
});
test('a refusal of the service is a broken link, and its text shows no credential', async () => {
  answer = { status: 200, body: reply('-2001', 'user somebody: wrong pwd open-sesame') };
  const { run, taken } = feed();
  await expect(run()).rejects.toThrow('MUSIC answered returnCode -2001: user ***: wrong pwd ***');
  expect(taken).toEqual([]);
});
test('an error status is a broken link, and its text shows neither query nor credential', async () => {
  answer = { status: 503, body: '' };
  await expect(feed().run()).rejects.toThrow(new Error(`${origin}/music-ws/api answered 503`));
});
test('a body that is no reply is rejected with its reason and the feed goes on', async () => {
  answer = { status: 200, body: '<html>login</html>' };
  const { run, taken } = feed();
  await run();
  expect(taken[0]?.rejects).toMatchObject([{ reason: 'malformed' }]);
});
