import { afterAll, beforeAll, expect, test } from '@jest/globals';
import type { Hub } from '../server/hub.js';
import { migratedDatabase, type TestDatabase } from './support/database.js';
import { ADMIN_KEY, FEED_KEY, startHub, subscribers, until } from './support/running-hub.js';
import { type Subscriber, subscribe } from './support/subscriber.js';

const FEED = 'water/pushed';
const SETTINGS = `
  ${FEED}:
    title: { en: Pushed, zh: 推送 }
    to: observation
    transport: http-push
    push: { key: { generated: key } }
    format: json
    mapping: '{"station": "S", "property": "water-level", "observedAt": t, "value": value}'
    expectedEverySeconds: 60
    zone: UTC
    crs: WGS84
    stations: [{ code: S, name: S, lon: 84.68, lat: 44.44 }]`;

let database: TestDatabase;
let hub: Hub;
beforeAll(async () => {
  database = await migratedDatabase();
  hub = await startHub(database.url, SETTINGS);
});
afterAll(async () => {
  await hub.stop();
  await database.drop();
});

type Answer<T> = { data: T; errors?: { extensions: { code: string } }[] };
async function ask<T>(query: string, key = ADMIN_KEY): Promise<Answer<T>> {
  const response = await fetch(`${hub.url}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', authorization: `Bearer ${key}` },
    body: JSON.stringify({ query }),
  });
  return (await response.json()) as Answer<T>;
}
const codeOf = async (query: string, key: string) => (await ask(query, key)).errors?.[0]?.extensions.code;

const keyFor = async (department: string, roles = 'READER'): Promise<string> =>
  (
    await ask<{ createApiKey: { key: string } }>(
      `mutation { createApiKey(name: "t", department: ${department}, roles: [${roles}]) { key } }`,
    )
  ).data.createApiKey.key;

let minute = 0;
const push = async (value: number, key = FEED_KEY): Promise<number> => {
  minute += 1;
  const t = new Date(Date.now() - 3_600_000 + minute * 1000).toISOString();
  const response = await fetch(`${hub.url}/feeds/${FEED}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', authorization: `Bearer ${key}` },
    body: JSON.stringify({ t, value }),
  });
  return response.status;
};

interface Observed {
  observationAdded: { value: number };
}
const follow = (key: string): Subscriber<Observed> =>
  subscribe<Observed>(
    hub.url,
    'subscription { observationAdded { value } }',
    {},
    {
      connectionParams: { authorization: `Bearer ${key}` },
    },
  );
const GRANT = `mutation { grantDataset(input: { feed: "${FEED}", to: INDUSTRY, reason: "汛期联防" }) { id inForce } }`;

test('an open subscription tells what is granted from then on, and nothing more from the revocation on', async () => {
  const [grantee, owner] = [await keyFor('INDUSTRY'), await keyFor('WATER')];
  const administrator = await keyFor('WATER', 'READER, ADMINISTRATOR');
  const [theirs, own] = [follow(grantee), follow(owner)];
  await until(
    () => subscribers(hub.url),
    (count) => count === 2,
  );
  await push(1);
  expect((await own.next()).observationAdded.value).toBe(1);
  const { id, inForce } = (await ask<{ grantDataset: { id: string; inForce: boolean } }>(GRANT, administrator)).data
    .grantDataset;
  expect(inForce).toBe(true);
  // What had come before the grant is not told; the grant itself holds once it has been read.
  let value = 2;
  const seen: number[] = [];
  void theirs.next(20_000).then(({ observationAdded }) => seen.push(observationAdded.value));
  await until(
    async () => {
      value += 1;
      await push(value);
      return seen.length;
    },
    (count) => count > 0,
    5000,
  );
  expect(seen[0]).toBeGreaterThan(1);
  const stations = '{ stations { edges { node { id } } } }';
  expect((await ask<{ stations: { edges: object[] } }>(stations, grantee)).data.stations.edges).toHaveLength(1);
  await ask(`mutation { revokeGrant(id: "${id}") { revokedAt } }`, administrator);
  theirs.pending();
  // The owner is told of what comes after, thus the grantee would have been.
  await push(801);
  while ((await own.next()).observationAdded.value !== 801);
  await push(802);
  while ((await own.next()).observationAdded.value !== 802);
  expect(theirs.pending().map(({ observationAdded }) => observationAdded.value)).not.toContain(801);
  await until(
    () => ask<{ stations: { edges: object[] } }>(stations, grantee),
    ({ data }) => data.stations.edges.length === 0,
    1000,
  );
  await Promise.all([theirs.close(), own.close()]);
});

