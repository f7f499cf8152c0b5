import { type Fault, FenghuoError, ofFaults, ofResponse, type Result, unreachable } from './errors.js';
import { type Payload, Socket } from './socket.js';
import { readEvents, within } from './sse.js';

export type Transport = 'websocket' | 'sse';
/** How the connection fares. After `refused` nothing is tried any more: the credential is wrong, has expired, or was revoked. */
export type State =
  | { readonly status: 'connecting' | 'closed' }
  | { readonly status: 'live'; readonly transport: Transport }
  | { readonly status: 'waiting'; readonly reason: string; readonly retryInMs: number }
  | { readonly status: 'refused'; readonly reason: string };

export interface ConnectOptions {
  /** The hub's GraphQL endpoint, whole: "https://hub.example.gov.cn/graphql". */
  readonly url: string;
  /**
   * An API key or a token; without one: published warnings alone. A function is called for every connection and request, with the one
   * that was last refused, if any: giving the same again ends what asked.
   */
  readonly token?:
    | string
    | undefined
    | ((refused: string | undefined) => string | undefined | Promise<string | undefined>);
  readonly onState?: (state: State) => void;
  /** Errors of an answer that brought data all the same, such as one department's source being down. */
  readonly onPartial?: (faults: readonly Fault[]) => void;
  /** For a connection, an answer, a pong. Default 15,000. */
  readonly limitMs?: number;
  /** How often a silent WebSocket is asked whether it lives. Default 12,000. */
  readonly pingMs?: number;
  /** Before try n + 1 it waits anything from 0 to `firstMs` × 2ⁿ, at most `mostMs`. Default 500 and 30,000. */
  readonly backOff?: { readonly firstMs: number; readonly mostMs: number };
  /** While on SSE, WebSocket is tried again after this, then ever more rarely, to five minutes. Default 5000. */
  readonly webSocketAgainMs?: number;
  /** In place of the platform's own. */
  readonly webSocket?: unknown;
  readonly fetch?: typeof fetch;
}

/** Full jitter: all clients of a hub that was down do not come back at the same moment. */
export const fullJitter = (failures: number, firstMs: number, mostMs: number, random = Math.random): number =>
  random() * Math.min(mostMs, firstMs * 2 ** Math.min(failures, 30));

/** What has stood for so long was no failure: the next wait is short again. */
const STEADY_MS = 10_000;
/** Three of the signs of life that the hub sends into a silent event stream. */
const SILENT_MS = 36_000;
const SEEK_MOST_MS = 300_000;
/** Credentials refused one after another, after which a token function is asked no more. */
const MAX_REFUSALS = 3;

export function sleep(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const done = (): void => {
      clearTimeout(timer);
      signal.removeEventListener('abort', done);
      resolve();
    };
    const timer = setTimeout(done, signal.aborted ? 0 : ms);
    signal.addEventListener('abort', done);
  });
}

/** The way to one hub, shared by all operations: WebSocket, else SSE; one credential; one back-off. */
export class Line {
  readonly #socket: Socket;
  readonly #closing = new AbortController();
  readonly #eventStreams = new Set<AbortController>();
  #avoidsSocket = false;
  #socketToken: string | undefined;
  #refused: string | undefined;
  #refusals = 0;
  #failures = 0;
  #liveAt = 0;
  #restsUntil = 0;
  #said = '';

