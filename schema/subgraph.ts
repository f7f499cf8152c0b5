import {
  GraphQLList,
  GraphQLNonNull,
  GraphQLObjectType,
  GraphQLScalarType,
  GraphQLSchema,
  GraphQLString,
  GraphQLUnionType,
  isObjectType,
} from 'graphql';
import { directivesOf, entitiesOf, mark } from './federation/directives.js';
import { resolveEntities } from './federation/entities.js';
import { printWithDirectives } from './federation/print.js';

/** The version of the specification that the subgraph is written in. */
const SPECIFICATION = 'https://specs.apollo.dev/federation/v2.6';

/** What several subgraphs serve alike: every object type that is no entity and no root. Changes the schema given. */
export function shareValues(schema: GraphQLSchema): GraphQLSchema {
  const roots = [schema.getQueryType(), schema.getMutationType(), schema.getSubscriptionType()];
  for (const type of Object.values(schema.getTypeMap()))
    if (
      isObjectType(type) &&
      !type.name.startsWith('__') &&
      !roots.includes(type) &&
      directivesOf(type, 'key').length === 0
    )
      mark(type, { name: 'shareable', args: {} });
  return schema;
}

/** The schema as text for a gateway to compose, with its keys and what is shareable, and a link to the specification of the directives it uses. */
export const subgraphSdl = (schema: GraphQLSchema): string =>
  printWithDirectives(schema, (used) => {
    const known = knownDirectives.filter((name) => used.has(name)).map((name) => `@${name}`);
    return [{ name: 'link', args: { url: SPECIFICATION, import: known } }, ...directivesOf(schema)];
  });

const knownDirectives: readonly string[] = [
  'composeDirective',
  'extends',
  'external',
  'inaccessible',
  'interfaceObject',
  'key',
  'override',
  'provides',
  'requires',
  'shareable',
  'tag',
];

/**
 * The schema with what gateways ask of a subgraph: `_service { sdl }` and `_entities(representations:)`. Types are those of the schema given;
 * only the root of queries is another. Whoever serves it must know that a gateway asks.
 */
export function asSubgraph(schema: GraphQLSchema): GraphQLSchema {
  const query = schema.getQueryType();
  const entities = entitiesOf(schema);
  let sdl: string | undefined;
  const service = new GraphQLObjectType({
    name: '_Service',
    fields: { sdl: { type: new GraphQLNonNull(GraphQLString) } },
  });
  const root = new GraphQLObjectType({
    ...(query?.toConfig() ?? { name: 'Query' }),
    fields: {
      ...query?.toConfig().fields,
      _service: {
        type: new GraphQLNonNull(service),
        resolve: () => {
          sdl ??= subgraphSdl(schema);
          return { sdl };
        },
      },
      ...(entities.size > 0 ? { _entities: entitiesField(entities) } : {}),
    },
  });
  const { types, ...config } = schema.toConfig();
  return new GraphQLSchema({ ...config, query: root, types: types.filter((type) => type !== query) });
}

function entitiesField(entities: ReturnType<typeof entitiesOf>) {
  const { resolve, resolveType } = resolveEntities(entities);
  const any = new GraphQLScalarType({ name: '_Any' });
  const entity = new GraphQLUnionType({
    name: '_Entity',
    types: [...entities.values()].map(({ type }) => type),
    resolveType,
  });
  return {
    type: new GraphQLNonNull(new GraphQLList(entity)),
    args: { representations: { type: new GraphQLNonNull(new GraphQLList(new GraphQLNonNull(any))) } },
    resolve,
  };
}
