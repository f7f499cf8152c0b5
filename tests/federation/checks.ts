import { deepStrictEqual, match, ok } from 'node:assert/strict';

/** Sends an operation and resolves to its answer, without errors where all is well. */
export type Ask = (
  query: string,
  variables?: Readonly<Record<string, unknown>>,
) => Promise<{ data?: unknown; errors?: unknown }>;

export interface Judged {
  /** The subgraph `goods` of the fixture, asked as a gateway does. */
  readonly subgraph: Ask;
  /** A gateway over all three subgraphs of the fixture; where there is one, each check also asks it. */
  readonly gateway?: Ask | undefined;
  /** The types and fields that callers of the composed graph see, as text. */
  readonly composed: string;
}

type Check = (judged: Judged) => Promise<void>;

/**
 * What Apollo's public suite for subgraph libraries checks (apollographql/apollo-federation-subgraph-compatibility), each on a fixture of our own
 * and without Docker: fourteen of its fifteen. The one left out is federated tracing: the hub tells nobody how it works inside (ftv1).
 */
export const CHECKS: Readonly<Record<string, Check>> = {
  _service: async ({ subgraph }) => {
    match(await sdlOf(subgraph), /type Item /);
    const { data } = await subgraph('{ __type(name: "_Service") { fields { name type { kind ofType { name } } } } }');
    deepStrictEqual(plain(data), {
      __type: { fields: [{ name: 'sdl', type: { kind: 'NON_NULL', ofType: { name: 'String' } } }] },
    });
  },
  '@key (single)': async ({ subgraph, gateway }) => {
    match(await sdlOf(subgraph), /type Item [^{]*@key\(fields: "id"\)/);
    await finds(subgraph, { __typename: 'Item', id: 'pump' }, 'Item { code }', { code: 'PU-7' });
    await answers(gateway, '{ item(id: "pump") { id packed { size } } }', {
      item: { id: 'pump', packed: { size: 'small' } },
    });
  },
  '@key (multi)': async ({ subgraph }) => {
    match(await sdlOf(subgraph), /type Item [^{]*@key\(fields: "code maker"\)/);
    await finds(subgraph, { __typename: 'Item', code: 'SB-1', maker: 'Wusu' }, 'Item { id }', { id: 'sandbag' });
  },
  '@key (composite)': async ({ subgraph }) => {
    match(await sdlOf(subgraph), /type Trial @key\(fields: "study { caseNumber }"\)/);
    await finds(subgraph, { __typename: 'Trial', study: { caseNumber: '1234' } }, 'Trial { study { description } }', {
      study: { description: 'Flood of spring' },
    });
  },
  'repeatable @key': async ({ subgraph }) => {
    const keys = /^type Item .*$/m.exec(await sdlOf(subgraph))?.[0].match(/@key\(fields: "[^"]+"\)/g) ?? [];
    deepStrictEqual(keys.length, 3);
    await finds(subgraph, { __typename: 'Item', code: 'PU-7', variant: { id: 'diesel' } }, 'Item { id }', {
      id: 'pump',
    });
  },
  '@requires': async ({ subgraph, gateway }) => {
    match(await sdlOf(subgraph), /itemsPerYear: Int @requires\(fields: "itemsCreated yearsEmployed"\)/);
    const clerk = { __typename: 'Clerk', email: 'clerk@example.org', itemsCreated: 1337, yearsEmployed: 10 };
    await finds(subgraph, clerk, 'Clerk { itemsPerYear }', { itemsPerYear: 134 });
    await answers(gateway, '{ clerk { itemsPerYear } }', { clerk: { itemsPerYear: 134 } });
  },
  '@provides': async ({ subgraph, gateway }) => {
    match(await sdlOf(subgraph), /createdBy: Clerk @provides\(fields: "itemsCreated"\)/);
    await answers(subgraph, '{ item(id: "pump") { createdBy { email itemsCreated } } }', {
      item: { createdBy: { email: 'clerk@example.org', itemsCreated: 1337 } },
    });
    await answers(gateway, '{ item(id: "pump") { createdBy { itemsCreated yearsEmployed } } }', {
      item: { createdBy: { itemsCreated: 1337, yearsEmployed: 10 } },
    });
  },
  '@link': async ({ subgraph }) => {
    const links =
      (await sdlOf(subgraph)).match(/@link\(url: "https:\/\/specs\.apollo\.dev\/federation\/v2\.[0-7]"[^)]*\)/g) ?? [];
    deepStrictEqual(links.length, 1);
    for (const name of ['@key', '@requires', '@provides', '@external', '@tag', '@extends', '@override', '@shareable'])
      ok(links[0]?.includes(`"${name}"`), name);
  },
  '@shareable': async ({ subgraph, gateway, composed }) => {
    match(await sdlOf(subgraph), /type Measure @shareable/);
    match(composed, /type Measure \{\s+size: String\s+weight: Float\s+\}/);
    await answers(gateway, '{ item(id: "pump") { measure { weight } packed { weight } } }', {
      item: { measure: { weight: 1 }, packed: { weight: 1 } },
    });
  },
  '@tag': async ({ subgraph, gateway }) => {
    match(await sdlOf(subgraph), /notes: String @tag\(name: "internal"\)/);
    await answers(gateway, '{ item(id: "pump") { notes } }', { item: { notes: null } });
  },
  '@override': async ({ subgraph, gateway }) => {
    match(await sdlOf(subgraph), /name: String @override\(from: "clerks"\)/);
    await finds(subgraph, { __typename: 'Clerk', email: 'clerk@example.org' }, 'Clerk { name }', { name: 'Aygul' });
    await answers(gateway, '{ clerk { name } }', { clerk: { name: 'Aygul' } });
  },
  '@inaccessible': async ({ subgraph, gateway, composed }) => {
    match(await sdlOf(subgraph), /unit: String @inaccessible/);
    await answers(subgraph, '{ item(id: "pump") { measure { unit } } }', { item: { measure: { unit: 'kg' } } });
    ok(!/\bunit\b/.test(composed));
    if (gateway) ok((await gateway('{ item(id: "pump") { measure { unit } } }')).errors);
  },
  '@composeDirective': async ({ subgraph, composed }) => {
    const sdl = await sdlOf(subgraph);
    match(sdl, /@link\(url: "https:\/\/example\.org\/custom\/v1\.0", import: \["@custom"\]\)/);
    match(sdl, /^extend schema .*@composeDirective\(name: "@custom"\)$/m);
    match(sdl, /^directive @custom on OBJECT$/m);
    match(composed, /type Item @custom/);
  },
  '@interfaceObject': async ({ subgraph, gateway, composed }) => {
    match(await sdlOf(subgraph), /type Depot @key\(fields: "id"\) @interfaceObject/);
    await finds(subgraph, { __typename: 'Depot', id: 'north' }, 'Depot { retiredItems { reason } }', {
      retiredItems: [{ reason: 'Use SB-1' }],
    });
    match(composed, /type TownDepot implements Depot \{[^}]*retiredItems/);
    await answers(gateway, '{ depot(id: "north") { id retiredItems { code } } }', {
      depot: { id: 'north', retiredItems: [{ code: 'SB-0' }] },
    });
  },
};

/** Without the prototypes that GraphQL's own answers lack. */
const plain = (value: unknown): unknown => JSON.parse(JSON.stringify(value));

async function sdlOf(subgraph: Ask): Promise<string> {
  const { data } = await subgraph('{ _service { sdl } }');
  return (data as { _service: { sdl: string } })._service.sdl;
}

async function answers(ask: Ask | undefined, query: string, expected: unknown): Promise<void> {
  if (!ask) return;
  const { data, errors } = await ask(query);
  deepStrictEqual(plain({ data, errors }), { data: expected });
}

async function finds(subgraph: Ask, reference: unknown, selection: string, expected: unknown): Promise<void> {
  const query = `query ($of: [_Any!]!) { _entities(representations: $of) { ... on ${selection} } }`;
  const { data, errors } = await subgraph(query, { of: [reference] });
  deepStrictEqual(plain({ data, errors }), { data: { _entities: [expected] } });
}