  constructor(private readonly options: ConnectOptions) {
    const { url, webSocket, pingMs = 12_000 } = options;
    if (!/^https?:\/\/./.test(url))
      throw new FenghuoError('BAD_INPUT', `url: "${url}" is no address like https://hub.example.gov.cn/graphql`);
    this.#socket = new Socket({
      url,
      webSocket,
      token: () => this.#socketToken,
      limitMs: this.#limitMs,
      pingMs,
      onOpen: () => this.#live('websocket'),
    });
  }

  get closed(): AbortSignal {
    return this.#closing.signal;
  }

  get #limitMs(): number {
    return this.options.limitMs ?? 15_000;
  }

  close(): void {
    this.#closing.abort();
    this.#socket.abandon();
    this.#say({ status: 'closed' });
  }

  /** One answer over HTTP. A refused credential is renewed once where `token` is a function. */
  async post(payload: Payload, ended = this.closed): Promise<unknown> {
    for (;;) {
      const token = await this.#credential();
      const signal = AbortSignal.any([ended, AbortSignal.timeout(this.#limitMs)]);
      const response = await this.#send(payload, 'application/graphql-response+json, application/json', token, signal);
      try {
        return this.#dataOf(await ofResponse(response));
      } catch (error) {
        const judged = this.#judge(error, token);
        if (judged.code !== 'UNAUTHENTICATED' || !judged.again) throw judged;
      }
    }
  }

  /** The data of one subscription's events over the one connection, until it ends for whatever reason; it never comes back by itself. */
  async *stream(payload: Payload, signal: AbortSignal): AsyncGenerator<unknown> {
    const token = await this.#credential();
    if (!this.#avoidsSocket) {
      const { open, opened } = this.#socket;
      if (open) this.#live('websocket');
      else {
        this.#say({ status: 'connecting' });
        this.#socketToken = token;
      }
      try {
        for await (const result of this.#socket.stream(payload, signal)) yield this.#dataOf(result);
        return;
      } catch (error) {
        const judged = this.#judge(error, this.#socketToken);
        const neverOpen = !open && this.#socket.opened === opened && judged.code === 'UNREACHABLE';
        if (!neverOpen || signal.aborted) throw judged;
      }
    }
    try {
      for await (const result of this.#events(payload, token, signal)) yield this.#dataOf(result);
    } catch (error) {
      throw this.#judge(error, token);
    }
  }

  /** Waits before the next try; all who have failed wait for the same moment. */
  async pause(error: FenghuoError, signal: AbortSignal): Promise<void> {
    const now = Date.now();
    if (this.#restsUntil <= now) {
      if (this.#liveAt > 0 && now - this.#liveAt > STEADY_MS) this.#failures = 0;
      this.#liveAt = 0;
      const { firstMs, mostMs } = this.options.backOff ?? { firstMs: 500, mostMs: 30_000 };
      this.#restsUntil = now + error.retryAfterSeconds * 1000 + fullJitter(this.#failures, firstMs, mostMs);
      this.#failures += 1;
      this.#say({ status: 'waiting', reason: error.message, retryInMs: Math.round(this.#restsUntil - now) });
    }
    await sleep(this.#restsUntil - now, signal);
  }

  async *#events(payload: Payload, token: string | undefined, signal: AbortSignal): AsyncGenerator<Result> {
    const own = new AbortController();
    const response = await this.#send(payload, 'text/event-stream', token, AbortSignal.any([signal, own.signal]));
    if (!/event-stream/.test(response.headers.get('content-type') ?? '') || !response.body) {
      yield await ofResponse(response);
      return;
    }
    this.#live('sse');
    if (!this.#avoidsSocket) void this.#seekSocket();
    this.#eventStreams.add(own);
    try {
      yield* readEvents(response.body, SILENT_MS);
    } finally {
      this.#eventStreams.delete(own);
    }
  }

  /** Tries WebSocket now and then; where it works, the event streams end and their operations move over. */
  async #seekSocket(): Promise<void> {
    this.#avoidsSocket = true;
    for (let ms = this.options.webSocketAgainMs ?? 5000; ; ms = Math.min(2 * ms, SEEK_MOST_MS)) {
      await sleep(ms, this.closed);
      if (this.closed.aborted) return;
      const probe = this.#socket.stream({ query: '{ __typename }' }, this.closed);
      const works = await probe
        .next()
        .then(({ done }) => !done)
        .catch(() => false);
      if (works) {
        this.#avoidsSocket = false;
        for (const stream of this.#eventStreams) stream.abort();
      }
      await probe.return(undefined);
      if (works) return;
    }
  }

  async #send(payload: Payload, accept: string, token: string | undefined, signal: AbortSignal): Promise<Response> {
    const late = new AbortController();
    const timer = setTimeout(() => late.abort(), this.#limitMs);
    const { url, fetch: send = fetch } = this.options;
    try {
      return await send(url, {
        method: 'POST',
        headers: {
          'content-type': 'application/json',
          accept,
          ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
        },
        body: JSON.stringify(payload),
        signal: AbortSignal.any([signal, late.signal]),
      });
    } catch (error) {
      throw unreachable(`the hub at ${url} does not answer`, error);
    } finally {
      clearTimeout(timer);
    }
  }

  async #credential(): Promise<string | undefined> {
    const { token } = this.options;
    if (this.closed.aborted) throw new FenghuoError('CLOSED', 'this connection was closed');
    let given: string | undefined;
    try {
      const ask = async (): Promise<string | undefined> =>
        typeof token === 'function' ? await token(this.#refused) : token;
      given = await within(ask(), this.#limitMs, 'the token function');
    } catch (error) {
      throw unreachable('no credential could be had', error);
    }
    if (given === undefined || given !== this.#refused) return given;
    const reason = 'the credential was refused, and there is no other';
    this.#say({ status: 'refused', reason });
    throw new FenghuoError('UNAUTHENTICATED', reason);
  }

  /** The error as it is to be thrown: where a credential was refused it takes that down, and says whether to come back with another. */
  #judge(error: unknown, token: string | undefined): FenghuoError {
    const known = error instanceof FenghuoError ? error : unreachable('the connection broke', error);
    if (known.code !== 'UNAUTHENTICATED' || token === undefined) return known;
    if (token !== this.#refused) this.#refusals += 1;
    this.#refused = token;
    if (typeof this.options.token === 'function' && this.#refusals < MAX_REFUSALS)
      return new FenghuoError(known.code, known.message, { again: true, cause: known });
    this.#say({ status: 'refused', reason: known.message });
    return known;
  }

  #dataOf({ data, errors = [] }: Result): unknown {
    const whole = typeof data === 'object' && data !== null && Object.values(data).some((value) => value !== null);
    if (errors.length > 0 && !whole) throw ofFaults(errors);
    if (errors.length > 0) this.options.onPartial?.(errors);
    return data;
  }

  #live(transport: Transport): void {
    this.#liveAt = Date.now();
    this.#refusals = 0;
    this.#say({ status: 'live', transport });
  }

  #say(state: State): void {
    const text = JSON.stringify(state);
    if (text === this.#said) return;
    this.#said = text;
    this.options.onState?.(state);
  }
}
