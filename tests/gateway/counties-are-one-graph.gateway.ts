import { once } from 'node:events';
import { createServer } from 'node:http';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import type { Hub } from '../../server/hub.js';
import { packageRoot } from '../../server/root.js';
import { type Graph, openGraph } from '../support/graph.js';
import { observationRecord, stationRecord, warningRecord } from '../support/records.js';
import { ADMIN_KEY, reader, startHub, subscribers, until } from '../support/running-hub.js';
import { sse } from '../support/sse.js';
import { subscribe } from '../support/subscriber.js';
import { type Answer, type Gateway, post, startGateway } from './gateway-process.js';

const COUNTIES = [
  { name: 'wusu', code: '654202', sender: '65420241600000' },
  { name: 'shawan', code: '654203', sender: '65420341600000' },
] as const;
const NOW = new Date();
const before = (minutes: number): Date => new Date(NOW.getTime() - minutes * 60_000);
const SHAWAN_PATIENCE_MS = 4000;

interface County {
  readonly world: Graph;
  hub: Hub;
}
const counties = {} as Record<(typeof COUNTIES)[number]['name'], County>;
let gateway: Gateway;

/** A county with its own database and hub, in which stations and feeds are called as in all others. */
async function openCounty({ code, sender }: (typeof COUNTIES)[number]): Promise<County> {
  const world = await openGraph(NOW, [{ id: 'weather/warnings' }, { id: 'water/telemetry' }]);
  await world.take('weather/warnings', [
    warningRecord(`${sender}_20261126070000`, before(60), { status: 'ACTUAL', divisionCodes: [code] }),
  ]);
  await world.take('water/telemetry', [
    stationRecord('S', { name: `测站 ${code}` }),
    observationRecord('S', before(2), Number(code)),
  ]);
  return { world, hub: await startHub(world.url, '', {}, '', code) };
}

beforeAll(async () => {
  for (const county of COUNTIES) counties[county.name] = await openCounty(county);
  gateway = await startGateway({
    sdl: `${packageRoot()}/schema.graphql`,
    counties: COUNTIES.map(({ name, code }) => ({
      ...{ name, code, url: `${counties[name].hub.url}/graphql` },
      ...(name === 'shawan' ? { timeoutMs: SHAWAN_PATIENCE_MS } : {}),
    })),
  });
});
afterAll(async () => {
  await gateway?.stop();
  for (const { hub, world } of Object.values(counties)) {
    await hub.stop();
    await world.close();
  }
});

const ask = (query: string, variables = {}, key: string | undefined = ADMIN_KEY): Promise<Answer> =>
  post(gateway.url, query, key, variables);
const codes = ({ errors }: Answer): string[] =>
  (errors ?? []).map(({ path, extensions }) => `${extensions?.code} ${path?.join('.')}`);

const DUTY = `
  query Duty($station: ID!) { wusu { ...county } shawan { ...county } }
  fragment county on CountyHub {
    warnings(first: 5) { edges { node { id level divisions { code name } feed { id } } } }
    feeds { id department { code } }
    stations(first: 5) { edges { node { id name datastreams { id latest { value } } } } }
    station(id: $station) { name }
  }`;
const STATION = { station: '654203:water/telemetry:S' };

const whole = ({ code, sender }: (typeof COUNTIES)[number], name: string) => ({
  warnings: {
    edges: [
      {
        node: {
          id: `${code}:${sender}_20261126070000`,
          level: 'YELLOW',
          divisions: [{ code, name }],
          feed: { id: `${code}:weather/warnings` },
        },
      },
    ],
  },
  feeds: [
    { id: `${code}:water/telemetry`, department: { code: 'WATER' } },
    { id: `${code}:weather/warnings`, department: { code: 'WEATHER' } },
  ],
  stations: {
    edges: [
      {
        node: {
          id: `${code}:water/telemetry:S`,
          name: `测站 ${code}`,
          datastreams: [{ id: `${code}:water/telemetry:S:water-level`, latest: { value: Number(code) } }],
        },
      },
    ],
  },
});
const [WUSU, SHAWAN] = [whole(COUNTIES[0], '乌苏市'), whole(COUNTIES[1], '沙湾市')];

test('one question lists warnings, feeds and stations of both counties; ids differ and lead back to their county alone', async () => {
  const { data, errors } = await ask(DUTY, STATION);
  expect(errors).toBeUndefined();
  expect(data).toEqual({ wusu: { ...WUSU, station: null }, shawan: { ...SHAWAN, station: { name: '测站 654203' } } });
});

test('ids are understood wherever they stand: in arguments, filters and variables, under any alias', async () => {
  const { data } = await ask(
    `query ($feeds: [String!], $id: ID!) {
      a: wusu { x: station(id: "654202:water/telemetry:S") { name } y: station(id: $id) { name } }
      b: wusu { __typename shelters(filter: { feeds: $feeds }) { edges { cursor } } }
      shawan { station(id: $id) { key: id } }
    }`,
    { feeds: ['emergency/registries'], id: STATION.station },
  );
  expect(data).toEqual({
    a: { x: { name: '测站 654202' }, y: null },
    b: { __typename: 'CountyHub', shelters: { edges: [] } },
    shawan: { station: { key: STATION.station } },
  });
});

