import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { type FragmentDefinitionNode, Kind, type OperationDefinitionNode, parse, print } from 'graphql';
import type { Hub } from '../../server/hub.js';
import { NOW, openAccessWorld } from '../support/access-world.js';
import { makeKeys } from '../support/api-keys.js';
import type { Graph } from '../support/graph.js';
import { ADMIN_KEY, startHub } from '../support/running-hub.js';
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

let world: Graph;
let single: Hub;
const parts = new Map<string, Hub>();
let gateway: Gateway;
const callers: Record<string, string | undefined> = {};

beforeAll(async () => {
  world = await openAccessWorld();
  const [reader, water] = await makeKeys(world.url, {}, { department: 'WATER' });
  Object.assign(callers, { 'nobody known': undefined, "the hub's own staff": reader, 'the water department': water });
  single = await startHub(world.url, '', { now: () => NOW });
  parts.set('hub', await startHub(world.url, '', { now: () => NOW }));
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

/** What a caller can rely on of an answer: the data, and of each error its code and path. */
const relied = ({ data, errors }: Answer) => ({
  data: data ?? null,
  errors: (errors ?? []).map(({ path, extensions }) => `${extensions?.code} ${path?.join('.') ?? ''}`).sort(),
});

test.each(asked('query'))('%s is answered alike by one hub and by its parts', async (name, query) => {
  for (const [caller, key] of Object.entries(callers)) {
    const [one, many] = await Promise.all([post(single.url, query, key), post(gateway.url, query, key)]);
    expect({ caller, ...relied(many) }).toEqual({ caller, ...relied(one) });
    if (key === callers["the hub's own staff"]) expect((one.errors ?? []).length > 0).toBe(name.startsWith('Wrong'));
  }
});
