import type { IncomingMessage } from 'node:http';
import type { GraphQLSchema } from 'graphql';
import { createYoga, type Plugin, type YogaServerInstance } from 'graphql-yoga';
import type { HubContext } from '../resolvers/context.js';
import { maskError } from '../schema/errors.js';
import { exampleQueries } from './examples.js';

/** What yoga gets from the node server besides the request itself. */
export interface NodeContext {
  readonly req: IncomingMessage;
}

export interface GraphqlOptions {
  readonly schema: GraphQLSchema;
  /** A context for one operation. `onSlow` is called when its subscriber has fallen too far behind. */
  readonly context: (request: IncomingMessage, authorization: string | undefined, onSlow: () => void) => HubContext;
  readonly demo: boolean;
  readonly onError: (error: unknown, requestId: string) => void;
}

export type Yoga = YogaServerInstance<NodeContext, HubContext>;

/** The GraphQL endpoint over HTTP: POST, GET and SSE. GraphiQL only in demo mode; no other origin may read. */
export function createGraphql(options: GraphqlOptions): Yoga {
  return createYoga<NodeContext, HubContext>({
    schema: options.schema,
    graphqlEndpoint: '/graphql',
    landingPage: false,
    cors: false,
    batching: false,
    multipart: false,
    logging: false,
    graphiql: options.demo
      ? { title: '烽火 Fenghuo', defaultQuery: exampleQueries, subscriptionsProtocol: 'WS' }
      : false,
    maskedErrors: { maskError: (error) => maskError(error, options.onError) },
    context: ({ req }) =>
      options.context(req, req.headers.authorization, () => {
        // The stream is stuck behind a reader that does not read: only ending the connection frees it.
        req.socket.destroy();
      }),
    plugins: [] as Plugin<HubContext>[],
  });
}
