import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import {
  type GraphQLObjectType,
  type GraphQLOutputType,
  getNamedType,
  isLeafType,
  isNonNullType,
  isObjectType,
  isUnionType,
} from 'graphql';
import { ANONYMOUS } from '../model/access.js';
import { buildSchema } from '../schema/index.js';
import { asSubgraph } from '../schema/subgraph.js';
import { grantOf, of, openAccessWorld } from './support/access-world.js';
import { makeKeys } from './support/api-keys.js';
import { migratedDatabase } from './support/database.js';
import { ADMIN, type Graph, READER, type Viewer } from './support/graph.js';
import { ask, startHub } from './support/running-hub.js';
import { tempFolders } from './support/temp-folder.js';

const folders = tempFolders();
afterAll(() => folders.clear());
const schema = asSubgraph(buildSchema());
const ENTITIES = 'query ($of: [_Any!]!) { _entities(representations: $of)';
let graph: Graph;

beforeAll(async () => {
  graph = await openAccessWorld(schema);
  const filed = await graph.answer(
    `mutation { fileIncidentReport(input: { idempotencyKey: "k", kind: FIRST, incident: "public-security/incidents:i", text: "x", unit: "x" })
      { __typename } }`,
    {},
    ADMIN,
  );
  expect(filed.errors).toBeUndefined();
});
afterAll(() => graph.close());

const entity = schema.getType('_Entity');
const types: readonly GraphQLObjectType[] = isUnionType(entity) ? entity.getTypes() : [];
const lower = (name: string): string => name.charAt(0).toLowerCase() + name.slice(1);
const keyOf = (type: GraphQLObjectType): string => (type.getFields().id ? 'id' : 'code');

/** Every field of a type that has no fields of its own. */
const leaves = (type: GraphQLObjectType): string =>
  Object.values(type.getFields())
    .filter((field) => isLeafType(isNonNullType(field.type) ? field.type.ofType : field.type))
    .filter(({ args }) => args.every((each) => !isNonNullType(each.type)))
    .map(({ name }) => name)
    .join(' ');

async function found(references: readonly unknown[], selection: string, viewer: Viewer = READER) {
  const { data, errors } = await graph.answer(`${ENTITIES} { __typename ${selection} } }`, { of: references }, viewer);
  return {
    entities: (data?._entities ?? null) as readonly unknown[] | null,
    codes: errors?.map((e) => e.extensions.code),
  };
}

/** The type that a connection lists; undefined for any other type. */
function listed(connection: GraphQLOutputType): string | undefined {
  const edge = schema.getType(`${getNamedType(connection).name}Edge`);
  return isObjectType(edge) && edge.getFields().node ? getNamedType(edge.getFields().node?.type)?.name : undefined;
}

type Nodes = { edges: { node: Record<string, { id: string }[]> & { id: string } }[] };

/** The key of one of each type, as the hub's own staff see them. */
async function keys(): Promise<Map<string, string>> {
  const lists = Object.values(schema.getQueryType()?.getFields() ?? {}).flatMap(({ name, type }) => {
    const node = listed(type);
    return types.some((each) => each.name === node) ? [`${node}: ${name}(first: 1) { edges { node { id } } }`] : [];
  });
  const { data, errors } = await graph.answer(
    `{ ${lists.join(' ')} feeds { id } jurisdictions { id }
       stations { edges { node { datastreams { id } } } } incidents { edges { node { reports { id } } } } }`,
  );
  expect(errors).toBeUndefined();
  const { feeds, jurisdictions, stations, incidents, ...nodes } = data as Record<string, Nodes> & {
    feeds: { id: string }[];
    jurisdictions: { id: string }[];
  };
  return new Map([
    ...Object.entries(nodes).map(([name, { edges }]) => [name, edges[0]?.node.id as string] as const),
    ['Department', 'WATER'],
    ['Division', '654202'],
    ['Feed', feeds[0]?.id as string],
    ['Jurisdiction', jurisdictions[0]?.id as string],
    ['Datastream', stations?.edges[0]?.node.datastreams?.[0]?.id as string],
    ['IncidentReport', incidents?.edges[0]?.node.reports?.[0]?.id as string],
  ]);
}

