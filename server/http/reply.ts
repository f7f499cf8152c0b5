import type { IncomingMessage, ServerResponse } from 'node:http';
import { ERROR_CODES, type HubError } from '../../model/errors.js';

export function reply(
  response: ServerResponse,
  status: number,
  body: string,
  type = 'text/plain; charset=utf-8',
): void {
  response.writeHead(status, { 'content-type': type });
  response.end(body);
}

/** Refuses a GraphQL request before it is one; the connection ends with it where its body was not read. */
export function refuse(
  request: IncomingMessage,
  response: ServerResponse,
  { code, publicMessage, details }: HubError,
  status: number = ERROR_CODES[code],
): void {
  if (code === 'UNAUTHENTICATED') response.setHeader('www-authenticate', 'Bearer');
  if (typeof details.retryAfterSeconds === 'number') response.setHeader('retry-after', details.retryAfterSeconds);
  if (!request.complete) response.setHeader('connection', 'close');
  const plain = /application\/graphql-response\+json/.test(request.headers.accept ?? '')
    ? 'application/graphql-response+json'
    : 'application/json';
  const error = { message: publicMessage, extensions: { ...details, code } };
  reply(response, status, JSON.stringify({ errors: [error] }), `${plain}; charset=utf-8`);
}
