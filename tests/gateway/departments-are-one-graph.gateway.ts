import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { type FragmentDefinitionNode, Kind, type OperationDefinitionNode, parse, print } from 'graphql';
import { appendEntries } from '../../events/log.js';
import type { Part } from '../../model/part.js';
import type { Hub } from '../../server/hub.js';
import { Parts } from '../../server/parts.js';
import { NOW, openAccessWorld } from '../support/access-world.js';
import { makeKeys } from '../support/api-keys.js';
import type { Graph } from '../support/graph.js';
import { observationRecord, warningRecord } from '../support/records.js';
import { ADMIN_KEY, startHub, startOfLog, subscribers, until } from '../support/running-hub.js';
import { sse } from '../support/sse.js';
import { subscribe } from '../support/subscriber.js';
import { type Answer, type Gateway, post, startGateway } from './gateway-process.js';

const questions = parse(readFileSync(new URL('questions.graphql', import.meta.url), 'utf8'), { noLocation: true });
const fragments = questions.definitions.filter(
  (each): each is FragmentDefinitionNode => each.kind === Kind.FRAGMENT_DEFINITION,
);
/** Each operation as its caller would send it, by name. */
const asked = (operation: string): [string, string][] =>
  questions.definitions
    .filter((each): each is OperationDefinitionNode => each.kind === Kind.OPERATION_DEFINITION)
    .filter((each) => each.operation === operation)
    .map((each) => [
      each.name?.value ?? '',
      [each, ...fragments.filter(({ name }) => print(each).includes(`...${name.value}`))].map(print).join('\n'),
    ]);

/** Which parts run together, as one might place them on five machines. */
const PROCESSES: Readonly<Record<string, readonly Part[]>> = {
  shared: ['shared'],
  'water-and-weather': ['weather', 'water', 'seismic'],
  mountains: ['natural-resources', 'forestry', 'public-security'],
  works: ['industry', 'housing', 'transport'],
  town: ['tourism', 'ecology', 'emergency'],
};

/** A report of the incident that the police told of. */
const filing = (
  kind: 'FIRST' | 'FOLLOW_UP',
): string => `mutation { fileIncidentReport(input: { idempotencyKey: "${kind}", kind: ${kind},
  incident: "public-security/incidents:i", text: "x", unit: "x" }) { __typename } }`;

let world: Graph;
let single: Hub;
const parts = new Map<string, Hub>();
let gateway: Gateway;
const callers: Record<string, string | undefined> = {};

/** Where the duty office files its reports. */
const FILED = `
  emergency/incident-reports: { exercise: true, deadlines: { firstWrittenMinutes: 45, followUpHours: { III: 1 } } }`;
const startPart = (list: readonly Part[], port = 0): Promise<Hub> =>
  startHub(world.url, FILED, { now: () => NOW, port, parts: new Parts(list) });

beforeAll(async () => {
  world = await openAccessWorld();
  const [reader, water] = await makeKeys(world.url, {}, { department: 'WATER' });
  Object.assign(callers, { 'nobody known': undefined, "the hub's own staff": reader, 'the water department': water });
  single = await startHub(world.url, FILED, { now: () => NOW });
  expect((await post(single.url, filing('FIRST'), ADMIN_KEY)).errors).toBeUndefined();
  for (const [name, list] of Object.entries(PROCESSES)) parts.set(name, await startPart(list));
  gateway = await startGateway(
    { subgraphs: [...parts].map(([name, { url }]) => ({ name, url: `${url}/graphql` })) },
    { GATEWAY_KEY: ADMIN_KEY },
  );
});
afterAll(async () => {
  await gateway?.stop();
  await single?.stop();
  for (const part of parts.values()) await part.stop();
  await world?.close();
});

const failures = ({ errors }: Answer): string[] =>
  (errors ?? []).map(({ path, extensions }) => `${extensions?.code} ${path?.join('.') ?? ''}`).sort();

test.each(asked('query'))('%s is answered alike by one hub and by its parts', async (name, query) => {
  for (const [caller, key] of Object.entries(callers)) {
    const [one, many] = await Promise.all([post(single.url, query, key), post(gateway.url, query, key)]);
    expect({ caller, data: many.data, errors: failures(many) }).toEqual({
      caller,
      data: one.data,
      errors: failures(one),
    });
    if (key === callers["the hub's own staff"]) expect((one.errors ?? []).length > 0).toBe(name.startsWith('Wrong'));
  }
});

