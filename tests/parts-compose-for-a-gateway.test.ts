import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import { transformSupergraphToPublicSchema } from '@theguild/federation-composition';
import { buildASTSchema, isNonNullType, parse, printSchema } from 'graphql';
import { compose, readSettings, readSupergraph, sdlOf } from '../deploy/federation/composition.mjs';
import { strictRootsOf } from '../deploy/federation/strict-roots.mjs';
import { PARTS } from '../model/part.js';
import { buildSchema } from '../schema/index.js';
import { subgraphSdl } from '../schema/subgraph.js';

const part = (name: string, text: string) => ({ name, url: `http://${name}.example/graphql`, text });
const publicSchema = (supergraph: string) => buildASTSchema(transformSupergraphToPublicSchema(parse(supergraph)));

test('all parts compose into the hub’s own schema, in which only what may be away is nullable', () => {
  const parts = PARTS.map((name) => part(name, subgraphSdl(buildSchema([name]))));
  const { supergraph, faults } = compose(parts);
  expect(faults).toEqual([]);
  const [whole, composed] = [buildSchema(), publicSchema(supergraph)];
  const names = (schema: typeof whole): string[] => Object.keys(schema.getTypeMap()).sort();
  expect(names(composed)).toEqual(names(whole));
  const typeOf = (path: string): string => {
    const [type = '', field = ''] = path.split('.');
    const found = composed.getType(type);
    return found && 'getFields' in found ? String(found.getFields()[field]?.type) : 'none';
  };
  expect(
    ['Query.warnings', 'Query.fires', 'Incident.reports', 'Feed.title', 'Feed.id', 'Fire.lastSeenAt'].map(typeOf),
  ).toEqual(['QueryWarningsConnection', 'QueryFiresConnection', '[IncidentReport!]', 'String', 'ID!', 'DateTime!']);
});

test('the supergraph keeps which fields of Query are never null while all parts answer', () => {
  const { supergraph } = compose([part('hub', subgraphSdl(buildSchema()))]);
  const fields = Object.values(buildSchema().getQueryType()?.getFields() ?? {});
  const strict = fields.filter(({ type }) => isNonNullType(type)).map(({ name }) => name);
  expect([...strictRootsOf(supergraph)].sort()).toEqual(strict.sort());
});

test('what does not compose is named: which part, which type, why', () => {
  const one =
    'extend schema @link(url: "https://specs.apollo.dev/federation/v2.6", import: ["@key"]) type Query { a: Int }';
  expect(compose([part('one', one), part('two', 'type Query {')]).faults).toEqual([
    expect.stringMatching(/^two: Syntax Error: .*<EOF>/),
  ]);
  const { supergraph, faults } = compose([part('one', one), part('two', one.replace('Int', 'String'))]);
  expect(supergraph).toBe('');
  expect(faults[0]).toBe(
    'Type of field "Query.a" is incompatible across subgraphs: it has type "Int" in subgraph "one" but type "String" in subgraph "two" (FIELD_TYPE_MISMATCH)',
  );
});

test('counties compose beneath a field each, follow under names of their own, and change nothing from afar', () => {
  const text = printSchema(buildSchema());
  const { supergraph, faults } = compose([part('wusu', text), part('shawan', text)], true);
  expect(faults).toEqual([]);
  const composed = publicSchema(supergraph);
  expect(Object.values(composed.getQueryType()?.getFields() ?? {}).map(({ name, type }) => `${name}: ${type}`)).toEqual(
    ['shawan: CountyHub', 'wusu: CountyHub'],
  );
  expect(Object.keys(composed.getSubscriptionType()?.getFields() ?? {})).toEqual(
    expect.arrayContaining(['wusuWarningChanged', 'shawanWarningChanged']),
  );
  expect(composed.getMutationType()).toBeUndefined();
});

test('a gateway starts over the parts that its supergraph was composed of, and says what to do over others', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'fenghuo-test-'));
  const supergraph = join(folder, 'supergraph.graphql');
  const parts = PARTS.slice(0, 2).map((name) => part(name, subgraphSdl(buildSchema([name]))));
  const read = (more = {}, key?: string) =>
    readSupergraph({ supergraph, parts, counties: false, ...more }, 'subgraphs.json', key);
  await expect(read({}, 'key')).rejects.toThrow(/is not made yet: npm run compose -- subgraphs.json/);
  writeFileSync(supergraph, compose(parts).supergraph);
  await expect(read({}, 'key')).resolves.toMatch('join__Graph');
  await expect(read()).rejects.toThrow('GATEWAY_KEY is not set');
  const [one] = parts;
  const moved = { parts: [one, { ...one, name: 'weather', url: 'http://elsewhere.example/graphql' }] };
  await expect(read(moved, 'key')).rejects.toThrow(
    /composed of shared \S+, weather http:\/\/weather\.example\/graphql, but subgraphs\.json .* weather http:\/\/elsewhere/,
  );
  rmSync(folder, { recursive: true });
});

test('what cannot be read is named: the settings, the text of a part', async () => {
  await expect(readSettings('/nowhere/counties.json')).rejects.toThrow(
    /^\/nowhere\/counties.json: no such file; begin/,
  );
  await expect(sdlOf({ ...part('wusu', ''), sdl: '/nowhere/schema.graphql' })).rejects.toThrow(/^wusu: its "sdl"/);
});

test.each([
  ['{ "subgraphs"', /settings.json is no JSON: /],
  ['{}', /either "subgraphs" or "counties"/],
  ['{ "subgraphs": [{ "name": "A", "url": "http://a/" }] }', /"name" of a part/],
  ['{ "subgraphs": [{ "name": "a", "url": "a" }] }', /a has no "url"/],
  [
    '{ "subgraphs": [{ "name": "a", "url": "http://a/" }, { "name": "a", "url": "http://b/" }] }',
    /two parts are called a/,
  ],
  ['{ "counties": [{ "name": "a", "url": "http://a/" }] }', /a has no "code"/],
  ['{ "counties": [{ "name": "a", "code": "654202", "url": "http://a/" }] }', /counties need "sdl"/],
])('settings are refused with what is wrong: %s', async (text, reason) => {
  const folder = mkdtempSync(join(tmpdir(), 'fenghuo-test-'));
  const path = join(folder, 'settings.json');
  writeFileSync(path, text);
  await expect(readSettings(path)).rejects.toThrow(reason);
  rmSync(folder, { recursive: true });
});
