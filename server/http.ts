import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Registry } from 'prom-client';
import { ERROR_CODES, HubError } from '../model/errors.js';
import type { Session } from './access/sessions.js';
import type { CapRoom } from './cap/room.js';
import type { Yoga } from './graphql.js';
import { landingPage } from './landing-page.js';
import type { PushRouter } from './push-router.js';

const MAX_QUERY_BYTES = 256 * 1024;

export interface HttpOptions {
  readonly yoga: Yoga;
  readonly push: PushRouter;
  readonly cap: CapRoom;
  /** Throws HubError where the credential is wrong or cannot be judged. */
  readonly identify: (request: IncomingMessage) => Promise<Session>;
  readonly metrics: Registry;
  /** Undefined when ready, else the reason why not. */
  readonly notReady: () => Promise<string | undefined>;
  /** What does not work while the hub answers; undefined where all does. */
  readonly ailing: () => string | undefined;
  readonly onError: (error: unknown) => void;
}

/** The hub's one HTTP server; it listens once `listen` is called. Half-open and slow requests are cut. */
export function createHttp(options: HttpOptions): Server {
  const server = createServer(
    {
      requestTimeout: 20_000,
      headersTimeout: 10_000,
      connectionsCheckingInterval: 2000,
      keepAliveTimeout: 10_000,
      maxHeaderSize: 16_384,
    },
    (request, response) => {
      route(request, response, options).catch((error: unknown) => {
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

async function route(request: IncomingMessage, response: ServerResponse, options: HttpOptions): Promise<void> {
  const path = (request.url ?? '/').split('?')[0] ?? '/';
  if (path === '/graphql') return graphql(request, response, options);
  if (path.startsWith('/feeds/')) return options.push.handle(request, response, path);
  if (path.startsWith('/cap/')) return options.cap.handle(request, response, path);
  if (path === '/health/live') return reply(response, 200, 'live');
  if (path === '/health/ready') {
    const reason = await options.notReady();
    return reply(response, reason ? 503 : 200, reason ?? ['ready', options.ailing()].filter(Boolean).join('; '));
  }
  if (path === '/metrics') return reply(response, 200, await options.metrics.metrics(), options.metrics.contentType);
  if (path === '/') return reply(response, 200, landingPage, 'text/html; charset=utf-8');
  reply(response, 404, 'not found');
}

async function graphql(request: IncomingMessage, response: ServerResponse, options: HttpOptions): Promise<void> {
  if (request.method === 'POST') {
    const type = request.headers['content-type'] ?? '';
    if (!/^application\/json\b/i.test(type)) return graphqlFault(response, 415, 'send application/json');
    if (request.headers['content-length'] === undefined) return graphqlFault(response, 411, 'send a content-length');
    if (Number(request.headers['content-length']) > MAX_QUERY_BYTES)
      return graphqlFault(response, 413, `the request is larger than ${MAX_QUERY_BYTES} bytes`);
  }
  const session = await options.identify(request).catch((error: unknown) => {
    if (error instanceof HubError) return error;
    throw error;
  });
  if (session instanceof HubError) return refused(response, session);
  response.once('close', () => session.close());
  await options.yoga(request, response, { session });
}

/** A request whose credential is not good, or cannot be judged. */
function refused(response: ServerResponse, { code, publicMessage, details }: HubError): void {
  if (code === 'UNAUTHENTICATED') response.setHeader('www-authenticate', 'Bearer');
  if (typeof details.retryAfterSeconds === 'number') response.setHeader('retry-after', details.retryAfterSeconds);
  reply(
    response,
    ERROR_CODES[code],
    JSON.stringify({ errors: [{ message: publicMessage, extensions: { ...details, code } }] }),
    'application/json; charset=utf-8',
  );
}

function graphqlFault(response: ServerResponse, status: number, message: string): void {
  response.setHeader('connection', 'close');
  reply(
    response,
    status,
    JSON.stringify({ errors: [{ message, extensions: { code: 'BAD_INPUT' } }] }),
    'application/json; charset=utf-8',
  );
}

function reply(response: ServerResponse, status: number, body: string, type = 'text/plain; charset=utf-8'): void {
  response.writeHead(status, { 'content-type': type, 'x-content-type-options': 'nosniff' });
  response.end(body);
}