const LAST_WARNING = '65420241600000_20260601075500';

/** What happens while all of them are followed, each told of by one kind of subscription at least. */
async function somethingHappens(): Promise<void> {
  const { warnings, water, weather } = {
    warnings: 'weather/warnings',
    water: 'water/telemetry',
    weather: 'weather/stations',
  };
  await world.take(warnings, [warningRecord(LAST_WARNING, NOW, { level: 'RED', status: 'ACTUAL' })]);
  await world.take(water, [observationRecord('S', NOW, 124)]);
  await world.take(weather, [observationRecord('W', NOW, 30, { property: 'air-temperature' })]);
  const down = { feedId: water, state: 'DOWN', reason: 'connection refused' } as const;
  await world.db.transaction((client) =>
    appendEntries(client, [{ topic: 'feed', key: water, at: NOW, payload: down }]),
  );
  const filed = await post(gateway.url, filing('FOLLOW_UP'), ADMIN_KEY);
  expect(filed.errors).toBeUndefined();
}

/** Once something of it has come, how many came by then that a subscription of one of both tells. */
const COMES: Readonly<Record<string, number>> = {
  Everything: 3,
  OfOneDivision: 1,
  Observations: 2,
  ObservationsOfWeather: 1,
  FeedStates: 1,
  Reports: 1,
};

test('every subscription tells what one hub tells, in its order, over WebSocket and SSE', async () => {
  const start = await startOfLog(world.url);
  const followed = asked('subscription').map(([name, text]) => {
    const query = text.replace('"START"', JSON.stringify(start));
    const key = callers["the hub's own staff"];
    const options = { connectionParams: { authorization: `Bearer ${key}` } };
    return {
      name,
      one: subscribe(single.url, query, {}, options),
      many: subscribe(gateway.url, query, {}, options),
      stream: sse(gateway.url, query, { authorization: `Bearer ${key}` }),
    };
  });
  expect(followed.map(({ name }) => name)).toEqual(Object.keys(COMES));
  await Promise.all(followed.map(({ stream }) => stream.open));
  const live = () => Promise.all([...parts.values()].map(({ url }) => subscribers(url)));
  await until(live, (counts) => counts.reduce((sum, count) => sum + count, 0) === 2 * followed.length);
  await somethingHappens();
  for (const { name, one, many, stream } of followed) {
    for (let i = 0; i < (COMES[name] ?? 0); i += 1) {
      const told = await one.next();
      expect({ name, told: await many.next() }).toEqual({ name, told });
      expect({ name, told: (await stream.next())?.data }).toEqual({ name, told });
    }
    expect(many.pending()).toEqual(one.pending());
    stream.close();
    await one.close();
    await many.close();
  }
  await until(live, (counts) => counts.every((count) => count === 0));
});

test('callers with other credentials, asking the same at the same time over WebSocket, each see their own', async () => {
  const everything = asked('subscription').find(([name]) => name === 'Everything')?.[1] ?? '';
  const query = everything.replace('"START"', JSON.stringify(await startOfLog(world.url)));
  interface Told {
    readonly warningChanged: { readonly warning: { readonly id: string } };
  }
  const follow = async (url: string, key: string | undefined): Promise<Told[]> => {
    const options = key ? { connectionParams: { authorization: `Bearer ${key}` } } : {};
    const follower = subscribe<Told>(url, query, {}, options);
    const told: Told[] = [];
    do told.push(await follower.next());
    while (told.at(-1)?.warningChanged.warning.id !== LAST_WARNING);
    await follower.close();
    return told;
  };
  const keys = Object.values(callers);
  const [one, many] = await Promise.all(
    [single.url, gateway.url].map((url) => Promise.all(keys.map((key) => follow(url, key)))),
  );
  expect(many).toEqual(one);
  expect(one?.map((told) => told.length)).toEqual([2, 3, 3]);
});