test('a department gives only what is its own, and only its administrator does', async () => {
  const water = await keyFor('WATER');
  const weather = await keyFor('WEATHER', 'READER, ADMINISTRATOR');
  for (const key of [water, weather]) expect(await codeOf(GRANT, key)).toBe('FORBIDDEN');
  // Whether a feed of another department exists is not told.
  expect(await codeOf(GRANT.replace(FEED, 'water/no-such-feed'), weather)).toBe('FORBIDDEN');
  const own = await keyFor('WATER', 'READER, ADMINISTRATOR');
  expect(await codeOf(GRANT.replace(FEED, 'water/no-such-feed'), own)).toBe('NOT_FOUND');
  for (const [bad, field] of [
    ['to: WATER', 'to'],
    ['to: INDUSTRY, property: "mood"', 'property'],
    ['to: INDUSTRY, property: "water-level", register: SHELTER', 'register'],
    ['to: INDUSTRY, validUntil: "2020-01-01T00:00:00Z"', 'validUntil'],
  ]) {
    const answer = await ask(GRANT.replace('to: INDUSTRY', bad as string), own);
    expect(answer.errors?.[0]?.extensions).toMatchObject({ code: 'BAD_INPUT', field });
  }
  const { id } = (await ask<{ grantDataset: { id: string } }>(GRANT, own)).data.grantDataset;
  expect(await codeOf(`mutation { revokeGrant(id: "${id}") { id } }`, weather)).toBe('NOT_FOUND');
  const mine = '{ grants { feed grantee { code } owner { code } } }';
  expect((await ask(mine, await keyFor('INDUSTRY'))).data).toEqual({
    grants: [{ feed: FEED, grantee: { code: 'INDUSTRY' }, owner: { code: 'WATER' } }],
  });
  expect((await ask(mine, weather)).data).toEqual({ grants: [] });
});

test('a department’s administrator makes keys of its own department, and none that may do more than they', async () => {
  const key = await keyFor('WATER', 'READER, ADMINISTRATOR');
  const make = (more: string): string => `mutation { createApiKey(name: "x", ${more}) { apiKey { id } } }`;
  expect(await codeOf(make('department: WATER, roles: [FEEDER]'), key)).toBeUndefined();
  for (const refused of [
    'department: WEATHER, roles: [READER]',
    'roles: [READER]',
    'department: WATER, roles: [ADMINISTRATOR]',
    'department: WATER, roles: [AUDITOR]',
    'department: WATER, roles: [RELEASER]',
    'department: WATER, roles: [READER], scopes: [PERSONAL]',
  ])
    expect([refused, await codeOf(make(refused), key)]).toEqual([refused, 'FORBIDDEN']);
  for (const wrong of [
    'department: WATER, roles: []',
    'department: WATER, roles: [DUTY_OFFICER]',
    'roles: [AUDITOR, ADMINISTRATOR]',
  ])
    expect([wrong, await codeOf(make(wrong), ADMIN_KEY)]).toEqual([wrong, 'BAD_INPUT']);
  // A key that may do more is not theirs to rotate either: they would be told its secret.
  const releaser = await ask<{ createApiKey: { apiKey: { id: string } } }>(
    make('department: WATER, roles: [READER, RELEASER]'),
  );
  expect(await codeOf(`mutation { rotateApiKey(id: "${releaser.data.createApiKey.apiKey.id}") { key } }`, key)).toBe(
    'FORBIDDEN',
  );
  const other = (
    await ask<{ apiKeys: { id: string; department: object }[] }>('{ apiKeys { id department { code } } }')
  ).data.apiKeys.find(({ department }) => JSON.stringify(department).includes('WEATHER'));
  expect(await codeOf(`mutation { revokeApiKey(id: "${other?.id}") { id } }`, key)).toBe('NOT_FOUND');
  const listed = await ask<{ apiKeys: { department: { code: string } }[] }>('{ apiKeys { department { code } } }', key);
  expect(new Set(listed.data.apiKeys.map(({ department }) => department.code))).toEqual(new Set(['WATER']));
});

test('whoever is a FEEDER of the department pushes its feeds; readers and other departments’ feeders do not', async () => {
  expect(await push(5, await keyFor('WATER', 'FEEDER'))).toBe(202);
  expect(await push(5, await keyFor('WATER', 'READER'))).toBe(401);
  expect(await push(5, await keyFor('WEATHER', 'FEEDER'))).toBe(401);
  expect(await push(5, 'fh_0123456789abcdef_0123456789012345678901234567890123456789012')).toBe(401);
});
