import { defaultFieldResolver, type GraphQLFieldResolver, type GraphQLSchema, isObjectType } from 'graphql';
import type { ServedContext } from './trail.js';

/** Of which an answer may hold tens of thousands, and which tell of no feed: what is around them has told it. */
const UNWATCHED: readonly string[] = ['SeriesPoint'];

type Resolver = GraphQLFieldResolver<unknown, ServedContext>;

/**
 * The schema, noting on each operation's trail what is asked at its root, and of whose data every object of the answer is: GraphQL asks an
 * object's type about it once, whatever path led there. Around everything else, so what a scope refuses is noted too.
 */
export function watchedSchema(schema: GraphQLSchema): GraphQLSchema {
  const roots = [schema.getQueryType(), schema.getMutationType(), schema.getSubscriptionType()];
  for (const type of Object.values(schema.getTypeMap())) {
    if (!isObjectType(type) || type.name.startsWith('__') || roots.includes(type)) continue;
    if (UNWATCHED.includes(type.name)) continue;
    const { isTypeOf } = type;
    type.isTypeOf = (value, context: ServedContext, info) => {
      context.trail.shown(value);
      return isTypeOf ? isTypeOf(value, context, info) : true;
    };
  }
  for (const field of Object.values(schema.getQueryType()?.getFields() ?? {})) {
    const resolve = (field.resolve ?? defaultFieldResolver) as Resolver;
    field.resolve = (root, args, context: ServedContext, info) => {
      context.trail.asked(field.name, args);
      return resolve(root, args, context, info);
    };
  }
  for (const field of Object.values(schema.getMutationType()?.getFields() ?? {})) {
    const resolve = (field.resolve ?? defaultFieldResolver) as Resolver;
    field.resolve = (root, args, context: ServedContext, info) =>
      context.trail.act(field.name, args, () => resolve(root, args, context, info));
  }
  for (const field of Object.values(schema.getSubscriptionType()?.getFields() ?? {})) {
    const subscribe = (field.subscribe ?? defaultFieldResolver) as Resolver;
    field.subscribe = (root, args, context: ServedContext, info) => {
      context.trail.asked(field.name, args);
      return subscribe(root, args, context, info);
    };
  }
  return schema;
}
