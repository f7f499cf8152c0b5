import type { IncomingMessage } from 'node:http';
import { type ExecutionResult, type GraphQLError, type GraphQLSchema, NoSchemaIntrospectionCustomRule } from 'graphql';
import { createYoga, type Plugin, type YogaServerInstance } from 'graphql-yoga';
import { HubError } from '../model/errors.js';
import { formatError, type Masking, maskError } from '../schema/errors.js';
import type { Session } from './access/sessions.js';
import { auditPlugin, type Refused, refusals } from './audit/plugin.js';
import type { Recorder } from './audit/recorder.js';
import type { ServedContext } from './audit/trail.js';
import { DocumentCache } from './graphql/document-cache.js';
import type { Params } from './graphql/params.js';
import { beforeExecution, LISTED_ERRORS, queryLimits } from './graphql/query-limits.js';
import { spending } from './graphql/spending.js';
import { tellWhyAStreamEnds } from './graphql/stream-end.js';
import type { TrustedDocuments } from './graphql/trusted-documents.js';
import type { Budgets } from './limits/budgets.js';
import type { Caller } from './limits/caller.js';
import type { Visit } from './limits/doorkeeper.js';
import type { LimitsSettings } from './limits/settings.js';

/** What yoga gets from the node server besides the request itself. */
export interface NodeContext {
  readonly req: IncomingMessage;
  readonly session: Session;
  readonly caller: Caller;
  readonly address: string;
  /** What was sent, read and checked. */
  readonly sent: Params;
}

export interface GraphqlOptions extends Masking {
  readonly schema: GraphQLSchema;
  /** A context for one operation. `onSlow` is called when its subscriber has fallen too far behind. */
  readonly context: (session: Session, onSlow: () => void) => ServedContext;
  /** Who asks. Throws HubError where what is sent is wrong, cannot be judged, or has been wrong too often. */
  readonly admit: (request: IncomingMessage, authorization: string | undefined) => Promise<Visit>;
  readonly limits: LimitsSettings;
  readonly budgets: Budgets;
  readonly trusted: TrustedDocuments;
  readonly audit: Recorder;
  readonly now: () => Date;
}

export type Yoga = YogaServerInstance<NodeContext, ServedContext>;

/** The GraphQL endpoint: over HTTP as POST, GET and SSE, and what the WebSocket executes with. */
export function createGraphql(options: GraphqlOptions): Yoga {
  const { audit, budgets, limits, now } = options;
  const refused = refusals(audit, now);
  return createYoga<NodeContext, ServedContext>({
    schema: options.schema,
    graphqlEndpoint: '/graphql',
    landingPage: false,
    // Whose origin may read is answered by server/http.
    cors: false,
    batching: false,
    multipart: false,
    logging: false,
    graphiql: false,
    maskedErrors: { maskError: (error) => maskError(error, options) },
    parserAndValidationCache: { documentCache: new DocumentCache(), errorCache: NO_CACHE },
    context: ({ req, session }) =>
      options.context(session, () => {
        // The stream is stuck behind a reader that does not read: only ending the connection frees it.
        req.socket.destroy();
      }),
    plugins: [
      readBefore(options.trusted, refused),
      queryLimits(limits.query, refused),
      introspectionByRight,
      ownCodesForValidation,
      spending(budgets, limits.subscriptions),
      fewErrors,
      tellWhyAStreamEnds(options),
      // Last: it writes down what the caller gets.
      auditPlugin(audit, now),
    ],
  });
}

/** What does not parse costs little to parse again, and would fill a cache with whatever anyone sends. */
const NO_CACHE = { get: () => undefined, set: () => {} };

/** The parameters were read and checked by server/http; here registered operations are put in place of their hashes. */
const readBefore = (trusted: TrustedDocuments, refused: Refused): Plugin<NodeContext, NodeContext> => ({
  onRequestParse: ({ serverContext, setRequestParser }) => setRequestParser(() => ({ ...serverContext.sent })),
  onParams: ({ params, setParams, context }) => {
    try {
      const known = context.session.viewer.kind !== 'ANONYMOUS';
      const resolved = trusted.resolve(params as Params, known);
      if (resolved.query === undefined) throw new HubError('BAD_INPUT', 'query: the text of the operation');
      setParams({ ...resolved });
    } catch (error) {
      if (!(error instanceof HubError)) throw error;
      refused(context, params.query ?? '', error.code);
      throw beforeExecution(error);
    }
  },
});

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

/** Of an operation that came to nothing, such as one whose variables do not fit, a few errors tell enough. */
const fewErrors: Plugin = {
  onExecute: () => ({
    onExecuteDone: ({ result, setResult }) => {
      const { data, errors, ...rest } = result as ExecutionResult;
      if (data === undefined && errors && errors.length > LISTED_ERRORS)
        setResult({ ...rest, errors: errors.slice(0, LISTED_ERRORS) });
    },
  }),
};
