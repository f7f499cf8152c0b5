import {
  type GraphQLFieldResolver,
  type GraphQLObjectType,
  type GraphQLTypeResolver,
  getNamedType,
  isLeafType,
  isObjectType,
  Kind,
  type SelectionSetNode,
} from 'graphql';
import { HubError } from '../../model/errors.js';
import type { HubContext } from '../../resolvers/context.js';
import type { Entity } from './directives.js';

/** In one field: as many as a page of a list names, five times over. */
const MOST_REPRESENTATIONS = 1000;

interface Wanted {
  readonly entity: Entity;
  readonly reference: Readonly<Record<string, unknown>>;
}

/**
 * Finds entities by their representations, all of a type together: each is asked for at once, so that a loader gathers them. BAD_INPUT where one
 * is of no entity or has no whole key, TOO_COMPLEX where there are too many; null where nothing is found.
 */
export function resolveEntities(entities: ReadonlyMap<string, Entity>): {
  resolve: GraphQLFieldResolver<unknown, HubContext, { representations: readonly unknown[] }>;
  resolveType: GraphQLTypeResolver<unknown, HubContext>;
} {
  // What is found says nothing of its type, and may be a plain value such as a department's code.
  const found = new WeakMap<HubContext, Map<unknown, string>>();
  const remember = (context: HubContext, value: unknown, name: string): unknown => {
    const names = found.get(context) ?? new Map<unknown, string>();
    found.set(context, names.set(value, name));
    return value ?? null;
  };
  return {
    resolve: (_root, { representations }, context, info) => {
      if (representations.length > MOST_REPRESENTATIONS)
        throw new HubError(
          'TOO_COMPLEX',
          `representations: ${representations.length}, at most ${MOST_REPRESENTATIONS}`,
          {
            limit: MOST_REPRESENTATIONS,
            figure: representations.length,
          },
        );
      const wanted = representations.map((each) => wantedOf(each, entities));
      return wanted.map(async ({ entity, reference }) =>
        remember(context, await entity.resolveReference(reference, context, info), entity.type.name),
      );
    },
    resolveType: (value, context) => found.get(context)?.get(value),
  };
}

function wantedOf(representation: unknown, entities: ReadonlyMap<string, Entity>): Wanted {
  if (!isMap(representation)) throw new HubError('BAD_INPUT', 'representations: objects with a __typename');
  const { __typename: name } = representation;
  const entity = typeof name === 'string' ? entities.get(name) : undefined;
  if (!entity) throw new HubError('BAD_INPUT', `representations: ${said(name)} is no entity of this subgraph`);
  const given = entity.keys.map(({ selection }) => keyIn(selection, entity.type, representation));
  const whole = given.filter((key) => key !== undefined);
  if (whole.length === 0) {
    const keys = entity.keys.map(({ text }) => `"${text}"`).join(' or ');
    throw new HubError('BAD_INPUT', `representations: a ${entity.type.name} is named by ${keys}`);
  }
  return { entity, reference: Object.assign({}, representation, ...whole) };
}

const said = (name: unknown): string =>
  typeof name === 'string' ? `"${name.slice(0, 60)}"` : 'what has no __typename';

/** The key's values as their types read them; undefined where one is missing, or is none of its type. */
function keyIn(
  { selections }: SelectionSetNode,
  type: GraphQLObjectType,
  given: Readonly<Record<string, unknown>>,
): Record<string, unknown> | undefined {
  const key: Record<string, unknown> = {};
  for (const field of selections) {
    if (field.kind !== Kind.FIELD) return undefined;
    const name = field.name.value;
    const value = valueIn(field.selectionSet, getNamedType(type.getFields()[name]?.type), given[name]);
    if (value === undefined) return undefined;
    key[name] = value;
  }
  return key;
}

function valueIn(selection: SelectionSetNode | undefined, type: unknown, given: unknown): unknown {
  if (given === undefined || given === null) return undefined;
  if (isObjectType(type)) return selection && isMap(given) ? keyIn(selection, type, given) : undefined;
  if (!isLeafType(type)) return undefined;
  try {
    return type.parseValue(given);
  } catch {
    return undefined;
  }
}

const isMap = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
