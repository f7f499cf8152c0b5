import type { IncomingMessage } from 'node:http';
import { renderGraphiQL } from '@graphql-yoga/render-graphiql';
import { type ExecutionResult, type GraphQLError, type GraphQLSchema, NoSchemaIntrospectionCustomRule } from 'graphql';
import { createYoga, type Plugin, type YogaServerInstance } from 'graphql-yoga';
import type { HubContext } from '../resolvers/context.js';
import { formatError, maskError } from '../schema/errors.js';
import type { Viewer } from './auth.js';
import { exampleQueries } from './examples.js';

/** What yoga gets from the node server besides the request itself. */
export interface NodeContext {
  readonly req: IncomingMessage;
}

export interface GraphqlOptions {
  readonly schema: GraphQLSchema;
  /** A context for one operation. `onSlow` is called when its subscriber has fallen too far behind. */
  readonly context: (request: IncomingMessage, authorization: string | undefined, onSlow: () => void) => HubContext;
  readonly viewer: (request: IncomingMessage, authorization: string | undefined) => Viewer;
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
    // Carried along, not fetched from elsewhere: the city's network reaches no other.
    renderGraphiQL,
    maskedErrors: { maskError: (error) => maskError(error, options.onError) },
    context: ({ req }) =>
      options.context(req, req.headers.authorization, () => {
        // The stream is stuck behind a reader that does not read: only ending the connection frees it.
        req.socket.destroy();
      }),
    plugins: [introspectionForReaders(options), ownCodesForValidation, tellWhyAStreamEnds(options)],
  });
}

/** Whoever may not read anything may not read the schema either. */
const introspectionForReaders = (options: GraphqlOptions): Plugin<Partial<HubContext> & NodeContext> => ({
  onValidate: ({ context, addValidationRule }) => {
    const viewer = context.viewer ?? options.viewer(context.req, context.req.headers.authorization);
    if (!viewer.mayRead) addValidationRule(NoSchemaIntrospectionCustomRule);
  },
});

/** What does not validate is BAD_INPUT on every transport: yoga would give it a code of its own, outside the hub's table. */
const ownCodesForValidation: Plugin = {
  onValidate:
    () =>
    ({ valid, result, setResult }) => {
      if (!valid) setResult((result as GraphQLError[]).map(formatError));
    },
};

/** A live stream that breaks (cursor overtaken, too slow) ends with a last result that says why, instead of a cut connection. */
const tellWhyAStreamEnds = (options: GraphqlOptions): Plugin<HubContext> => ({
  onSubscribe: () => ({
    onSubscribeResult: ({ result, setResult }) => {
      if (Symbol.asyncIterator in result) setResult(endingWithReason(result, options));
    },
  }),
});

function endingWithReason(
  source: AsyncIterableIterator<ExecutionResult> | AsyncIterable<ExecutionResult>,
  options: GraphqlOptions,
): AsyncIterableIterator<ExecutionResult> {
  const iterator = source[Symbol.asyncIterator]();
  let ended = false;
  return {
    async next() {
      if (ended) return { done: true, value: undefined };
      try {
        return (await iterator.next()) as IteratorResult<ExecutionResult, undefined>;
      } catch (error) {
        ended = true;
        return { done: false, value: { errors: [maskError(error, options.onError)] } };
      }
    },
    async return() {
      ended = true;
      await iterator.return?.();
      return { done: true, value: undefined };
    },
    [Symbol.asyncIterator]() {
      return this;
    },
  };
}
