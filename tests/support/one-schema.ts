import type { GraphQLSchema } from 'graphql';
import { buildSchema } from '../../schema/index.js';

let built: GraphQLSchema | undefined;

/** The whole hub's schema, made once a suite: it takes most of a hub's start. Hubs that run as processes make their own. */
export function oneSchema(): GraphQLSchema {
  built ??= buildSchema();
  return built;
}
