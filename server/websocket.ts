import type { Server } from 'node:http';
import { type ExecutionArgs, GraphQLError } from 'graphql';
import { type Context, handleProtocols, makeServer, type SubscribePayload } from 'graphql-ws';
import { WebSocketServer } from 'ws';
import { HubError } from '../model/errors.js';
import { maskError } from '../schema/errors.js';
import type { Session } from './access/sessions.js';
import { type Refused, refusals } from './audit/plugin.js';
import { checkParams } from './graphql/params.js';
import type { GraphqlOptions, Yoga } from './graphql.js';
import type { Origins } from './http/origins.js';
import { Counts } from './limits/budgets.js';
import type { Addresses, Caller } from './limits/caller.js';
import { type LinkExtra, link, SLOW_SUBSCRIBER } from './websocket/socket-link.js';
import { gate } from './websocket/upgrade.js';

const MAX_FRAME_BYTES = 256 * 1024;

type InitPayload = { readonly authorization?: unknown; readonly Authorization?: unknown } | undefined;
interface Extra extends LinkExtra {
  session?: Session;
  caller?: Caller;
  address?: string;
  /** Ends its count among the caller's sockets. */
  release?: () => void;
}
type Socket = Context<Record<string, unknown>, Extra>;

export interface SocketOptions extends GraphqlOptions {
  readonly origins: Origins;
  readonly addresses: Addresses;
}

/** graphql-transport-ws on the same port and path as HTTP. `stop` closes every socket with 1001, which clients return from. */
export function serveWebSocket(
  http: Server,
  yoga: Yoga,
  options: SocketOptions,
): { stop(): Promise<void>; sockets(): number } {
  // The upgrade is taken by hand: bound to the server, ws would also rethrow the server's own errors, such as a port in use.
  const sockets = new WebSocketServer({ noServer: true, maxPayload: MAX_FRAME_BYTES, handleProtocols });
  const byAddress = new Counts(options.limits.sockets);
  const server = protocol(yoga, options);
  http.on('upgrade', (request, socket, head) => {
    const release = gate(request, socket, { ...options, open: byAddress });
    if (!release) return;
    socket.once('close', release);
    sockets.handleUpgrade(request, socket, head, (opened) =>
      link<Extra>({
        server,
        extra: { socket: opened, request },
        onError: (error) => maskError(error, options),
      }),
    );
  });
  return {
    stop: async () => {
      for (const socket of sockets.clients) socket.close(1001, 'the hub is stopping: come back with your cursor');
      await new Promise<void>((resolve) => sockets.close(() => resolve()));
    },
    sockets: () => sockets.clients.size,
  };
}

function protocol(yoga: Yoga, options: SocketOptions) {
  const byCaller = new Counts(options.limits.sockets);
  const refused = refusals(options.audit, options.now);
  return makeServer<Record<string, unknown>, Extra>({
    // Errors never leave as they are: yoga's enveloped functions mask those of execution, the rest is masked here.
    execute: (args) => (args as EnvelopedArgs).rootValue.execute(args),
    subscribe: (args) => (args as EnvelopedArgs).rootValue.subscribe(args),
    onConnect: (socket) => connect(socket, byCaller, options),
    onClose: ({ extra }) => {
      extra.session?.close();
      extra.release?.();
    },
    onSubscribe: (socket, _id, payload) => prepare(socket, payload, yoga, options, refused),
    onNext: (_socket, _id, _payload, _args, result) =>
      result.errors ? { ...result, errors: result.errors.map((error) => shown(error, options)) } : undefined,
    onError: (_socket, _id, _payload, errors) => errors.map((error) => shown(error, options)),
  });
}

interface EnvelopedArgs extends ExecutionArgs {
  rootValue: Pick<ReturnType<Yoga['getEnveloped']>, 'execute' | 'subscribe'>;
}

