import type { IncomingMessage } from 'node:http';
import { HubError } from '../../model/errors.js';

/** The most that a GraphQL request may hold. */
export const MAX_BODY_BYTES = 256 * 1024;

/** A refusal with an HTTP status of its own. */
export class HttpFault extends Error {
  override readonly name = 'HttpFault';
  constructor(
    readonly status: number,
    readonly error: HubError,
  ) {
    super(error.publicMessage);
  }
}

const fault = (status: number, what: string): HttpFault => new HttpFault(status, new HubError('BAD_INPUT', what));

/**
 * Throws HttpFault where the headers already say that a body will not be taken. Only application/json: what a page of another origin can send
 * without asking first is never read.
 */
export function checkHeaders({ headers }: IncomingMessage): void {
  const [type = '', ...parameters] = (headers['content-type'] ?? '').toLowerCase().split(';');
  if (type.trim() !== 'application/json') throw fault(415, 'send application/json');
  const charset = parameters.find((each) => each.trim().startsWith('charset='));
  if (charset && !/^\s*charset="?utf-?8"?\s*$/.test(charset)) throw fault(415, 'send UTF-8');
  if (headers['content-encoding'] !== undefined && headers['content-encoding'] !== 'identity')
    throw fault(415, 'send the body as it is, not compressed');
  if (Number(headers['content-length'] ?? 0) > MAX_BODY_BYTES) throw tooLarge();
}

/** The JSON in a request's body, which is read no further than the limit. Throws HttpFault. */
export async function readJson(request: IncomingMessage): Promise<unknown> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of request.iterator({ destroyOnReturn: false }) as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size > MAX_BODY_BYTES) throw tooLarge();
    chunks.push(chunk);
  }
  if (size === 0) throw fault(400, 'the request has no body');
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(Buffer.concat(chunks)));
  } catch {
    throw fault(400, 'the body is no JSON in UTF-8');
  }
}

const tooLarge = (): HttpFault => fault(413, `the request is larger than ${MAX_BODY_BYTES} bytes`);
