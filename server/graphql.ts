import type { IncomingMessage } from 'node:http';
import { renderGraphiQL } from '@graphql-yoga/render-graphiql';
import { type ExecutionResult, type GraphQLError, type GraphQLSchema, NoSchemaIntrospectionCustomRule } from 'graphql';
import { createYoga, type Plugin, type YogaServerInstance } from 'graphql-yoga';
import { HubError } from '../model/errors.js';
import { formatError, maskError } from '../schema/errors.js';
import type { Session } from './access/sessions.js';
import { auditPlugin } from './audit/plugin.js';
import type { Recorder } from './audit/recorder.js';
import type { ServedContext } from './audit/trail.js';
import { exampleQueries } from './examples.js';

/** What yoga gets from the node server besides the request itself. */
export interface NodeContext {
  readonly req: IncomingMessage;
  readonly session: Session;
}

export interface GraphqlOptions {
  readonly schema: GraphQLSchema;
  /** A context for one operation. `onSlow` is called when its subscriber has fallen too far behind. */
  readonly context: (session: Session, onSlow: () => void) => ServedContext;
  /** Who asks. Throws HubError where what is sent is wrong or cannot be judged. */
  readonly identify: (request: IncomingMessage, authorization: string | undefined) => Promise<Session>;
  readonly demo: boolean;
  readonly audit: Recorder;
  readonly now: () => Date;
  readonly onError: (error: unknown, requestId: string) => void;
}

export type Yoga = YogaServerInstance<NodeContext, ServedContext>;

/** The GraphQL endpoint over HTTP: POST, GET and SSE. GraphiQL only in demo mode; no other origin may read. */
export function createGraphql(options: GraphqlOptions): Yoga {
  return createYoga<NodeContext, ServedContext>({
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
    context: ({ req, session }) =>
      options.context(session, () => {
        // The stream is stuck behind a reader that does not read: only ending the connection frees it.
        req.socket.destroy();
      }),
    plugins: [
      introspectionByRight,
      ownCodesForValidation,
      tellWhyAStreamEnds(options),
      // Last: it writes down what the caller gets.
      auditPlugin(options.audit, options.now),
    ],
  });
}

/** Asking GraphQL for the schema is a permission; the schema itself is public as the file /schema.graphql. */
const introspectionByRight: Plugin<NodeContext> = {
  onValidate: ({ context, addValidationRule }) => {
    if (!context.session.viewer.scopes.includes('INTROSPECT')) addValidationRule(NoSchemaIntrospectionCustomRule);
  },
};

/** What does not validate is BAD_INPUT on every transport: yoga would give it a code of its own, outside the hub's table. */
const ownCodesForValidation: Plugin = {
  onValidate:
    () =>
    ({ valid, result, setResult }) => {
      if (!valid) setResult((result as GraphQLError[]).map(formatError));
    },
};

/** A live stream that breaks (cursor overtaken, too slow) ends with a last result that says why, instead of a cut connection. */
const tellWhyAStreamEnds = (options: GraphqlOptions): Plugin<ServedContext & NodeContext> => ({
  onSubscribe: async ({ args }) => {
    await args.contextValue.session.keep();
    return {
      onSubscribeResult: ({ result, setResult }) => {
        if (Symbol.asyncIterator in result)
          setResult(endingWithReason(result, args.contextValue.viewer.signal, options));
      },
    };
  },
});

/** What a live stream is told when its credential ends. */
const ended = (signal: AbortSignal): HubError =>
  new HubError(
    'UNAUTHENTICATED',
    signal.reason === 'expired' ? 'the credential has expired' : 'the credential was revoked',
  );

function endingWithReason(
  source: AsyncIterableIterator<ExecutionResult> | AsyncIterable<ExecutionResult>,
  signal: AbortSignal,
  options: GraphqlOptions,
): AsyncIterableIterator<ExecutionResult> {
  const iterator = source[Symbol.asyncIterator]();
  const stopped = new Promise<never>((_, reject) => {
    if (signal.aborted) reject(ended(signal));
    else signal.addEventListener('abort', () => reject(ended(signal)), { once: true });
  });
  stopped.catch(() => {});
  let over = false;
  return {
    async next() {
      if (over) return { done: true, value: undefined };
      try {
        const result = (await Promise.race([stopped, iterator.next()])) as IteratorResult<ExecutionResult, undefined>;
        // What was made ready while the credential ended is not told any more.
        if (signal.aborted) throw ended(signal);
        return result;
      } catch (error) {
        over = true;
        void Promise.resolve(iterator.return?.()).catch(() => {});
        return { done: false, value: { errors: [maskError(error, options.onError)] } };
      }
    },
    async return() {
      over = true;
      await iterator.return?.();
      return { done: true, value: undefined };
    },
    [Symbol.asyncIterator]() {
      return this;
    },
  };
}
