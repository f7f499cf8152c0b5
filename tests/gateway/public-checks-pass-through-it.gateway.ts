import { afterAll, beforeAll, test } from '@jest/globals';
import { composeServices } from '@theguild/federation-composition';
import { parse } from 'graphql';
import { subgraphSdl } from '../../schema/subgraph.js';
import type { Hub } from '../../server/hub.js';
import { type Ask, CHECKS } from '../federation/checks.js';
import { FIXTURE } from '../federation/fixture.js';
import { migratedDatabase, type TestDatabase } from '../support/database.js';
import { ADMIN_KEY, startHub } from '../support/running-hub.js';
import { type Gateway, post, startGateway } from './gateway-process.js';

let database: TestDatabase;
const hubs = new Map<string, Hub>();
let gateway: Gateway;
let composed: string;

beforeAll(async () => {
  database = await migratedDatabase();
  for (const [name, make] of Object.entries(FIXTURE))
    hubs.set(name, await startHub(database.url, '', { schema: make() }));
  gateway = await startGateway(
    { subgraphs: [...hubs].map(([name, { url }]) => ({ name, url: `${url}/graphql` })) },
    { GATEWAY_KEY: ADMIN_KEY },
  );
  const services = Object.entries(FIXTURE).map(([name, make]) => ({ name, typeDefs: parse(subgraphSdl(make())) }));
  composed = composeServices(services).publicSdl ?? '';
});
afterAll(async () => {
  await gateway?.stop();
  for (const hub of hubs.values()) await hub.stop();
  await database?.drop();
});

const subgraph: Ask = async (query, variables) => {
  const response = await fetch(`${hubs.get('goods')?.url}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', authorization: `Bearer ${ADMIN_KEY}`, 'x-hub-gateway': ADMIN_KEY },
    body: JSON.stringify({ query, variables }),
    signal: AbortSignal.timeout(15_000),
  });
  return (await response.json()) as Awaited<ReturnType<Ask>>;
};

test.each(Object.keys(CHECKS))('%s', async (name) => {
  await CHECKS[name]?.({
    subgraph,
    gateway: (query, variables) => post(gateway.url, query, ADMIN_KEY, variables),
    composed,
  });
});