/** Where the parts' answer lacks what the hub's has. */
function missing(one: unknown, many: unknown, path: readonly (string | number)[] = []): string[] {
  if (many === null && one !== null) return [path.join('.')];
  if (typeof one !== 'object' || one === null || typeof many !== 'object' || many === null) {
    expect({ path, value: many }).toEqual({ path, value: one });
    return [];
  }
  expect({ path, keys: Object.keys(many) }).toEqual({ path, keys: Object.keys(one) });
  return Object.entries(one).flatMap(([key, value]) =>
    missing(value, (many as Record<string, unknown>)[key], [...path, key]),
  );
}

/** Asks everything while a part is away: how many answers are as before, and which fields are not there. */
async function askWithout(part: string): Promise<{ whole: number; lost: Set<string> }> {
  const key = callers["the hub's own staff"];
  const lost = new Set<string>();
  let whole = 0;
  for (const [name, query] of asked('query').filter(([each]) => !each.startsWith('Wrong'))) {
    const [one, many] = await Promise.all([post(single.url, query, key), post(gateway.url, query, key)]);
    const gaps = missing(one.data, many.data);
    const errors = many.errors ?? [];
    expect({ name, told: errors.every(({ extensions }) => extensions?.code === 'SOURCE_UNAVAILABLE') }).toEqual({
      name,
      told: true,
    });
    expect(errors.filter(({ extensions }) => extensions?.subgraph !== part)).toEqual([]);
    const paths = errors.map(({ path }) => path?.join('.') ?? '');
    expect({ name, silent: gaps.filter((gap) => !paths.some((path) => path.startsWith(gap))) }).toEqual({
      name,
      silent: [],
    });
    if (gaps.length === 0) whole += 1;
    for (const gap of gaps) lost.add(`${name}: ${gap.replace(/\.\d+/g, '')}`);
  }
  return { whole, lost };
}

/** What the answers lack while a process is away: its own root fields, and what it adds to the types of others. */
const LOST: Readonly<Record<string, readonly string[]>> = {
  'water-and-weather': ['Earthquakes: earthquakes', 'OneMap: earthquakes'],
  mountains: ['Fires: fires', 'FireHotspots: fireHotspots', 'FireAlarms: fireAlarms', 'OneMap: fires'],
  works: [
    'OneStation: station.majorHazards',
    'Enterprises: enterprises.edges.node.stations',
    'MajorHazards: majorHazards.edges.node.stations',
    'RoadEvents: roadEvents',
    'RoadEventsFiltered: roadEvents',
    'OneMap: roadEvents',
  ],
  town: [
    'Incidents: incidents.edges.node.reports',
    'Incidents: incidents.edges.node.reportDue',
    'ScenicAreas: scenicAreas.edges.node.visitorFlow',
    'VisitorFlow: visitorFlow',
    'AirQuality: airQuality',
    'AirQualityLatest: airQualityLatest',
  ],
};

test.each(
  Object.entries(LOST),
)('while %s is away the graph lacks its fields alone, and is whole when it is back', async (name, fields) => {
  const { whole, lost } = await costOf(name);
  expect([...lost]).toEqual(fields);
  expect(whole).toBeGreaterThan(45);
});

test('while what all share is away, departments still answer for what is theirs', async () => {
  const { lost } = await costOf('shared');
  expect([...lost].filter((each) => /^(Earth|Fire|Road|Air|Visitor)/.test(each))).toEqual([
    'Earthquakes: earthquakes.edges.node.division.name',
    'Earthquakes: earthquakes.edges.node.jurisdiction.name',
    'FireHotspots: fireHotspots.edges.node.feed.title',
    'FireStations: fireStations',
    'RoadEvents: roadEvents.edges.node.jurisdiction.name',
    'RoadEvents: roadEvents.edges.node.division.name',
    'VisitorFlow: visitorFlow.edges.node.area.name',
    'AirQualityLatest: airQualityLatest.edges.node.feed.state',
    'AirQualityLatest: airQualityLatest.edges.node.feed.department',
  ]);
});

/** What a process's end costs, once it is seen that with it everything is there again. */
async function costOf(name: string): Promise<Awaited<ReturnType<typeof askWithout>>> {
  const part = parts.get(name);
  const port = Number(new URL(part?.url ?? '').port);
  await part?.stop();
  const cost = await askWithout(name).finally(async () => {
    expect(gateway.running()).toBe(true);
    parts.set(name, await startPart(PROCESSES[name] ?? [], port));
  });
  expect((await askWithout(name)).lost).toEqual(new Set());
  return cost;
}
