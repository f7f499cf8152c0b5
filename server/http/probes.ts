import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Registry } from 'prom-client';
import { sameKey } from '../access/kept-key.js';
import { reply } from './reply.js';

export interface ProbeOptions {
  readonly registry: Registry;
  /** Undefined when ready, else the reason why not. */
  readonly notReady: () => Promise<string | undefined>;
  /** What does not work while the hub answers; undefined where all does. */
  readonly ailing: () => string | undefined;
  /** Whether the hub's own machine asks. */
  readonly isHome: (request: IncomingMessage) => boolean;
  /** Who else may read the metrics: whoever has this token, or everyone. */
  readonly metrics: { readonly token?: string | undefined; readonly open?: boolean | undefined };
}

/** /health/live, /health/ready and /metrics; false where the path is another. Strangers are told no reasons. */
export async function probe(
  request: IncomingMessage,
  response: ServerResponse,
  path: string,
  options: ProbeOptions,
): Promise<boolean> {
  if (path === '/health/live') reply(response, 200, 'live');
  else if (path === '/health/ready') {
    const reason = await options.notReady();
    const home = options.isHome(request);
    if (reason) reply(response, 503, home ? reason : 'not ready');
    else reply(response, 200, ['ready', home && options.ailing()].filter(Boolean).join('; '));
  } else if (path === '/metrics') await sendMetrics(request, response, options);
  else return false;
  return true;
}

async function sendMetrics(request: IncomingMessage, response: ServerResponse, options: ProbeOptions): Promise<void> {
  const { metrics, registry } = options;
  const given = /^Bearer +(\S+)$/i.exec(request.headers.authorization ?? '')?.[1];
  const named = metrics.token !== undefined && given !== undefined && sameKey(given, metrics.token);
  if (metrics.open || named || options.isHome(request))
    return reply(response, 200, await registry.metrics(), registry.contentType);
  if (metrics.token === undefined) return reply(response, 404, 'not found');
  response.setHeader('www-authenticate', 'Bearer');
  reply(response, 401, 'the metrics need a token');
}
