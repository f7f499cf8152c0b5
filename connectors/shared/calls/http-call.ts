import { type IncomingHttpHeaders, type IncomingMessage, request as requestHttp } from 'node:http';
import { request as requestHttps } from 'node:https';
import type { LookupFunction } from 'node:net';

/** The hub's rules of where it may connect to. */
export type Dial = { check(host: string, port: number): void; readonly lookup: LookupFunction };

export interface HttpCall {
  readonly method: 'GET' | 'POST';
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string;
  /** For the whole exchange, the last byte of the answer included. */
  readonly timeoutMs: number;
  /** Of the answer; what is longer is not read on, and counts as an answer without a body. */
  readonly maxBytes: number;
  readonly signal: AbortSignal;
  readonly dial: Dial | undefined;
}

export interface HttpAnswer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

/** Why there is no answer. One line, the address without query; nothing of what was sent. */
export class CallError extends Error {
  override readonly name = 'CallError';
}

/** One HTTP exchange; throws CallError where there is no answer. Redirects are answers like others, never followed. The connection is closed. */
export async function call(address: string, options: HttpCall): Promise<HttpAnswer> {
  const url = new URL(address);
  const { dial, timeoutMs, signal } = options;
  const stop = new AbortController();
  const onStop = (): void => stop.abort('stopped');
  const timer = setTimeout(() => stop.abort('timeout'), timeoutMs);
  signal.addEventListener('abort', onStop, { once: true });
  if (signal.aborted) onStop();
  try {
    dial?.check(url.hostname, Number(url.port || (url.protocol === 'https:' ? 443 : 80)));
    const response = await send(url, options, stop.signal);
    try {
      const { statusCode: status = 0, headers } = response;
      return { status, headers, body: await bodyOf(response, options.maxBytes) };
    } finally {
      response.destroy();
    }
  } catch (error) {
    throw new CallError(`${nameOf(url)} ${faultOf(error, stop.signal, timeoutMs)}`);
  } finally {
    clearTimeout(timer);
    signal.removeEventListener('abort', onStop);
  }
}

/** Origin and path. */
export const nameOf = (url: URL): string => `${url.protocol}//${url.host}${url.pathname}`;

/** Not the built-in fetch: only here can a name be judged by the address that it is connected to. */
function send(url: URL, { method, headers, body, dial }: HttpCall, signal: AbortSignal): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    const request = url.protocol === 'https:' ? requestHttps : requestHttp;
    const length = body === undefined ? {} : { 'content-length': String(Buffer.byteLength(body)) };
    request(
      url,
      { method, headers: { ...length, ...headers }, signal, agent: false, ...(dial ? { lookup: dial.lookup } : {}) },
      resolve,
    )
      .on('error', reject)
      .end(body);
  });
}

async function bodyOf(response: IncomingMessage, maxBytes: number): Promise<string> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of response as AsyncIterable<Uint8Array>) {
    size += chunk.byteLength;
    if (size > maxBytes) return '';
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}

function faultOf(error: unknown, signal: AbortSignal, timeoutMs: number): string {
  if (signal.reason === 'timeout') return `took longer than ${timeoutMs} ms`;
  if (signal.aborted) return 'was stopped';
  const code: unknown = typeof error === 'object' && error !== null ? Reflect.get(error, 'code') : undefined;
  if (error instanceof Error && error.name === 'OutboundError') return `is not called: ${error.message}`;
  return `cannot be reached: ${typeof code === 'string' ? code : 'the connection broke'}`;
}

/** The wait that an answer asks for: Retry-After in seconds or as a date; undefined where it names none. */
export function retryAfterMs({ headers }: HttpAnswer, now: Date): number | undefined {
  const text = headers['retry-after']?.trim();
  if (text === undefined || text === '') return undefined;
  const ms = /^\d{1,6}$/.test(text) ? Number(text) * 1000 : Date.parse(text) - now.getTime();
  return Number.isFinite(ms) ? Math.max(0, ms) : undefined;
}
