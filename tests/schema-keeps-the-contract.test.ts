import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import {
  type DefinitionNode,
  GraphQLEnumType,
  GraphQLInputObjectType,
  GraphQLObjectType,
  type GraphQLSchema,
  Kind,
  parse,
  print,
} from 'graphql';
import { REGISTERS } from '../model/registers.js';
import { buildSchema } from '../schema/index.js';
import { packageRoot } from '../server/root.js';

const contract = parse(readFileSync(join(packageRoot(), 'tests', 'expectations', 'contract.graphql'), 'utf8'));
const schema = buildSchema();

/** Every promise of one definition, a line each: "Feed.title(language: String = "en"): String!". */
function promises(definition: DefinitionNode): string[] {
  switch (definition.kind) {
    case Kind.ENUM_TYPE_DEFINITION:
      return (definition.values ?? []).map((value) => `${definition.name.value}.${value.name.value}`);
    case Kind.SCALAR_TYPE_DEFINITION:
      return [`scalar ${definition.name.value}`];
    case Kind.INPUT_OBJECT_TYPE_DEFINITION:
      return (definition.fields ?? []).map((field) => `${definition.name.value}.${print(field)}`);
    case Kind.OBJECT_TYPE_DEFINITION:
      return (definition.fields ?? []).flatMap((field) => [
        `${definition.name.value}.${field.name.value}: ${print(field.type)}`,
        ...(field.arguments ?? []).map((arg) => `${definition.name.value}.${field.name.value}(${print(arg)})`),
      ]);
    default:
      throw new Error(`the contract has a ${definition.kind}`);
  }
}

/** The same lines, of everything that the schema has. */
function offers(of: GraphQLSchema): Set<string> {
  const lines = new Set<string>();
  for (const type of Object.values(of.getTypeMap())) {
    if (type instanceof GraphQLEnumType) for (const value of type.getValues()) lines.add(`${type.name}.${value.name}`);
    else if (type instanceof GraphQLInputObjectType)
      for (const field of Object.values(type.getFields())) lines.add(`${type.name}.${field.name}: ${field.type}`);
    else if (type instanceof GraphQLObjectType)
      for (const field of Object.values(type.getFields())) {
        lines.add(`${type.name}.${field.name}: ${field.type}`);
        for (const arg of field.args) lines.add(`${type.name}.${field.name}(${argument(arg)})`);
      }
    else lines.add(`scalar ${type.name}`);
  }
  return lines;
}

const argument = (arg: { name: string; type: unknown; defaultValue?: unknown }): string =>
  `${arg.name}: ${arg.type}${arg.defaultValue === undefined ? '' : ` = ${JSON.stringify(arg.defaultValue)}`}`;

const offered = offers(schema);

describe('the schema keeps every promise of the contract', () => {
  for (const definition of contract.definitions)
    test('name' in definition ? String(definition.name?.value) : definition.kind, () => {
      expect(promises(definition).filter((line) => !offered.has(line))).toEqual([]);
    });
});

test('an argument added to a promised field may always be left out', () => {
  const promised = new Set(contract.definitions.flatMap(promises));
  const forced = Object.values(schema.getTypeMap()).flatMap((type) =>
    type instanceof GraphQLObjectType
      ? Object.values(type.getFields())
          .filter((field) => promised.has(`${type.name}.${field.name}: ${field.type}`))
          .flatMap((field) =>
            field.args
              .filter((arg) => String(arg.type).endsWith('!') && arg.defaultValue === undefined)
              .filter((arg) => !promised.has(`${type.name}.${field.name}(${argument(arg)})`))
              .map((arg) => `${type.name}.${field.name}(${arg.name})`),
          )
      : [],
  );
  expect(forced).toEqual([]);
});

test('every list that grows is a connection with edges, nodes, cursors and page info that are always there', () => {
  const connections = Object.values(schema.getTypeMap()).filter((type) => type.name.endsWith('Connection'));
  const registers = REGISTERS.map(({ plural }) => `Query${plural.charAt(0).toUpperCase()}${plural.slice(1)}Connection`);
  expect(connections.map((type) => type.name)).toEqual(
    expect.arrayContaining([
      'FeedRejectionsConnection',
      'QueryFireAlarmsConnection',
      'QueryFireHotspotsConnection',
      'QueryStationsConnection',
      'QueryWarningsConnection',
      ...registers,
    ]),
  );
  for (const { name } of connections) {
    expect(offered).toContain(`${name}.edges: [${name}Edge!]!`);
    expect(offered).toContain(`${name}.pageInfo: PageInfo!`);
    expect(offered).toContain(`${name}Edge.cursor: String!`);
  }
});
