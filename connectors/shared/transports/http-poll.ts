import { type IncomingHttpHeaders, type IncomingMessage, type RequestOptions, request as requestHttp } from 'node:http';
import { request as requestHttps } from 'node:https';
import type { Readable } from 'node:stream';
import { createBrotliDecompress, createGunzip, createInflate } from 'node:zlib';
import { type Outbound, OutboundError } from '../../outbound.js';

/** What one exchange may cost and where it may go. */
export interface FetchOptions {
  /** With it the request is a POST of this text; `headers` then name its content-type. */
  readonly body?: string;
  /** For the whole exchange, the last byte of the body included. */
  readonly timeoutMs: number;
  /** Of the body after decompression; counted while it streams. */
  readonly maxBytes: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly signal: AbortSignal;
  /** Validators of the copy already held: the answer may then be `unchanged`. */
  readonly etag?: string | undefined;
  readonly lastModified?: string | undefined;
  /** Origins ("http://10.1.2.3:8080") that may be called; no other is, whatever a document links to. */
  readonly allow: readonly string[];
  /** The hub's own rules of where feeds may connect to (FeedContext.outbound). */
  readonly outbound: Outbound | undefined;
}

export type Fetched =
  | { readonly unchanged: true }
  | {
      readonly unchanged: false;
      readonly bytes: Uint8Array;
      readonly etag: string | undefined;
      readonly lastModified: string | undefined;
    };

export type FetchFailure = 'refused' | 'unreachable' | 'timeout' | 'stopped' | 'status' | 'too-large';

/** Why there is no answer. The message is one line and names the address without query or credentials. */
export class FetchError extends Error {
  override readonly name = 'FetchError';
  constructor(
    readonly failure: FetchFailure,
    message: string,
  ) {
    super(message);
  }
}

/**
 * One HTTP GET (POST where there is a body), whole or not at all: resolves with the full body of a 2xx, or `unchanged` for a 304; throws FetchError for
 * everything else. A redirect is an error, never followed. When it returns or throws, the connection is closed.
 */
export async function fetchBytes(address: string, options: FetchOptions): Promise<Fetched> {
  const url = check(address, options);
  const stop = new AbortController();
  const onStop = (): void => stop.abort('stopped');
  const timer = setTimeout(() => stop.abort('timeout'), options.timeoutMs);
  options.signal.addEventListener('abort', onStop, { once: true });
  if (options.signal.aborted) onStop();
  try {
    const method = options.body === undefined ? 'GET' : 'POST';
    const response = await send(url, { method, headers: headersOf(options), signal: stop.signal }, options);
    try {
      return await receive(response, url, options);
    } finally {
      response.destroy();
    }
  } catch (error) {
    if (error instanceof FetchError) throw error;
    if (stop.signal.reason === 'timeout')
      throw new FetchError('timeout', `${nameOf(url)} took longer than ${options.timeoutMs} ms`);
    if (stop.signal.aborted) throw new FetchError('stopped', `${nameOf(url)} was stopped`);
    if (error instanceof OutboundError) throw new FetchError('refused', error.message);
    throw new FetchError('unreachable', `${nameOf(url)} cannot be reached: ${causeOf(error)}`);
  } finally {
    clearTimeout(timer);
    options.signal.removeEventListener('abort', onStop);
  }
}

/** Not the built-in fetch: only here can the name be judged by the address that it is connected to. */
function send(
  url: URL,
  options: RequestOptions,
  { outbound, body }: Pick<FetchOptions, 'outbound' | 'body'>,
): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    const request = url.protocol === 'https:' ? requestHttps : requestHttp;
    const lookup = outbound ? { lookup: outbound.lookup } : {};
    request(url, { ...options, ...lookup, agent: false }, resolve)
      .on('error', reject)
      .end(body);
  });
}

/** The address as error texts show it: origin and path. */
export const nameOf = (url: URL): string => `${url.protocol}//${url.host}${url.pathname}`;

function check(address: string, { allow, outbound }: FetchOptions): URL {
  if (!URL.canParse(address)) throw new FetchError('refused', 'the address is no URL');
  const url = new URL(address);
  if (!/^https?:$/.test(url.protocol)) throw new FetchError('refused', `${url.protocol} addresses are not fetched`);
  if (url.username || url.password)
    throw new FetchError('refused', `${nameOf(url)} holds credentials in its address: put them in the feed's settings`);
  if (!allow.includes(url.origin)) throw new FetchError('refused', `${url.origin} is not an address of this feed`);
  try {
    outbound?.check(url.hostname, Number(url.port || (url.protocol === 'https:' ? 443 : 80)));
  } catch (error) {
    throw new FetchError('refused', (error as Error).message);
  }
  return url;
}

function headersOf({ headers, etag, lastModified, body }: FetchOptions): Record<string, string> {
  return {
    ...(body === undefined ? {} : { 'content-length': String(Buffer.byteLength(body)) }),
    accept: '*/*',
    'accept-encoding': 'gzip, deflate, br',
    ...headers,
    ...(etag === undefined ? {} : { 'if-none-match': etag }),
    ...(lastModified === undefined ? {} : { 'if-modified-since': lastModified }),
  };
}

async function receive(response: IncomingMessage, url: URL, options: FetchOptions): Promise<Fetched> {
  const { statusCode = 0, headers } = response;
  const conditional = options.etag !== undefined || options.lastModified !== undefined;
  if (statusCode === 304 && conditional) return { unchanged: true };
  if (statusCode < 200 || statusCode > 299) {
    const redirected = statusCode >= 300 && statusCode < 400 && statusCode !== 304;
    const hint = redirected ? ', a redirect, which is not followed: put the final address in the settings' : '';
    throw new FetchError('status', `${nameOf(url)} answered ${statusCode}${hint}`);
  }
  if (Number(headers['content-length'] ?? 0) > options.maxBytes) throw tooLarge(url, options.maxBytes);
  return {
    unchanged: false,
    bytes: await readLimited(decoded(response, headers, url), url, options.maxBytes),
    etag: headers.etag,
    lastModified: headers['last-modified'],
  };
}

/** The body without its content-encoding. */
function decoded(response: IncomingMessage, headers: IncomingHttpHeaders, url: URL): Readable {
  const encoding = headers['content-encoding']?.trim().toLowerCase() ?? 'identity';
  if (encoding === 'identity' || encoding === '') return response;
  const decoder = DECODERS[encoding]?.();
  if (!decoder) throw new FetchError('unreachable', `${nameOf(url)} answered in ${encoding}, which is not read`);
  // A body that breaks off breaks its decoder too, or that would wait for the rest for ever.
  response.on('error', (error) => decoder.destroy(error));
  return response.pipe(decoder);
}

const DECODERS: Readonly<Record<string, (() => ReturnType<typeof createGunzip>) | undefined>> = {
  gzip: createGunzip,
  'x-gzip': createGunzip,
  deflate: createInflate,
  br: createBrotliDecompress,
};

async function readLimited(body: Readable, url: URL, maxBytes: number): Promise<Uint8Array> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of body as AsyncIterable<Uint8Array>) {
    size += chunk.byteLength;
    if (size > maxBytes) throw tooLarge(url, maxBytes);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks, size);
}

const tooLarge = (url: URL, maxBytes: number): FetchError =>
  new FetchError('too-large', `${nameOf(url)} is longer than ${maxBytes} bytes`);

/** The system's code says what happened; the message may hold the address with its query. */
function causeOf(error: unknown): string {
  const code: unknown = typeof error === 'object' && error !== null ? Reflect.get(error, 'code') : undefined;
  return typeof code === 'string' ? code : 'the connection broke';
}
