import { type Client, createClient } from 'graphql-ws';
import { ofSocket, type Result, unreachable } from './errors.js';

export interface Payload {
  readonly query: string;
  readonly variables?: Record<string, unknown>;
}

export interface SocketOptions {
  readonly url: string;
  /** The WebSocket class, where there is none of the platform's own. */
  readonly webSocket?: unknown;
  readonly token: () => string | undefined;
  /** A connection stands, or an answer to a ping comes, within this. */
  readonly limitMs: number;
  readonly pingMs: number;
  readonly onOpen: () => void;
}

/** Results that may wait for a consumer; beyond it the operation is ended, and taken up again after them. */
const MAX_WAITING = 500;

/** Operations over one shared WebSocket (graphql-transport-ws), which is open while any runs. It never comes back by itself. */
export class Socket {
  readonly #client: Client;
  #timer: ReturnType<typeof setTimeout> | undefined;
  readonly #streams = new Set<(error: unknown) => void>();
  #open = false;
  /** How often the hub has taken a connection. */
  opened = 0;

  constructor({ url, webSocket, token, limitMs, pingMs, onOpen }: SocketOptions) {
    const unwatch = (): void => clearTimeout(this.#timer);
    const watch = (): void => {
      unwatch();
      this.#timer = setTimeout(() => this.#client.terminate(), limitMs);
    };
    const closed = (event: unknown): void => {
      this.#open = false;
      unwatch();
      // Ended here and now: after a close in good order (1000) graphql-ws would ask again by itself, behind a cursor that is no longer the last.
      for (const finish of [...this.#streams]) finish(ofSocket(event));
    };
    this.#client = createClient({
      url: url.replace(/^http/, 'ws'),
      ...(webSocket ? { webSocketImpl: webSocket } : {}),
      connectionParams: () => {
        const given = token();
        return given === undefined ? {} : { authorization: `Bearer ${given}` };
      },
      retryAttempts: 0,
      keepAlive: pingMs,
      on: {
        connecting: watch,
        connected: () => {
          this.#open = true;
          this.opened += 1;
          unwatch();
          onOpen();
        },
        // A line that died without a word answers no ping.
        ping: (received) => received || watch(),
        pong: (received) => received && unwatch(),
        closed,
        error: closed,
      },
    });
  }

  /** Whether the hub has taken the connection. */
  get open(): boolean {
    return this.#open;
  }

  async *stream(payload: Payload, signal: AbortSignal): AsyncGenerator<Result> {
    const waiting: Result[] = [];
    let end: { readonly error?: unknown } | undefined;
    let wake = (): void => {};
    const finish = (error?: unknown): void => {
      end ??= { error };
      stop();
      wake();
    };
    const stop = this.#client.subscribe(
      { ...payload },
      {
        next: (result) => {
          if (end) return;
          if (waiting.push(result as Result) >= MAX_WAITING)
            finish(unreachable(`${MAX_WAITING} results waited to be handled`));
          wake();
        },
        error: (error) => finish(ofSocket(error)),
        complete: () => finish(),
      },
    );
    const aborted = (): void => {
      waiting.length = 0;
      finish();
    };
    this.#streams.add(finish);
    signal.addEventListener('abort', aborted);
    try {
      if (signal.aborted) aborted();
      for (;;) {
        const result = waiting.shift();
        if (result) yield result;
        else if (end?.error) throw end.error;
        else if (end) return;
        else
          await new Promise<void>((resolve) => {
            wake = resolve;
          });
      }
    } finally {
      signal.removeEventListener('abort', aborted);
      this.#streams.delete(finish);
      finish();
    }
  }

  /** Ends an attempt to connect that still runs. */
  abandon(): void {
    if (!this.#open) this.#client.terminate();
  }
}
