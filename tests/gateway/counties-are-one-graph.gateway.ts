import { createServer } from 'node:http';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import type { Hub } from '../../server/hub.js';
import { packageRoot } from '../../server/root.js';
import { type Graph, openGraph } from '../support/graph.js';
import { observationRecord, stationRecord, warningRecord } from '../support/records.js';
import { ADMIN_KEY, startHub, until } from '../support/running-hub.js';
import { subscribe } from '../support/subscriber.js';
import { type Gateway, startGateway } from './gateway-process.js';

const COUNTIES = [
  { name: 'wusu', code: '654202', sender: '65420241600000', nameZh: '乌苏市' },
  { name: 'shawan', code: '654203', sender: '65420341600000', nameZh: '沙湾市' },
] as const;
const NOW = new Date();
const before = (minutes: number): Date => new Date(NOW.getTime() - minutes * 60_000);
const AUTHORIZATION = `Bearer ${ADMIN_KEY}`;

const worlds: Graph[] = [];
const hubs: Hub[] = [];
let gateway: Gateway;

/** One county: its own database and hub, with a warning and a station that are called alike in all counties. */
async function openCounty({ code, sender }: (typeof COUNTIES)[number]): Promise<Graph> {
  const world = await openGraph(NOW, [{ id: 'weather/warnings' }, { id: 'water/telemetry' }]);
  await world.take('weather/warnings', [
    warningRecord(`${sender}_20261126070000`, before(60), { status: 'ACTUAL', divisionCodes: [code] }),
  ]);
  await world.take('water/telemetry', [
    stationRecord('S', { name: `渠首 ${code}` }),
    observationRecord('S', before(2), Number(code)),
  ]);
  return world;
}

beforeAll(async () => {
  for (const county of COUNTIES) {
    const world = await openCounty(county);
    worlds.push(world);
    hubs.push(await startHub(world.url, '', {}, '', county.code));
  }
  gateway = await startGateway({
    sdl: `${packageRoot()}/schema.graphql`,
    counties: COUNTIES.map(({ name, code }, i) => ({ name, code, url: `${hubs[i]?.url}/graphql` })),
  });
});
afterAll(async () => {
  await gateway?.stop();
  for (const hub of hubs) await hub.stop();
  for (const world of worlds) await world.close();
});

interface Answer {
  readonly data?: Record<string, any> | null;
  readonly errors?: readonly { message: string; path?: readonly unknown[]; extensions?: { code?: string } }[];
}

async function ask(query: string, variables = {}, authorization: string | null = AUTHORIZATION): Promise<Answer> {
  const response = await fetch(`${gateway.url}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...(authorization ? { authorization } : {}) },
    body: JSON.stringify({ query, variables }),
    signal: AbortSignal.timeout(15_000),
  });
  return (await response.json()) as Answer;
}

const DUTY = `
  query Duty($feed: ID!) {
    wusu { ...county }
    shawan { ...county }
  }
  fragment county on CountyHub {
    warnings(first: 5) { edges { cursor node { id identifier level divisions { code name } feed { id } } } }
    feeds { id department { code } }
    feed(id: $feed) { id }
    stations(first: 5) { edges { node { id name datastreams { id latest { value } } } } }
  }`;

test('one query lists the warnings, feeds and stations of both counties, and no two ids are the same', async () => {
  const first = await ask(DUTY, { feed: '654203:water/telemetry' });
  console.log(JSON.stringify(first.errors));
  console.log('anonymous', JSON.stringify(await ask(DUTY, { feed: '654203:water/telemetry' }, null)).slice(0, 3000));
  console.log('intro', JSON.stringify(await ask('{ __schema { types { name } } }')).slice(0, 500));
  console.log('wrong', JSON.stringify(await ask('{ wusu { nope } }')).slice(0, 500));
  console.log(
    'bad',
    JSON.stringify(await ask('{ wusu { __typename warnings(first: 10000) { edges { cursor } } feeds { id } } }')).slice(
      0,
      900,
    ),
  );
  console.log(
    'alias',
    JSON.stringify(
      await ask(
        'query($f: StationFilter, $o: ID!) { a: wusu { s: stations(filter: $f) { edges { node { id } } } station(id: $o) { id } } b: wusu { x: station(id: "654202:water/telemetry:S") { name } } shawan { station(id: $o) { name } } }',
        { f: { departments: ['WATER'] }, o: '654202:water/telemetry:S' },
      ),
    ).slice(0, 900),
  );
  console.log('revoked', JSON.stringify(await ask('{ wusu { feeds { id } } }', {}, 'Bearer nope')).slice(0, 900));
  const sub = subscribe<any>(
    gateway.url,
    'subscription($s: [ID!]) { wusuObservationAdded(filter: { stations: $s }) { value datastream { id station { id } } } }',
    { s: ['654202:water/telemetry:S'] },
    { connectionParams: { authorization: AUTHORIZATION } },
  );
  await until(
    async () => Number(/^fenghuo_subscribers (\d+)$/m.exec(await (await fetch(`${hubs[0]?.url}/metrics`)).text())?.[1]),
    (n) => n > 0,
  );
  await worlds[0]?.take('water/telemetry', [observationRecord('S', before(1), 7)]);
  console.log('sub', JSON.stringify(await sub.next(10000).catch((e) => String(e))));
  await sub.close();
  await until(
    async () => Number(/^fenghuo_subscribers (\d+)$/m.exec(await (await fetch(`${hubs[0]?.url}/metrics`)).text())?.[1]),
    (n) => n === 0,
  );
  const port = Number(new URL(hubs[1]!.url).port);
  await hubs[1]?.stop();
  const t = Date.now();
  console.log(
    'down',
    JSON.stringify(await ask(DUTY, { feed: '654203:water/telemetry' }), null, 1).slice(-3000),
    Date.now() - t,
  );
  const frozen = createServer(() => {});
  await new Promise<void>((r) => frozen.listen(port, '127.0.0.1', () => r()));
  const t2 = Date.now();
  console.log(
    'slow',
    JSON.stringify(await ask(DUTY, { feed: '654203:water/telemetry' })).slice(0, 300),
    Date.now() - t2,
  );
  frozen.closeAllConnections();
  await new Promise((r) => frozen.close(r));
  const sub2 = subscribe<any>(
    gateway.url,
    'subscription { wusuWarningChanged { cursor } }',
    {},
    { connectionParams: { authorization: AUTHORIZATION } },
  );
  await until(
    async () => Number(/^fenghuo_subscribers (\d+)$/m.exec(await (await fetch(`${hubs[0]?.url}/metrics`)).text())?.[1]),
    (n) => n > 0,
  );
  await hubs[0]?.stop();
  console.log('ended', await sub2.ended, await sub2.next().catch((e) => JSON.stringify(e.message)));
  const sub3 = subscribe<any>(
    gateway.url,
    'subscription { wusuWarningChanged { cursor } }',
    {},
    { connectionParams: { authorization: AUTHORIZATION } },
  );
  console.log('begin down', await sub3.next().catch((e) => JSON.stringify(e) + e.message));
  hubs[1] = await startHub(worlds[1]!.url, '', { port }, '', '654203');
  console.log('up', JSON.stringify(await ask(DUTY, { feed: '654203:water/telemetry' })).slice(-500));
}, 120000);
