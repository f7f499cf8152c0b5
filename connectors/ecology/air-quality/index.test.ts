import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import type { Outcome } from '../../../model/record.js';
import type { FeedContext } from '../../connector.js';
import connector from './index.js';

const ROW = { so2: '7', no2: '19', co: '0.4', o3: '88', pm10: '96', pm2_5: '31', timepoint: '2026-07-01 15:00:00' };
const KEY = 'a key/1';

let server: Server;
let origin: string;
let answers: Map<string, string>;
beforeEach(async () => {
  answers = new Map();
  server = createServer((request, response) => {
    const body = answers.get(request.url ?? '');
    if (body === undefined) return void response.writeHead(500).end();
    if (request.headers['if-none-match'] === `"${body.length}"`) return void response.writeHead(304).end();
    response.writeHead(200, { etag: `"${body.length}"` }).end(body);
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterEach(async () => {
  server.closeAllConnections();
  await new Promise((done) => server.close(done));
});

function feed(sources: { path: string; code?: string }[]) {
  const settings = connector.settings.parse({
    expectedEverySeconds: 3600,
    zone: 'Asia/Shanghai',
    crs: 'WGS84',
    key: KEY,
    sources: sources.map(({ path, code }) => ({
      url: origin + path,
      ...(code === undefined ? {} : { place: { code, name: code } }),
    })),
  });
  const taken: Outcome[] = [];
  const context: FeedContext = {
    signal: new AbortController().signal,
    push: { open: () => ({ path: '', close: () => undefined }) },
    now: () => new Date('2026-07-01T08:00:00Z'),
    take: async (outcome) => void taken.push(outcome),
    contact: () => undefined,
    watermark: async () => undefined,
    listening: () => undefined,
  };
  const source = connector.create(settings);
  return { run: () => source.run(context), replay: source.replay, taken };
}
const placesOf = ({ records }: Outcome) => records.map((each) => (each.kind === 'air-quality' ? each.place.code : ''));

test('each source gives its own place to rows that name none; an answer that has not changed is not taken again', async () => {
  answers.set('/a', JSON.stringify(ROW));
  answers.set('/b', JSON.stringify(ROW));
  const { run, taken } = feed([
    { path: '/a', code: 'A' },
    { path: '/b', code: 'B' },
  ]);
  await run();
  await run();
  expect(taken.map(placesOf)).toEqual([['A'], ['B']]);
});

test('what was refused is read again with the place it was asked for', async () => {
  answers.set('/a', JSON.stringify({ ...ROW, pm10: 'x' }));
  answers.set('/b', JSON.stringify({ ...ROW, pm10: 'x' }));
  const { run, taken, replay } = feed([
    { path: '/a', code: 'A' },
    { path: '/b', code: 'B' },
  ]);
  await run();
  const again = await Promise.all(
    taken.map(({ rejects }) => replay?.(Buffer.from(rejects[0]?.input?.() ?? ''), new Date('2026-07-01T08:00:00Z'))),
  );
  expect(again.map((outcome) => placesOf(outcome as Outcome))).toEqual([['A'], ['B']]);
  expect(again[1]?.rejects.map(({ reason }) => reason)).toEqual(['not-a-number']);
});

test('one bad source keeps no other from being read, is kept as refused, and its error never holds the key', async () => {
  answers.set(`/error?${encodeURIComponent(KEY)}`, '{"status":"202","msg":"no such key"}');
  answers.set('/a', JSON.stringify(ROW));
  const { run, taken } = feed([{ path: '/error?{key}' }, { path: '/gone/{key}' }, { path: '/a', code: 'A' }]);
  const { message } = await run().then(
    () => new Error('did not fail'),
    (error: Error) => error,
  );
  expect(message).toMatch(/^2 of 3 sources failed: .*no such key/);
  expect(message).not.toContain(encodeURIComponent(KEY));
  expect(taken.map(({ records, rejects }) => [records.length, rejects.length])).toEqual([
    [0, 1],
    [1, 0],
  ]);
});
