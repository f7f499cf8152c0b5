import {
  type GraphQLInterfaceType,
  type GraphQLNamedType,
  type GraphQLObjectType,
  GraphQLSchema,
  isInterfaceType,
  isObjectType,
  Kind,
} from 'graphql';
import { directivesOf, keysOf } from './directives.js';

/**
 * What is left of a schema when `shared` is served elsewhere: the root fields and types that are not in `shared`, and what these refer to. A
 * shared entity is its key, and the fields that were added to it here; other shared types stay whole. Changes the schema given.
 */
export function withoutShared(schema: GraphQLSchema, shared: GraphQLSchema): GraphQLSchema {
  const added: GraphQLObjectType[] = [];
  for (const type of Object.values(schema.getTypeMap())) {
    if (!isObjectType(type) || type.name.startsWith('__')) continue;
    const theirs = fieldsOf(shared.getType(type.name));
    const own = Object.keys(type.getFields()).filter((name) => !theirs.includes(name));
    if (own.length > 0 && !isRoot(type, schema)) added.push(type);
    if (isRoot(type, schema)) keepFields(type, own);
    else if (theirs.length > 0 && directivesOf(type, 'key').length > 0) reduce(type, own);
  }
  const root = (type: GraphQLObjectType | null | undefined) => (fieldsOf(type).length > 0 ? type : undefined);
  return new GraphQLSchema({
    description: schema.description,
    extensions: schema.extensions,
    query: schema.getQueryType(),
    mutation: root(schema.getMutationType()),
    subscription: root(schema.getSubscriptionType()),
    types: added,
  });
}

const isRoot = (type: GraphQLObjectType, schema: GraphQLSchema): boolean =>
  [schema.getQueryType(), schema.getMutationType(), schema.getSubscriptionType()].includes(type);

const fieldsOf = (type: GraphQLNamedType | null | undefined): string[] =>
  isObjectType(type) || isInterfaceType(type) ? Object.keys(type.getFields()) : [];

/** A reference to an entity that is served elsewhere; where nothing is added to it, nobody needs to come here for it. */
function reduce(type: GraphQLObjectType, own: readonly string[]): void {
  keepFields(type, [...keyFields(type), ...own]);
  (type.getInterfaces() as GraphQLInterfaceType[]).splice(0);
  if (own.length > 0) return;
  const directives = directivesOf(type).map((each) =>
    each.name === 'key' ? { ...each, args: { ...each.args, resolvable: false } } : each,
  );
  type.extensions = { ...type.extensions, directives };
}

function keepFields(type: GraphQLObjectType, kept: readonly string[]): void {
  const fields = type.getFields();
  for (const name of Object.keys(fields)) if (!kept.includes(name)) delete fields[name];
}

/** The names of the fields that the type's keys are made of. */
const keyFields = (type: GraphQLObjectType): string[] =>
  keysOf(type).flatMap(({ selection }) =>
    selection.selections.flatMap((each) => (each.kind === Kind.FIELD ? [each.name.value] : [])),
  );
