import { createHash } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';

/** What is served at an address, now. */
export interface Representation {
  readonly body: Buffer;
  readonly type: string;
  readonly etag: string;
  readonly modifiedAt: Date;
  readonly headers?: Readonly<Record<string, string>>;
}

/** A few seconds spare the hub a rush; after them every cache has to ask, since a warning may have been taken back. */
const CACHE = 'public, max-age=5, must-revalidate';

/** A strong validator: other bytes have another one. */
export const etagOf = (body: Uint8Array): string =>
  `"${createHash('sha256').update(body).digest('base64url').slice(0, 32)}"`;

/** Answers GET or HEAD: 304 where the caller has it already (RFC 9110 §13: If-None-Match goes before If-Modified-Since), else the whole of it. */
export function send(request: IncomingMessage, response: ServerResponse, found: Representation, now: Date): void {
  const { body, type, etag, modifiedAt, headers } = found;
  // Never later than the answer itself; the comparison goes by the true time, so that no change is missed.
  const told = new Date(Math.min(modifiedAt.getTime(), now.getTime()));
  const common = {
    etag,
    'last-modified': told.toUTCString(),
    'cache-control': CACHE,
    'x-content-type-options': 'nosniff',
  };
  if (isKnown(request, etag, modifiedAt)) return void response.writeHead(304, common).end();
  response.writeHead(200, { ...common, ...headers, 'content-type': type, 'content-length': body.length });
  response.end(request.method === 'HEAD' ? undefined : body);
}

function isKnown({ headers }: IncomingMessage, etag: string, modifiedAt: Date): boolean {
  const tags = headers['if-none-match'];
  if (tags !== undefined)
    return tags.split(',').some((tag) => tag.trim() === '*' || tag.trim().replace(/^W\//, '') === etag);
  const since = headers['if-modified-since'];
  if (since === undefined) return false;
  return Math.floor(modifiedAt.getTime() / 1000) * 1000 <= Date.parse(since);
}
