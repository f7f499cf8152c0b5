import { type Client, type ClientOptions, createClient } from 'graphql-ws';
import WebSocket from 'ws';

/** A subscription's results in a queue, so that a test asks for the next and never sleeps. */
export interface Subscriber<T> {
  /** The next result's data; throws the errors of a result, or when the subscription ends or `withinMs` passes. */
  next(withinMs?: number): Promise<T>;
  /** Everything that has come and was not asked for. */
  pending(): T[];
  /** Resolves when the server has said complete or closed. */
  readonly ended: Promise<unknown>;
  close(): Promise<void>;
}

/** Subscribes over graphql-transport-ws with the stock client. */
export function subscribe<T>(
  url: string,
  query: string,
  variables: Record<string, unknown> = {},
  options: Partial<ClientOptions> = {},
): Subscriber<T> {
  const client = createClient({
    url: `${url.replace('http', 'ws')}/graphql`,
    webSocketImpl: WebSocket,
    retryAttempts: 0,
    ...options,
  });
  return new QueueingSubscriber<T>(client, query, variables);
}

class QueueingSubscriber<T> implements Subscriber<T> {
  readonly #results: ({ data: T } | { error: unknown })[] = [];
  #wake: () => void = () => {};
  readonly ended: Promise<unknown>;

  constructor(
    private readonly client: Client,
    query: string,
    variables: Record<string, unknown>,
  ) {
    this.ended = new Promise((resolve) => {
      client.subscribe<T>(
        { query, variables },
        {
          next: (result) =>
            this.#push(
              result.errors
                ? { error: Object.assign(new Error(result.errors[0]?.message), result.errors[0]) }
                : { data: result.data as T },
            ),
          error: (error) => {
            this.#push({
              error: Array.isArray(error) ? Object.assign(new Error(String(error[0]?.message)), error[0]) : error,
            });
            resolve(error);
          },
          complete: () => {
            this.#push({ error: new Error('the subscription ended') });
            resolve(undefined);
          },
        },
      );
    });
  }

  async next(withinMs = 10_000): Promise<T> {
    const limit = Date.now() + withinMs;
    while (this.#results.length === 0) {
      const left = limit - Date.now();
      if (left <= 0) throw new Error(`nothing came within ${withinMs} ms`);
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, left);
        this.#wake = () => {
          clearTimeout(timer);
          resolve();
        };
      });
    }
    const result = this.#results.shift() as { data: T } | { error: unknown };
    if ('error' in result) throw result.error;
    return result.data;
  }

  pending(): T[] {
    return this.#results.splice(0).flatMap((result) => ('data' in result ? [result.data] : []));
  }

  async close(): Promise<void> {
    await this.client.dispose();
  }

  #push(result: { data: T } | { error: unknown }): void {
    this.#results.push(result);
    this.#wake();
  }
}