describe('an entity is found by its key', () => {
  test('as the query for one of it finds it, whoever asks; what is absent and what is forbidden are both null', async () => {
    const known = await keys();
    expect([...known.keys()].sort()).toEqual(types.map(({ name }) => name).sort());
    graph.grants = [
      grantOf('public-security/incidents', 'WATER', { coarsening: { position: true, value: false, names: true } }),
      grantOf('emergency/registries', 'WATER', { coarsening: { position: true, value: true, names: true } }),
    ];
    const viewers: readonly Viewer[] = [
      READER,
      of('WATER'),
      of('FORESTRY'),
      of('WATER', { roles: ['ADMINISTRATOR'] }),
      ANONYMOUS,
    ];
    let nothing = 0;
    for (const viewer of viewers)
      for (const type of types) {
        const key = keyOf(type);
        const value = known.get(type.name) as string;
        const selection = `... on ${type.name} { ${leaves(type)} }`;
        const { entities, codes } = await found(
          [
            { __typename: type.name, [key]: value },
            { __typename: type.name, [key]: type.name === 'Department' ? 'WATER' : `${value.slice(0, -1)}~` },
          ],
          selection,
          viewer,
        );
        expect({ type: type.name, codes }).toEqual({ type: type.name, codes: undefined });
        if (type.name !== 'Department') expect(entities?.[1]).toBeNull();
        if (!schema.getQueryType()?.getFields()[lower(type.name)]) continue;
        const literal = type.name === 'Department' ? value : JSON.stringify(value);
        const one = await graph.answer(
          `{ one: ${lower(type.name)}(${key}: ${literal}) { __typename ${leaves(type)} } }`,
          {},
          viewer,
        );
        // Whoever is not known may not ask for the twelve departments' list; what a warning says of its department they may read.
        if (type.name === 'Department' && viewer === ANONYMOUS) continue;
        expect({ type: type.name, entity: entities?.[0] }).toEqual({ type: type.name, entity: one.data?.one ?? null });
        if (entities?.[0] === null) nothing += 1;
      }
    expect(nothing).toBeGreaterThan(types.length);
  });

  test('all of a type in one statement', async () => {
    const references = (count: number): unknown[] =>
      ['Station', 'Warning', 'Incident', 'Shelter', 'Earthquake', 'Feed', 'Datastream'].flatMap((name) =>
        Array.from({ length: count }, (_, n) => ({ __typename: name, id: String(n) })),
      );
    const text = `${ENTITIES} { __typename } }`;
    const few = await graph.statementsOf(text, { of: references(1) });
    const many = await graph.statementsOf(text, { of: references(100) });
    expect(many).toHaveLength(few.length);
    expect(many).toHaveLength(7);
  });

  test('the same in two places is found in both', async () => {
    const division = { __typename: 'Division', code: '654202' };
    const department = { __typename: 'Department', code: 'WATER' };
    const { entities } = await found(
      [division, department, division, department],
      '... on Division { code } ... on Department { name }',
    );
    expect(entities).toEqual([
      { __typename: 'Division', code: '654202' },
      { __typename: 'Department', name: 'Water Resources' },
      { __typename: 'Division', code: '654202' },
      { __typename: 'Department', name: 'Water Resources' },
    ]);
  });

  test.each([
    ['no type of this hub', { __typename: 'Nothing', id: 'x' }, 'no entity'],
    ['a type without a key', { __typename: 'SeriesPoint', id: 'x' }, 'no entity'],
    ['no type at all', { id: 'x' }, 'no __typename'],
    ['no object', 'Feed', 'objects'],
    ['no key', { __typename: 'Feed' }, 'named by "id"'],
    ['another key', { __typename: 'Division', id: '654202' }, 'named by "code"'],
    ['a key of the wrong type', { __typename: 'Station', id: { id: 'x' } }, 'named by "id"'],
    ['no such department', { __typename: 'Department', code: 'SPACE' }, 'named by "code"'],
  ])('%s is BAD_INPUT', async (_name, reference, message) => {
    const { errors } = await graph.answer(`${ENTITIES} { __typename } }`, { of: [reference] });
    expect(errors?.[0]?.extensions.code).toBe('BAD_INPUT');
    expect(errors?.[0]?.message).toContain(message);
    expect(graph.internal).toEqual([]);
  });

  test('more than 1000 are too many', async () => {
    const { codes } = await found(
      Array.from({ length: 1001 }, (_, n) => ({ __typename: 'Feed', id: String(n) })),
      '',
    );
    expect(codes).toEqual(['TOO_COMPLEX']);
  });
});

