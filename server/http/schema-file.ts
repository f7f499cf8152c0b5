import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { join } from 'node:path';
import { packageRoot } from '../root.js';
import { reply } from './reply.js';

/** The public schema as a file for everyone, with an ETag; it takes no right, unlike asking GraphQL for it. */
export function schemaFile(given?: string): (request: IncomingMessage, response: ServerResponse) => void {
  const text = given ?? readFileSync(join(packageRoot(), 'schema.graphql'), 'utf8');
  const tag = `"${createHash('sha256').update(text).digest('base64url').slice(0, 22)}"`;
  return ({ headers, method }, response) => {
    if (method !== 'GET' && method !== 'HEAD') {
      response.setHeader('allow', 'GET, HEAD');
      return reply(response, 405, 'use GET');
    }
    response.setHeader('etag', tag);
    response.setHeader('cache-control', 'public, no-cache');
    const held = (headers['if-none-match'] ?? '').split(',').map((each) => each.trim().replace(/^W\//, ''));
    if (held.includes(tag)) response.writeHead(304).end();
    else reply(response, 200, method === 'HEAD' ? '' : text);
  };
}
