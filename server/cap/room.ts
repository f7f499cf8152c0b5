import type { IncomingMessage, ServerResponse } from 'node:http';
import { type Representation, send } from './conditional.js';
import { CapDocuments, type DocumentOptions } from './documents.js';

/** Longer is no identifier. */
const MAX_NAME = 300;

/**
 * /cap/feed.atom, /cap/<identifier>.xml (CAP 1.2) and /cap/<identifier>.12379.xml, for everyone, without a credential. Whatever is not public
 * is answered as what does not exist: drafts, exercises, tests, and names that are none.
 */
export class CapRoom {
  readonly #documents: CapDocuments;

  constructor(private readonly options: DocumentOptions) {
    this.#documents = new CapDocuments(options);
  }

  async handle(request: IncomingMessage, response: ServerResponse, path: string): Promise<void> {
    if (request.method !== 'GET' && request.method !== 'HEAD')
      return refuse(response, 405, 'GET and HEAD only', { allow: 'GET, HEAD' });
    const found = await this.#find(path);
    if (!found) return refuse(response, 404, 'not found');
    send(request, response, found, this.options.now());
  }

  async #find(path: string): Promise<Representation | undefined> {
    if (path === '/cap/feed.atom') return this.#documents.feed();
    const [, name, domestic] = /^\/cap\/([^/]+?)(\.12379)?\.xml$/.exec(path) ?? [];
    const identifier = decoded(name ?? '');
    return identifier ? this.#documents.message(identifier, domestic ? '12379' : 'cap') : undefined;
  }
}

/** Undefined for what cannot be an identifier. */
function decoded(name: string): string | undefined {
  try {
    const identifier = decodeURIComponent(name);
    return identifier.length > MAX_NAME || identifier.includes('\0') ? undefined : identifier;
  } catch {
    return undefined;
  }
}

function refuse(response: ServerResponse, status: number, body: string, headers: Record<string, string> = {}): void {
  response.writeHead(status, {
    ...headers,
    'content-type': 'text/plain; charset=utf-8',
    'content-length': body.length,
    // It may be published the next moment.
    'cache-control': 'no-store',
    'x-content-type-options': 'nosniff',
  });
  // Node leaves the body of an answer to HEAD out.
  response.end(body);
}
