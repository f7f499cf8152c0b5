import type { Server } from 'node:http';
import { type ExecutionArgs, GraphQLError } from 'graphql';
import type { Context, SubscribePayload } from 'graphql-ws';
import { type Extra, useServer } from 'graphql-ws/use/ws';
import { WebSocketServer } from 'ws';
import { HubError } from '../model/errors.js';
import { maskError } from '../schema/errors.js';
import type { Session } from './access/sessions.js';
import type { GraphqlOptions, Yoga } from './graphql.js';

/** Closes a subscriber that fell too far behind. A stock graphql-ws client reconnects on it and resumes with its cursor. */
export const SLOW_SUBSCRIBER = 4290;

const MAX_FRAME_BYTES = 256 * 1024;
const MAX_OPERATIONS_PER_SOCKET = 100;

type InitPayload = { readonly authorization?: unknown } | undefined;
type Socket = Context<Record<string, unknown>, Extra & { session?: Session }>;

/** graphql-transport-ws on the same port and path as HTTP. `stop` closes every socket with 1001, which clients return from. */
export function serveWebSocket(
  http: Server,
  yoga: Yoga,
  options: GraphqlOptions,
): { stop(): Promise<void>; sockets(): number } {
  // The upgrade is taken by hand: bound to the server, ws would also rethrow the server's own errors, such as a port in use.
  const sockets = new WebSocketServer({ noServer: true, path: '/graphql', maxPayload: MAX_FRAME_BYTES });
  http.on('upgrade', (request, socket, head) =>
    sockets.handleUpgrade(request, socket, head, (opened) => sockets.emit('connection', opened, request)),
  );
  const served = useServer(
    {
      // Errors never leave as they are: yoga's enveloped functions mask those of execution, the rest is masked here.
      execute: (args) => (args as EnvelopedArgs).rootValue.execute(args),
      subscribe: (args) => (args as EnvelopedArgs).rootValue.subscribe(args),
      onConnect: (socket) => connect(socket as unknown as Socket, options),
      onDisconnect: (socket) => (socket as unknown as Socket).extra.session?.close(),
      onSubscribe: (socket, _id, payload) => prepare(socket as unknown as Socket, payload, yoga, options),
      onError: (_socket, _id, _payload, errors) => errors.map((error) => shown(error as GraphQLError, options)),
    },
    sockets,
  );
  return {
    stop: async () => {
      for (const socket of sockets.clients) socket.close(1001, 'the hub is stopping: come back with your cursor');
      await served.dispose();
    },
    sockets: () => sockets.clients.size,
  };
}

interface EnvelopedArgs extends ExecutionArgs {
  rootValue: Pick<ReturnType<Yoga['getEnveloped']>, 'execute' | 'subscribe'>;
}

async function prepare(
  socket: Socket,
  payload: SubscribePayload,
  yoga: Yoga,
  options: GraphqlOptions,
): Promise<EnvelopedArgs | readonly GraphQLError[]> {
  if (Object.keys(socket.subscriptions).length > MAX_OPERATIONS_PER_SOCKET)
    return [
      new GraphQLError(`at most ${MAX_OPERATIONS_PER_SOCKET} operations on one socket`, {
        extensions: { code: 'RATE_LIMITED', retryAfterSeconds: 1 },
      }),
    ];
  const { request, socket: ws, session } = socket.extra;
  if (!session) throw new Error('an operation before connection_ack');
  const context = options.context(session, () =>
    ws.close(SLOW_SUBSCRIBER, 'too slow: come back with your last cursor'),
  );
  const enveloped = yoga.getEnveloped({ ...context, req: request, session, params: payload } as never);
  try {
    const document = enveloped.parse(payload.query);
    const errors = enveloped.validate(enveloped.schema, document);
    if (errors.length > 0) return errors.slice(0, 5).map((error: unknown) => shown(error as GraphQLError, options));
    return {
      schema: enveloped.schema,
      operationName: payload.operationName ?? undefined,
      document,
      variableValues: payload.variables ?? undefined,
      contextValue: { ...(await enveloped.contextFactory()), ...context },
      rootValue: { execute: enveloped.execute, subscribe: enveloped.subscribe },
    };
  } catch (error) {
    // A syntax error ends this operation, not the socket with everyone's live warnings on it.
    return [shown(error, options)];
  }
}

/** Closes a socket whose credential is not good, or has come to its end (graphql-transport-ws, 4400 to 4499 are fatal to the client). */
const UNAUTHORIZED = 4401;
const FORBIDDEN = 4403;

/** Judges the credential once for the socket, and closes it when that ends. False, or a close, refuses the connection. */
async function connect(socket: Socket, options: GraphqlOptions): Promise<boolean> {
  const { extra } = socket;
  try {
    const session = await options.identify(extra.request, authorizationOf(socket));
    extra.session = session;
    await session.keep();
    const { signal } = session.viewer;
    const close = (): void =>
      signal.reason === 'expired'
        ? extra.socket.close(UNAUTHORIZED, 'the credential has expired: come back with a new one and your cursor')
        : extra.socket.close(FORBIDDEN, 'the credential was revoked');
    if (signal.aborted) close();
    else signal.addEventListener('abort', close, { once: true });
    // It may have gone while it was judged.
    if (extra.socket.readyState !== extra.socket.OPEN) session.close();
    return !signal.aborted;
  } catch (error) {
    if (!(error instanceof HubError)) throw error;
    if (error.code === 'UNAUTHENTICATED') extra.socket.close(UNAUTHORIZED, error.publicMessage);
    else extra.socket.close(1013, 'try again later');
    return false;
  }
}

function authorizationOf(socket: Socket): string | undefined {
  const given = (socket.connectionParams as InitPayload)?.authorization;
  return typeof given === 'string' ? given : socket.extra.request.headers.authorization;
}

/** An error as a socket shows it; the HTTP status that yoga hangs on some means nothing here. */
function shown(error: unknown, options: GraphqlOptions): GraphQLError {
  const masked = maskError(error, options.onError);
  const { http: _http, ...extensions } = masked.extensions;
  return new GraphQLError(masked.message, { nodes: masked.nodes, path: masked.path, extensions });
}
