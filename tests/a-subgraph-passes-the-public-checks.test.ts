import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { composeServices } from '@theguild/federation-composition';
import { parse } from 'graphql';
import { subgraphSdl } from '../schema/subgraph.js';
import type { Hub } from '../server/hub.js';
import { type Ask, CHECKS } from './federation/checks.js';
import { FIXTURE } from './federation/fixture.js';
import { migratedDatabase, type TestDatabase } from './support/database.js';
import { ADMIN_KEY, startHub } from './support/running-hub.js';

let database: TestDatabase;
let hub: Hub;
let composed: string;

beforeAll(async () => {
  database = await migratedDatabase();
  // The hub's own server with all its limits, over the fixture in place of the hub's schema.
  hub = await startHub(database.url, '', { schema: FIXTURE.goods() });
  const { errors, publicSdl } = composeServices(
    Object.entries(FIXTURE).map(([name, make]) => ({ name, typeDefs: parse(subgraphSdl(make())) })),
  );
  expect(errors ?? []).toEqual([]);
  composed = publicSdl ?? '';
});
afterAll(async () => {
  await hub.stop();
  await database.drop();
});

const subgraph: Ask = async (query, variables) => {
  const response = await fetch(`${hub.url}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', authorization: `Bearer ${ADMIN_KEY}`, 'x-hub-gateway': ADMIN_KEY },
    body: JSON.stringify({ query, variables }),
  });
  return (await response.json()) as Awaited<ReturnType<Ask>>;
};

test('fourteen of the suite’s fifteen checks apply', () => {
  expect(Object.keys(CHECKS)).toHaveLength(14);
});

test.each(Object.keys(CHECKS))('%s', async (name) => {
  await CHECKS[name]?.({ subgraph, composed });
});

test('no tracing is told, whoever asks for it', async () => {
  const response = await fetch(`${hub.url}/graphql`, {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      authorization: `Bearer ${ADMIN_KEY}`,
      'x-hub-gateway': ADMIN_KEY,
      'apollo-federation-include-trace': 'ftv1',
    },
    body: JSON.stringify({ query: '{ item(id: "pump") { code } }' }),
  });
  expect(await response.json()).toEqual({ data: { item: { code: 'PU-7' } } });
});