test('each county answers its caller as it would at its own door', async () => {
  const open = '{ wusu { warnings { edges { node { level } } } } }';
  expect((await ask(open, {}, '')).data).toEqual({ wusu: { warnings: { edges: [{ node: { level: 'YELLOW' } }] } } });
  expect(codes(await ask('{ wusu { feeds { id } } }', {}, ''))).toEqual(['UNAUTHENTICATED wusu.feeds']);
  expect(codes(await ask('{ wusu { feeds { id } } }', {}, 'wrong'))).toEqual(['UNAUTHENTICATED wusu']);
  expect(codes(await ask('{ wusu { warnings(first: 999) { edges { cursor } } } }'))).toEqual([
    'BAD_INPUT wusu.warnings',
  ]);
});

test('the gateway tells nobody its schema, and takes no operation beyond a hub’s limits', async () => {
  expect(codes(await ask('{ __schema { types { name } } }'))[0]).toContain('BAD_INPUT');
  const deep = `{ wusu { ${'division(code: "654202") { parent { '.repeat(1)}${'parent { '.repeat(20)}code${' }'.repeat(22)} } }`;
  expect((await ask(deep)).errors).toHaveLength(1);
  expect((await ask(`{ wusu { ${'__typename '.repeat(3000)} } }`)).errors).toHaveLength(1);
  const long = await fetch(`${gateway.url}/graphql`, { method: 'POST', body: 'x'.repeat(300_000) });
  expect(long.status).toBe(413);
});

test('what happens in a county is told live under its name, over WebSocket and SSE, with its ids', async () => {
  const { hub, world } = counties.wusu;
  const query = `subscription ($of: [ID!]) { wusuObservationAdded(filter: { stations: $of }) { value datastream { station { id } } } }`;
  const socket = subscribe(gateway.url, query, { of: ['654202:water/telemetry:S'] }, reader);
  const stream = sse(gateway.url, 'subscription { wusuObservationAdded { value datastream { station { id } } } }', {
    authorization: `Bearer ${ADMIN_KEY}`,
  });
  await stream.open;
  await until(
    () => subscribers(hub.url),
    (count) => count === 2,
  );
  await world.take('water/telemetry', [observationRecord('S', before(1), 7)]);
  const told = { wusuObservationAdded: { value: 7, datastream: { station: { id: '654202:water/telemetry:S' } } } };
  expect(await socket.next()).toEqual(told);
  expect((await stream.next())?.data).toEqual(told);
  await socket.close();
  stream.close();
  // Whoever has gone is followed by the gateway's own streams.
  await until(
    () => subscribers(hub.url),
    (count) => count === 0,
  );
  await world.take('water/telemetry', [observationRecord('S', NOW, 654202)]);
});

test('a county that is down or does not answer costs its own part alone, its followers are told, and it comes back', async () => {
  const { shawan } = counties;
  const port = Number(new URL(shawan.hub.url).port);
  const follower = subscribe(gateway.url, 'subscription { shawanWarningChanged { cursor } }', {}, reader);
  await until(
    () => subscribers(shawan.hub.url),
    (count) => count === 1,
  );
  const withoutShawan = { data: { wusu: { ...WUSU, station: null }, shawan: null } };
  await shawan.hub.stop();
  await expect(follower.next()).rejects.toMatchObject({
    extensions: { code: 'SOURCE_UNAVAILABLE', subgraph: 'shawan' },
  });
  const down = await ask(DUTY, STATION);
  expect(down).toMatchObject(withoutShawan);
  expect(down.errors).toMatchObject([
    {
      message: 'shawan does not answer just now: try again',
      path: ['shawan'],
      extensions: { code: 'SOURCE_UNAVAILABLE', retryAfterSeconds: 5, subgraph: 'shawan' },
    },
  ]);
  const silent = createServer(() => {});
  await once(silent.listen(port, '127.0.0.1'), 'listening');
  const startedAt = Date.now();
  const late = await ask(DUTY, STATION);
  expect(Date.now() - startedAt).toBeLessThan(SHAWAN_PATIENCE_MS + 2000);
  expect(late).toMatchObject(withoutShawan);
  expect(codes(late)).toEqual(['SOURCE_UNAVAILABLE shawan']);
  silent.closeAllConnections();
  await new Promise((resolve) => silent.close(resolve));

  shawan.hub = await startHub(shawan.world.url, '', { port }, '', COUNTIES[1].code);
  expect((await ask(DUTY, STATION)).data).toMatchObject({ shawan: SHAWAN });
  expect(gateway.running()).toBe(true);
});
