import type { IncomingMessage, ServerResponse } from 'node:http';

/** Which pages of other origins may read what the hub answers; none unless the settings name them. */
export class Origins {
  readonly #allowed: ReadonlySet<string>;

  constructor(allowed: readonly string[]) {
    this.#allowed = new Set(allowed);
  }

  /** Tells the browser whether the page that asks may read. */
  announce({ headers }: IncomingMessage, response: ServerResponse): void {
    if (this.#allowed.size > 0) response.setHeader('vary', 'Origin');
    if (headers.origin === undefined || !this.#allowed.has(headers.origin)) return;
    response.setHeader('access-control-allow-origin', headers.origin);
    response.setHeader('access-control-expose-headers', 'Retry-After');
  }

  /** Answers what a browser asks before it sends a page's request. */
  preflight({ headers }: IncomingMessage, response: ServerResponse): void {
    if (headers.origin !== undefined && this.#allowed.has(headers.origin)) {
      response.setHeader('access-control-allow-methods', 'GET, POST');
      response.setHeader('access-control-allow-headers', 'authorization, content-type');
      response.setHeader('access-control-max-age', '600');
    }
    response.writeHead(204, { allow: 'GET, POST' });
    response.end();
  }

  /** Whether a WebSocket may open: browsers let any page open one, and say which. Programs send no origin. */
  mayConnect({ headers }: IncomingMessage): boolean {
    const { host, origin } = headers;
    if (origin === undefined || this.#allowed.has(origin)) return true;
    return URL.canParse(origin) && new URL(origin).host === host;
  }
}
