import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { migratedDatabase } from '../../../tests/support/database.js';
import { ask, startHub, until } from '../../../tests/support/running-hub.js';

const NOW = new Date('2026-07-01T04:00:00Z');
const feature = (id: string, change = {}) => ({
  ...(id === '' ? {} : { id }),
  type: 'Feature',
  properties: {
    core_details: {
      event_type: 'work-zone',
      road_names: ['G30'],
      update_date: '2026-07-01T03:00:00Z',
      data_source_id: '1',
    },
    start_date: '2026-07-01T02:00:00Z',
    vehicle_impact: 'all-lanes-closed',
    ...change,
  },
  geometry: {
    type: 'LineString',
    coordinates: [
      [84.17, 44.44],
      [84.14, 44.439],
    ],
  },
});

let server: Server;
let body: string | undefined;
let asked: number;
const serve = (...features: unknown[]): void => {
  body = JSON.stringify({
    feed_info: { version: '4.2', update_date: '2026-07-01T03:30:00Z' },
    type: 'FeatureCollection',
    features,
  });
};
const ends: (() => Promise<unknown>)[] = [];
let url = '';
beforeEach(async () => {
  asked = 0;
  server = createServer((request, response) => {
    asked += 1;
    if (body === undefined) return void response.writeHead(500).end();
    const etag = `"${createHash('sha256').update(body).digest('hex')}"`;
    if (request.headers['if-none-match'] === etag) return void response.writeHead(304).end();
    response.writeHead(200, { etag }).end(body);
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  ends.push(async () => {
    server.closeAllConnections();
    await new Promise((done) => server.close(done));
  });
  const database = await migratedDatabase();
  ends.push(() => database.drop());
  const feeds = `
  transport/work-zones:
    expectedEverySeconds: 60
    zone: UTC
    crs: WGS84
    pollSeconds: 1
    url: http://127.0.0.1:${(server.address() as AddressInfo).port}/wzdx`;
  serve(feature('A'), feature('B'));
  const hub = await startHub(database.url, feeds, { now: () => NOW });
  ends.push(() => hub.stop());
  url = hub.url;
});
afterEach(async () => {
  for (const end of ends.splice(0).reverse()) await end();
});

interface Seen {
  feed: { state: string; rejectedCount: number };
  roadEvents: {
    edges: { node: { sources: { id: string }[]; state: string; phase: string; endedAt: string | null } }[];
  };
}
const look = (): Promise<Seen> =>
  ask(
    url,
    '{ feed(id: "transport/work-zones") { state rejectedCount } roadEvents { edges { node { state phase endedAt sources { id } } } } }',
  );
const idOf = (node: { sources: { id: string }[] }): string | undefined => node.sources[0]?.id.split(':')[1];
const states = ({ roadEvents }: Seen): string[] =>
  roadEvents.edges.map(({ node }) => `${idOf(node)} ${node.state} ${node.phase}`).sort();
const standing = ['A BLOCKED CURRENT', 'B BLOCKED CURRENT'];
/** Waits for `count` more answers to be asked for. */
const answers = async (count: number): Promise<void> => {
  const enough = asked + count;
  await until(
    async () => asked,
    (now) => now >= enough,
  );
};

test('an event that two answers in a row no longer name is over, and stands again when it is named again', async () => {
  await until(look, (seen) => states(seen).length === 2);
  expect(states(await look())).toEqual(standing);
  await answers(3);
  expect(states(await look())).toEqual(standing);
  serve(feature('B'));
  const after = await until(look, (seen) => states(seen)[0] !== standing[0]);
  expect(states(after)).toEqual(['A OPEN ENDED', 'B BLOCKED CURRENT']);
  expect(after.roadEvents.edges.find(({ node }) => idOf(node) === 'A')?.node.endedAt).toBe(NOW.toISOString());
  serve(feature('A'), feature('B'));
  expect(states(await until(look, (seen) => states(seen)[0] === standing[0]))).toEqual(standing);
}, 60_000);

test('an answer that is broken, or names an event without its id, ends nothing', async () => {
  await until(look, (seen) => states(seen).length === 2);
  await answers(2);
  serve(feature('B'), feature(''));
  await until(look, ({ feed }) => feed.rejectedCount === 1);
  await answers(3);
  expect(states(await look())).toEqual(standing);
  body = '<html>service unavailable</html>';
  await until(look, ({ feed }) => feed.state === 'DOWN');
  expect(states(await look())).toEqual(standing);
}, 60_000);
