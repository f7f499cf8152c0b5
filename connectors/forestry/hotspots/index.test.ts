import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import type { Outcome } from '../../../model/record.js';
import type { FeedContext } from '../../connector.js';
import connector from './index.js';

const HEADER =
  'latitude,longitude,brightness,scan,track,acq_date,acq_time,satellite,confidence,version,bright_t31,frp,daynight\n';
const row = (lat: number): string => `${lat},84.2,320.4,1.1,1.0,2026-07-01,0612,T,71,6.1NRT,299.1,9.5,D\n`;
const KEY = 'map/key 77';

let server: Server;
let origin: string;
let asked: IncomingMessage[];
let answers: Map<string, string>;
beforeEach(async () => {
  asked = [];
  answers = new Map();
  server = createServer((request, response) => {
    asked.push(request);
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

function feed(paths: string[]) {
  const settings = connector.settings.parse({
    expectedEverySeconds: 1800,
    zone: 'UTC',
    crs: 'WGS84',
    urls: paths.map((path) => origin + path),
    key: KEY,
    bbox: [83.4, 43.5, 85.2, 45.3],
  });
  const taken: Outcome[] = [];
  const seen = { contacts: 0, fail: false };
  const context: FeedContext = {
    signal: new AbortController().signal,
    push: { open: () => ({ path: '', close: () => undefined }) },
    now: () => new Date('2026-07-01T08:00:00Z'),
    take: async (outcome) => {
      if (seen.fail) throw new Error('the database is away');
      taken.push(outcome);
    },
    contact: () => {
      seen.contacts += 1;
    },
    watermark: async () => undefined,
    listening: () => undefined,
  };
  const source = connector.create(settings);
  return { run: () => source.run(context), taken, seen };
}

test('a file that has not changed is not sent again, and counts as contact', async () => {
  answers.set('/modis', HEADER + row(44.1));
  const { run, taken, seen } = feed(['/modis']);
  await run();
  await run();
  expect([taken.length, asked.length, seen.contacts]).toEqual([1, 2, 2]);
});

test('a file that could not be stored is asked for whole again', async () => {
  answers.set('/modis', HEADER + row(44.1));
  const { run, taken, seen } = feed(['/modis']);
  seen.fail = true;
  await expect(run()).rejects.toThrow('the database is away');
  seen.fail = false;
  await run();
  expect(taken[0]?.records).toHaveLength(1);
});

test('a large file is stored in parts, and every row of it', async () => {
  answers.set('/modis', HEADER + Array.from({ length: 2500 }, (_, at) => row(44 + at / 10_000)).join(''));
  const { run, taken } = feed(['/modis']);
  await run();
  expect(taken.map(({ records }) => records.length)).toEqual([1000, 1000, 500]);
});

describe('one bad address', () => {
  test('does not keep the others from being read, and the error never holds the key', async () => {
    answers.set('/good', HEADER + row(44.1));
    const { run, taken } = feed(['/broken/{key}/x', '/good']);
    const { message } = await run().then(
      () => new Error('did not fail'),
      (error: Error) => error,
    );
    expect(message).toBe(`1 of 2 sources failed: ${origin}/broken/{key}/x answered 500`);
    expect(asked[0]?.url).toBe(`/broken/${encodeURIComponent(KEY)}/x`);
    expect(taken).toHaveLength(1);
  });
  test('that gives something else than a table is kept as refused and makes the feed fail', async () => {
    answers.set(`/a/${encodeURIComponent(KEY)}`, 'Invalid MAP_KEY.');
    const { run, taken } = feed(['/a/{key}']);
    await expect(run()).rejects.toThrow(/1 of 1 sources failed: .*\/a\/\{key\}: no FIRMS table/);
    expect(taken[0]?.rejects[0]?.reason).toBe('malformed');
  });
});