describe('over HTTP', () => {
  const SERVICE = '{ _service { sdl } }';
  const WRONG = 'fh_aaaaaaaaaaaaaaaa_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA';
  let url: string;
  let close: () => Promise<void>;
  let gateway: string;
  let reader: string;
  let water: string;

  beforeAll(async () => {
    const database = await migratedDatabase();
    // Anonymous callers may send registered operations only, of which there are none.
    const documents = join(folders.make(), 'documents.json');
    writeFileSync(documents, '{}');
    const hub = await startHub(
      database.url,
      '',
      {},
      `  trustedDocuments: { file: "${documents}", required: anonymous }`,
    );
    [reader, water] = (await makeKeys(database.url, {}, { department: 'WATER' })) as [string, string];
    url = hub.url;
    const made = await ask<{ createApiKey: { key: string } }>(
      url,
      'mutation { createApiKey(name: "gateway", roles: [], scopes: [GATEWAY]) { key } }',
    );
    gateway = made.createApiKey.key;
    close = () => hub.stop().then(() => database.drop());
  });
  afterAll(() => close());

  async function send(
    query: string,
    { as, proof, variables }: { as?: string; proof?: string; variables?: unknown } = {},
  ) {
    const response = await fetch(`${url}/graphql`, {
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        accept: 'application/graphql-response+json',
        ...(as ? { authorization: `Bearer ${as}` } : {}),
        ...(proof ? { 'x-hub-gateway': proof } : {}),
      },
      body: JSON.stringify({ query, variables }),
    });
    const body = (await response.json()) as {
      data?: Record<string, unknown>;
      errors?: { message: string; extensions: { code: string } }[];
    };
    const [error] = body.errors ?? [];
    return { status: response.status, data: body.data, code: error?.extensions.code, message: error?.message };
  }

  test('a key without a role is for gateways alone', async () => {
    const make = (scopes: string): Promise<unknown> =>
      ask(url, `mutation { createApiKey(name: "x", roles: [], scopes: [${scopes}]) { key } }`);
    await expect(make('PERSONAL')).rejects.toThrow('roles: name at least one');
  });

  test('only a key with GATEWAY in its own header opens what gateways ask, for that request', async () => {
    expect(await send(SERVICE, { as: gateway })).toMatchObject({ status: 400, code: 'BAD_INPUT' });
    expect(await send(SERVICE, { as: reader, proof: WRONG })).toMatchObject({
      ...{ status: 401, code: 'UNAUTHENTICATED' },
      message: "x-hub-gateway, the gateway's own key: the key or token is not valid",
    });
    expect(await send(SERVICE, { as: reader, proof: reader })).toMatchObject({ status: 403, code: 'FORBIDDEN' });
    const { data } = await send(SERVICE, { proof: gateway });
    expect(data).toMatchObject({ _service: { sdl: expect.stringContaining('type Station @key(fields: "id")') } });
    expect(await send(SERVICE, { as: reader })).toMatchObject({ status: 400, code: 'BAD_INPUT' });
  });

  test('what is seen is what the caller of the gateway may see', async () => {
    const query = `${ENTITIES} { ... on Department { code feeds { id } } } }`;
    const variables = { of: [{ __typename: 'Department', code: 'WATER' }] };
    expect(await send(query, { as: water, proof: gateway, variables })).toMatchObject({
      data: { _entities: [{ code: 'WATER', feeds: [] }] },
    });
    expect(await send(query, { proof: gateway, variables })).toMatchObject({
      data: { _entities: [null] },
      code: 'UNAUTHENTICATED',
    });
    expect(await send('{ me { kind } }', { proof: gateway })).toMatchObject({ data: { me: { kind: 'ANONYMOUS' } } });
    expect(await send('{ me { kind } }')).toMatchObject({ status: 403, code: 'FORBIDDEN' });
  });

  test('entities are counted like the items of a list', async () => {
    const query = `${ENTITIES} { ... on Station { datastreams { thresholds { name } latest { value } } } } }`;
    const of = (count: number) => ({
      of: Array.from({ length: count }, (_, n) => ({ __typename: 'Station', id: `${n}` })),
    });
    expect((await send(query, { as: reader, proof: gateway, variables: of(500) })).code).toBeUndefined();
    const deep = query.replace(
      'thresholds { name }',
      Array.from({ length: 20 }, (_, n) => `a${n}: thresholds { name value }`).join(' '),
    );
    expect(await send(deep, { as: reader, proof: gateway, variables: of(500) })).toMatchObject({ code: 'TOO_COMPLEX' });
    expect((await send(deep, { as: reader, proof: gateway, variables: of(50) })).code).toBeUndefined();
  });
});