async function prepare(
  socket: Socket,
  payload: SubscribePayload,
  yoga: Yoga,
  options: GraphqlOptions,
  refused: Refused,
): Promise<EnvelopedArgs | readonly GraphQLError[]> {
  const { request, socket: ws, session, caller, address = '' } = socket.extra;
  const { budgets, limits, trusted } = options;
  try {
    if (!session || !caller) throw new Error('an operation before connection_ack');
    if (Object.keys(socket.subscriptions).length > limits.operationsPerSocket)
      throw new HubError('RATE_LIMITED', `at most ${limits.operationsPerSocket} operations on one socket`, {
        retryAfterSeconds: 1,
      });
    await budgets.spend(caller, 'requests', 1);
    const sent = checkParams(payload, limits.query);
    const params = registered(
      () => trusted.resolve(sent, caller.known),
      (code) => refused({ session, address }, sent.query ?? '', code),
    );
    const context = options.context(session, () =>
      ws.close(SLOW_SUBSCRIBER, 'too slow: come back with your last cursor'),
    );
    const enveloped = yoga.getEnveloped({ ...context, req: request, session, caller, address, params } as never);
    const document = enveloped.parse(params.query ?? '');
    const errors = enveloped.validate(enveloped.schema, document);
    if (errors.length > 0) return errors.map((error: unknown) => shown(error, options));
    return {
      schema: enveloped.schema,
      operationName: params.operationName,
      document,
      variableValues: params.variables,
      contextValue: { ...(await enveloped.contextFactory()), ...context },
      rootValue: { execute: enveloped.execute, subscribe: enveloped.subscribe },
    };
  } catch (error) {
    // A syntax error ends this operation, not the socket with everyone's live warnings on it.
    return [shown(error, options)];
  }
}

/** What is no registered operation is written down: whoever asks it may not. */
function registered<T>(resolve: () => T, refused: (code: string) => void): T {
  try {
    return resolve();
  } catch (error) {
    if (error instanceof HubError) refused(error.code);
    throw error;
  }
}

/** Closes a socket whose credential is not good, or has come to its end (graphql-transport-ws, 4400 to 4499 are fatal to the client). */
const UNAUTHORIZED = 4401;
const FORBIDDEN = 4403;
/** Clients come back from it after a while. */
const TRY_AGAIN_LATER = 1013;

/** Judges the credential once for the socket, and closes it when that ends. False, or a close, refuses the connection. */
async function connect(socket: Socket, byCaller: Counts, options: SocketOptions): Promise<boolean> {
  const { extra } = socket;
  try {
    const { session, caller, address } = await options.admit(extra.request, authorizationOf(socket));
    extra.session = session;
    extra.caller = caller;
    extra.address = address;
    extra.release = byCaller.take(caller.key);
    if (!extra.release) {
      extra.socket.close(TRY_AGAIN_LATER, 'too many open sockets: close some');
      return false;
    }
    await session.keep();
    const { signal } = session.viewer;
    const close = (): void =>
      signal.reason === 'expired'
        ? extra.socket.close(UNAUTHORIZED, 'the credential has expired: come back with a new one and your cursor')
        : extra.socket.close(FORBIDDEN, 'the credential was revoked');
    if (signal.aborted) close();
    else signal.addEventListener('abort', close, { once: true });
    // It may have gone while it was judged: then nothing else will end what has just begun.
    if (extra.socket.readyState !== extra.socket.OPEN) {
      session.close();
      extra.release();
    }
    return !signal.aborted;
  } catch (error) {
    if (!(error instanceof HubError)) throw error;
    if (error.code === 'UNAUTHENTICATED') extra.socket.close(UNAUTHORIZED, error.publicMessage.slice(0, 120));
    else extra.socket.close(TRY_AGAIN_LATER, 'try again later');
    return false;
  }
}

/** As connection_init says it, else the header that programs can send. Two that differ are one too many. */
function authorizationOf({ connectionParams, extra }: Socket): string | undefined {
  const params = connectionParams as InitPayload;
  const given = params?.authorization ?? params?.Authorization;
  const { authorization } = extra.request.headers;
  if (typeof given !== 'string') return authorization;
  if (authorization !== undefined && authorization !== given)
    throw new HubError('UNAUTHENTICATED', 'send one credential, not several');
  return given;
}

/** An error as a socket shows it; the HTTP status that yoga hangs on some means nothing here. */
function shown(error: unknown, options: GraphqlOptions): GraphQLError {
  const masked = maskError(error, options);
  const { http: _http, ...extensions } = masked.extensions;
  return new GraphQLError(masked.message, { nodes: masked.nodes, path: masked.path, extensions });
}
