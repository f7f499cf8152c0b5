/** What one GET may cost and where it may go. */
export interface FetchOptions {
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
 * One HTTP GET, whole or not at all: resolves with the full body of a 2xx, or `unchanged` for a 304; throws FetchError for
 * everything else. A redirect is an error, never followed. When it returns or throws, the connection is free again.
 */
export async function fetchBytes(address: string, options: FetchOptions): Promise<Fetched> {
  const url = check(address, options.allow);
  const stop = new AbortController();
  const onStop = (): void => stop.abort('stopped');
  const timer = setTimeout(() => stop.abort('timeout'), options.timeoutMs);
  options.signal.addEventListener('abort', onStop, { once: true });
  if (options.signal.aborted) onStop();
  try {
    const response = await fetch(url, { headers: headersOf(options), redirect: 'manual', signal: stop.signal });
    return await receive(response, url, options);
  } catch (error) {
    if (error instanceof FetchError) throw error;
    if (stop.signal.reason === 'timeout')
      throw new FetchError('timeout', `${nameOf(url)} took longer than ${options.timeoutMs} ms`);
    if (stop.signal.aborted) throw new FetchError('stopped', `${nameOf(url)} was stopped`);
    throw new FetchError('unreachable', `${nameOf(url)} cannot be reached: ${causeOf(error)}`);
  } finally {
    clearTimeout(timer);
    options.signal.removeEventListener('abort', onStop);
  }
}

/** The address as error texts show it: origin and path. */
export const nameOf = (url: URL): string => `${url.protocol}//${url.host}${url.pathname}`;

function check(address: string, allow: readonly string[]): URL {
  if (!URL.canParse(address)) throw new FetchError('refused', 'the address is no URL');
  const url = new URL(address);
  if (!/^https?:$/.test(url.protocol)) throw new FetchError('refused', `${url.protocol} addresses are not fetched`);
  if (url.username || url.password)
    throw new FetchError('refused', `${nameOf(url)} holds credentials in its address: put them in the feed's settings`);
  if (!allow.includes(url.origin)) throw new FetchError('refused', `${url.origin} is not an address of this feed`);
  return url;
}

function headersOf({ headers, etag, lastModified }: FetchOptions): Record<string, string> {
  return {
    ...headers,
    ...(etag === undefined ? {} : { 'if-none-match': etag }),
    ...(lastModified === undefined ? {} : { 'if-modified-since': lastModified }),
  };
}

async function receive(response: Response, url: URL, options: FetchOptions): Promise<Fetched> {
  const conditional = options.etag !== undefined || options.lastModified !== undefined;
  if (response.status === 304 && conditional) {
    await response.body?.cancel();
    return { unchanged: true };
  }
  const announced = Number(response.headers.get('content-length') ?? 0);
  if (!response.ok || announced > options.maxBytes) {
    await response.body?.cancel();
    if (response.ok) throw tooLarge(url, options.maxBytes);
    const redirected = response.status >= 300 && response.status < 400 && response.status !== 304;
    const hint = redirected ? ', a redirect, which is not followed: put the final address in the settings' : '';
    throw new FetchError('status', `${nameOf(url)} answered ${response.status}${hint}`);
  }
  return {
    unchanged: false,
    bytes: await readLimited(response, url, options.maxBytes),
    etag: response.headers.get('etag') ?? undefined,
    lastModified: response.headers.get('last-modified') ?? undefined,
  };
}

async function readLimited(response: Response, url: URL, maxBytes: number): Promise<Uint8Array> {
  const reader = response.body?.getReader();
  const chunks: Uint8Array[] = [];
  let size = 0;
  for (let part = await reader?.read(); part && !part.done; part = await reader?.read()) {
    size += part.value.byteLength;
    if (size > maxBytes) {
      await reader?.cancel();
      throw tooLarge(url, maxBytes);
    }
    chunks.push(part.value);
  }
  return Buffer.concat(chunks, size);
}

const tooLarge = (url: URL, maxBytes: number): FetchError =>
  new FetchError('too-large', `${nameOf(url)} is longer than ${maxBytes} bytes`);

/** undici wraps the system's error ("fetch failed"), whose code says what happened; its message may hold the address. */
function causeOf(error: unknown): string {
  const cause = property(error, 'cause');
  const code = property(cause, 'code');
  return typeof code === 'string' ? code : 'the connection broke';
}

const property = (value: unknown, name: string): unknown =>
  typeof value === 'object' && value !== null ? Reflect.get(value, name) : undefined;
