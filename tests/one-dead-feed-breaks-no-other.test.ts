import { once } from 'node:events';
import { createServer as createHttpServer } from 'node:http';
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net';
import { afterEach, expect, test } from '@jest/globals';
import { migratedDatabase } from './support/database.js';
import { ask, FEED_KEY, startHub, until } from './support/running-hub.js';
import { identifierOf, officeFeed, WarningOffice } from './support/warning-office.js';

const ends: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const end of ends.splice(0).reverse()) await end();
});

/** Feeds whose sources do not exist: refused connections of three protocols. */
const DEAD = `
  weather/stations: { expectedEverySeconds: 60, zone: UTC, crs: WGS84, url: "http://127.0.0.1:9/music?times={times}" }
  forestry/hotspots: { expectedEverySeconds: 60, zone: UTC, crs: WGS84, urls: ["http://127.0.0.1:9/firms.csv"], bbox: [83, 43, 86, 46] }
  natural-resources/geohazard: { expectedEverySeconds: 60, zone: UTC, crs: WGS84, broker: { url: "mqtt://127.0.0.1:9" } }`;

interface Answer {
  departments: { code: string; feeds: { id: string; state: string; stateReason: string | null }[] }[];
  warnings: { edges: { node: { identifier: string } }[] };
}
const QUERY = '{ departments { code feeds { id state stateReason } } warnings { edges { node { identifier } } } }';

test('a hub starts with dead feeds, says which and why, and the living ones answer in full', async () => {
  const database = await migratedDatabase();
  ends.push(() => database.drop());
  const office = new WarningOffice();
  const folder = await office.start();
  ends.push(() => office.stop());
  office.issue({ identifier: identifierOf(1), sentAt: new Date(Date.now() - 60_000) });
  const hub = await startHub(database.url, officeFeed(folder) + DEAD);
  ends.push(() => hub.stop());
  const answer = await until(
    () => ask<Answer>(hub.url, QUERY),
    ({ warnings, departments }) =>
      warnings.edges.length === 1 && departments.flatMap((d) => d.feeds).filter((f) => f.state === 'DOWN').length === 3,
  );
  const feeds = new Map(answer.departments.flatMap((department) => department.feeds).map((feed) => [feed.id, feed]));
  expect(answer.departments).toHaveLength(12);
  expect(feeds.get('weather/warnings')?.state).toBe('LIVE');
  for (const id of ['weather/stations', 'forestry/hotspots', 'natural-resources/geohazard'])
    expect(feeds.get(id)).toMatchObject({ state: 'DOWN', stateReason: expect.stringMatching(/\w/) });
});

test('a source that dies and returns is DOWN meanwhile, and what it issued is taken in', async () => {
  const database = await migratedDatabase();
  ends.push(() => database.drop());
  const office = new WarningOffice();
  const folder = await office.start();
  const hub = await startHub(database.url, officeFeed(folder));
  ends.push(() => hub.stop());
  const stateOf = async (): Promise<string | undefined> =>
    (await ask<{ feed: { state: string } }>(hub.url, '{ feed(id: "weather/warnings") { state } }')).feed.state;
  await until(stateOf, (state) => state === 'LIVE');
  await office.stop();
  await until(stateOf, (state) => state === 'DOWN');
  const { port } = new URL(folder);
  const back = new WarningOffice();
  back.issue({ identifier: identifierOf(7), sentAt: new Date(Date.now() - 60_000) });
  await back.start(Number(port));
  ends.push(() => back.stop());
  await until(
    () => ask<Answer>(hub.url, QUERY),
    ({ warnings }) => warnings.edges[0]?.node.identifier === identifierOf(7),
  );
  await until(stateOf, (state) => state === 'LIVE');
});

/** A server of `Server`'s kind on a free port of loopback, closed with all its connections at the end. */
async function listening(server: Server): Promise<number> {
  const sockets = new Set<Socket>();
  server.on('connection', (socket) => {
    sockets.add(socket.on('error', () => {}));
    socket.on('close', () => sockets.delete(socket));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  ends.push(async () => {
    for (const socket of sockets) socket.destroy();
    await new Promise((done) => server.close(done));
  });
  return (server.address() as AddressInfo).port;
}

test('sources that hang, dribble and stall delay the warnings of no other', async () => {
  const database = await migratedDatabase();
  ends.push(() => database.drop());
  const office = new WarningOffice();
  const folder = await office.start();
  ends.push(() => office.stop());
  let asked = 0;
  const silent = await listening(
    createServer(() => {
      asked += 1;
    }),
  );
  const dribbling = await listening(
    createHttpServer((_request, response) => {
      asked += 1;
      response.writeHead(200, { 'content-type': 'text/csv' });
      const timer = setInterval(() => response.write('1'), 200);
      response.on('close', () => clearInterval(timer));
    }),
  );
  const hub = await startHub(
    database.url,
    `${officeFeed(folder)}
  weather/stations: { expectedEverySeconds: 60, zone: UTC, crs: WGS84, url: "http://127.0.0.1:${silent}/music?times={times}" }
  forestry/hotspots: { expectedEverySeconds: 60, zone: UTC, crs: WGS84, urls: ["http://127.0.0.1:${dribbling}/firms.csv"], bbox: [83, 43, 86, 46] }
  natural-resources/geohazard: { expectedEverySeconds: 60, zone: UTC, crs: WGS84, broker: { url: "mqtt://127.0.0.1:${silent}" } }
  water/hydrology-db: { expectedEverySeconds: 60, zone: Asia/Shanghai, crs: CGCS2000, database: { url: "postgres://x:y@127.0.0.1:${silent}/z" } }
  water/telemetry: { expectedEverySeconds: 60, zone: Asia/Shanghai, crs: CGCS2000, listen: { port: 0 } }
  public-security/incidents: { expectedEverySeconds: 60, zone: Asia/Shanghai, crs: GCJ02, key: { generated: police } }`,
  );
  ends.push(() => hub.stop());
  // Thirty devices that begin a frame, and a caller that begins a body: none of them goes on.
  const tcp = await hub.feeds?.address('water/telemetry', AbortSignal.timeout(5000));
  for (let n = 0; n < 30; n += 1) {
    const device = connect(Number(new URL(tcp ?? '').port), '127.0.0.1').on('error', () => {});
    ends.push(() => device.destroy() as unknown as Promise<void>);
    device.write(Buffer.from([0x7e, 0x7e, 1]));
  }
  await hub.feeds?.address('public-security/incidents', AbortSignal.timeout(5000));
  const caller = connect(Number(new URL(hub.url).port), '127.0.0.1').on('error', () => {});
  ends.push(() => caller.destroy() as unknown as Promise<void>);
  caller.write(
    `POST /feeds/public-security/incidents HTTP/1.1\r\nhost: x\r\nauthorization: Bearer ${FEED_KEY}\r\ncontent-type: application/json\r\ncontent-length: 1000\r\n\r\n[`,
  );
  await until(
    async () => asked,
    (count) => count >= 4,
  );
  // The sources' own time limits are longer than this: whoever waited for one of them would be seen.
  const delays: number[] = [];
  for (const n of [1, 2, 3]) {
    const startedAt = performance.now();
    office.issue({ identifier: identifierOf(n), sentAt: new Date(Date.now() - 60_000 + n * 1000) });
    await until(
      () => ask<Answer>(hub.url, QUERY),
      ({ warnings }) => warnings.edges.some(({ node }) => node.identifier === identifierOf(n)),
    );
    delays.push(performance.now() - startedAt);
  }
  expect(Math.max(...delays)).toBeLessThan(8000);
}, 60_000);
