import { type FollowOptions, follow } from './follow.js';
import { type ConnectOptions, Line } from './line.js';

/** An operation with its types, as the client preset of GraphQL Code Generator writes it with `documentMode: 'string'`. */
export interface Document<R, V> {
  readonly __apiType?: (variables: V) => R;
  toString(): string;
}

export interface SubscribeOptions extends FollowOptions {
  readonly signal?: AbortSignal;
}

/** Events of one subscription, for one consumer. */
export interface Subscription<R> extends AsyncIterable<R> {
  /** Handles one after another; resolves when the subscription is closed, rejects where `handle` does or the hub refuses for good. */
  each(handle: (event: R) => void | Promise<void>): Promise<void>;
  close(): void;
}

export interface Hub {
  /** Throws FenghuoError where there is no answer in time, or one without data. Nothing is tried again. */
  query<R, V>(document: Document<R, V>, variables?: V): Promise<R>;
  /** As `query`. Where no answer came it may have been carried out all the same. */
  mutate<R, V>(document: Document<R, V>, variables?: V): Promise<R>;
  /** Follows until closed. It begins when it is first asked for an event. */
  subscribe<R, V>(document: Document<R, V>, variables?: V, options?: SubscribeOptions): Subscription<R>;
  /** Ends every subscription and request; nothing is sent any more. */
  close(): void;
}

/** A hub, over one connection that is made when it is needed and found again when it is lost. Throws BAD_INPUT where `url` is no address. */
export function connect(options: ConnectOptions): Hub {
  const line = new Line(options);
  const ask = async <R, V>(document: Document<R, V>, variables?: V): Promise<R> =>
    (await line.post({ query: String(document), variables: { ...variables } })) as R;
  return {
    query: ask,
    mutate: ask,
    subscribe<R, V>(document: Document<R, V>, variables?: V, { signal, ...options }: SubscribeOptions = {}) {
      const own = new AbortController();
      const events = follow({
        ...options,
        line,
        query: String(document),
        variables: { ...variables },
        signal: AbortSignal.any([line.closed, own.signal, ...(signal ? [signal] : [])]),
      }) as AsyncGenerator<R>;
      return {
        [Symbol.asyncIterator]: () => events,
        each: async (handle: (event: R) => void | Promise<void>): Promise<void> => {
          for await (const event of events) await handle(event);
        },
        close: () => own.abort(),
      };
    },
    close: () => line.close(),
  };
}
