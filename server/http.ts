import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { HubError } from '../model/errors.js';
import { isGateway } from './access/gateway.js';
import type { CapRoom } from './cap/room.js';
import type { ExchangeDoor } from './exchange/door.js';
import { checkParams, type Params, paramsOfUrl } from './graphql/params.js';
import type { GraphqlOptions, Yoga } from './graphql.js';
import { checkHeaders, HttpFault, readJson } from './http/body.js';
import { isHomeName, sendGraphiql, wantsPage } from './http/graphiql.js';
import type { Origins } from './http/origins.js';
import { type ProbeOptions, probe } from './http/probes.js';
import { refuse, reply } from './http/reply.js';
import { schemaFile } from './http/schema-file.js';
import { policyForStyle, type SetHeaders } from './http/security-headers.js';
import { landingPage, landingStyle } from './landing-page.js';
import type { Doorkeeper } from './limits/doorkeeper.js';
import type { PushRouter } from './push-router.js';

export interface HttpOptions extends Pick<GraphqlOptions, 'admit' | 'limits' | 'budgets'> {
  readonly yoga: Yoga;
  /** The same with what gateways ask of a subgraph, for those that have proved to be one. */
  readonly subgraph: Yoga;
  readonly push: PushRouter;
  /** None where another process has them. */
  readonly cap?: CapRoom;
  readonly exchange?: ExchangeDoor | undefined;
  /** What /schema.graphql says in place of the file; of a process that serves parts of the graph. */
  readonly schemaText?: string;
  readonly doorkeeper: Doorkeeper;
  readonly probes: ProbeOptions;
  readonly origins: Origins;
  readonly setHeaders: SetHeaders;
  /** GraphiQL is served in demo mode only. */
  readonly demo: boolean;
  /** What its headers editor opens with, as JSON, for whoever sits at the hub's own machine. */
  readonly graphiqlHeaders: () => string | undefined;
  readonly onError: (error: unknown) => void;
}

/** The hub's one HTTP server; it listens once `listen` is called. Half-open and slow requests are cut. */
export function createHttp(options: HttpOptions): Server {
  const sendSchema = schemaFile(options.schemaText);
  const server = createServer(
    {
      requestTimeout: 20_000,
      headersTimeout: 10_000,
      connectionsCheckingInterval: 2000,
      keepAliveTimeout: 10_000,
      maxHeaderSize: 16_384,
    },
    (request, response) => {
      options.setHeaders(request, response);
      route(request, response, options, sendSchema).catch((error: unknown) => {
        options.onError(error);
        if (!response.headersSent) reply(response, 500, 'internal error');
        else response.destroy();
      });
    },
  );
  return server;
}

/** Binds the server; resolves with its base URL. */
export function listen(server: Server, port: number, host: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const failed = (error: NodeJS.ErrnoException): void =>
      reject(
        error.code === 'EADDRINUSE'
          ? new Error(`port ${port} of ${host} is taken: stop what listens there, or set PORT`, { cause: error })
          : error,
      );
    server.once('error', failed);
    server.listen(port, host, () => {
      server.off('error', failed);
      const { address, family, port: bound } = server.address() as AddressInfo;
      resolve(`http://${family === 'IPv6' ? `[${address}]` : address}:${bound}`);
    });
  });
}

async function route(
  request: IncomingMessage,
  response: ServerResponse,
  options: HttpOptions,
  sendSchema: ReturnType<typeof schemaFile>,
): Promise<void> {
  const path = (request.url ?? '/').split('?')[0] ?? '/';
  if (path === '/graphql') return graphql(request, response, options);
  if (path.startsWith('/feeds/')) return push(request, response, path, options);
  if (options.exchange && path.startsWith('/exchange/v1/')) return options.exchange.handle(request, response, path);
  if (options.cap && path.startsWith('/cap/')) return options.cap.handle(request, response, path);
  if (path === '/schema.graphql') return sendSchema(request, response);
  if (await probe(request, response, path, options.probes)) return;
  if (path !== '/') return reply(response, 404, 'not found');
  response.setHeader('content-security-policy', policyForStyle(landingStyle));
  reply(response, 200, landingPage, 'text/html; charset=utf-8');
}

/** The push doors judge keys of their own; whoever tries many wrong ones is turned away before them. */
async function push(
  request: IncomingMessage,
  response: ServerResponse,
  path: string,
  { doorkeeper, push: doors }: HttpOptions,
): Promise<void> {
  const shut = await doorkeeper.shutOut(request);
  if (shut) return refuse(request, response, shut);
  await doors.handle(request, response, path, doorkeeper.addressOf(request));
  if (response.statusCode === 401) await doorkeeper.countWrong(request);
}

async function graphql(request: IncomingMessage, response: ServerResponse, options: HttpOptions): Promise<void> {
  options.origins.announce(request, response);
  response.setHeader('cache-control', 'no-store');
  if (request.method === 'OPTIONS') return options.origins.preflight(request, response);
  if (options.demo && wantsPage(request)) {
    const home = options.probes.isHome(request) && isHomeName(request);
    return sendGraphiql(response, home ? options.graphiqlHeaders() : undefined);
  }
  try {
    await serve(request, response, options);
  } catch (error) {
    if (error instanceof HttpFault) return refuse(request, response, error.error, error.status);
    if (error instanceof HubError) return refuse(request, response, error);
    throw error;
  }
}

/** How old the judgement of a credential may be when its operation begins. */
const JUDGED_MS = 300;

/** One operation. What can be refused by the headers is refused before the body is read; the credential is judged before that, too. */
async function serve(request: IncomingMessage, response: ServerResponse, options: HttpOptions): Promise<void> {
  const { admit, budgets, limits, subgraph, yoga } = options;
  if (request.method === 'POST') checkHeaders(request);
  else if (request.method !== 'GET') {
    response.setHeader('allow', 'GET, POST');
    throw new HttpFault(405, new HubError('BAD_INPUT', 'use POST, or GET for queries'));
  }
  const judge = (): ReturnType<typeof admit> => admit(request, request.headers.authorization);
  let visit = await judge();
  response.once('close', () => visit.session.close());
  // Gone while it was judged: then `close` has been.
  if (response.destroyed) return visit.session.close();
  await budgets.spend(visit.caller, 'requests', 1);
  const endpoint = (await isGateway(request, admit)) ? subgraph : yoga;
  const startedAt = performance.now();
  const sent: Params = checkParams(
    request.method === 'POST' ? await readJson(request) : paramsOfUrl(request.url ?? ''),
    limits.query,
  );
  // A body that comes in drops may outlive its credential: what is carried out is judged by the credential of then.
  if (performance.now() - startedAt > JUDGED_MS) {
    const again = await judge();
    visit.session.close();
    visit = again;
    if (response.destroyed) return visit.session.close();
  }
  const { session, address, caller } = visit;
  await endpoint(request, response, { session, caller, address, sent });
}
