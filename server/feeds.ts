import type { Outbound } from '../connectors/outbound.js';
import { FeedRuntime, type FeedStore, type Link } from '../connectors/runtime.js';
import type { PushDoor } from '../model/push.js';
import type { Database } from '../prisma/database.js';
import { registerFeeds } from '../prisma/store/feeds.js';
import type { ConfiguredFeed } from './config.js';

/** Writes down which feeds this hub has; the rest become DISABLED, of these departments where only some are meant. Those that are `running` keep
 *  the state of their link. */
export const registrations = (
  db: Database,
  feeds: readonly ConfiguredFeed[],
  running: readonly string[] = [],
  departments?: readonly string[],
): Promise<void> =>
  db.transaction((client) =>
    registerFeeds(
      client,
      enabled(feeds).map(({ connector, settings }) => ({ ...connector, ...settings })),
      running,
      departments,
    ),
  );

/** Without those that the settings themselves switch off. */
export const enabled = (feeds: readonly ConfiguredFeed[]): ConfiguredFeed[] =>
  feeds.filter(({ settings }) => settings.enabled);

export interface FeedSetOptions {
  readonly store: FeedStore;
  readonly push: PushDoor;
  readonly outbound: Outbound;
  readonly now: () => Date;
  readonly keepObservationsDays: number;
  readonly onLink: (feedId: string, link: Link) => void;
}

/** The runtimes of the configured feeds, and where their listeners are bound. */
export class FeedSet {
  readonly #feeds = new Map<string, { readonly feed: ConfiguredFeed; readonly runtime: FeedRuntime }>();
  readonly #addresses = new Map<string, string>();
  readonly #waiting = new Map<string, (address: string) => void>();

  constructor(private readonly options: FeedSetOptions) {}

  get runtimes(): readonly FeedRuntime[] {
    return [...this.#feeds.values()].map(({ runtime }) => runtime);
  }

  get configured(): readonly ConfiguredFeed[] {
    return [...this.#feeds.values()].map(({ feed }) => feed);
  }

  /** Makes a feed's runtime, in place of an earlier one that has stopped. Starts nothing. */
  add(feed: ConfiguredFeed): FeedRuntime {
    const runtime = this.idle(feed);
    this.#addresses.delete(runtime.id);
    this.#feeds.set(runtime.id, { feed, runtime });
    return runtime;
  }

  /** A runtime that is none of the set's: to read inputs again of a feed that runs elsewhere. */
  idle(feed: ConfiguredFeed): FeedRuntime {
    const onListening = (feedId: string, address: string): void => this.#listening(feedId, address);
    return new FeedRuntime({ ...this.options, ...feed, onListening });
  }

  /** Forgets a feed that has stopped. */
  remove(feedId: string): void {
    this.#feeds.delete(feedId);
    this.#addresses.delete(feedId);
  }

  /** The address a feed listens on; waits for it, or resolves to undefined once `signal` aborts. */
  address(feedId: string, signal: AbortSignal): Promise<string | undefined> {
    const known = this.#addresses.get(feedId);
    if (known !== undefined) return Promise.resolve(known);
    return new Promise((resolve) => {
      this.#waiting.set(feedId, resolve);
      signal.addEventListener('abort', () => resolve(undefined), { once: true });
    });
  }

  #listening(feedId: string, address: string): void {
    this.#addresses.set(feedId, address);
    this.#waiting.get(feedId)?.(address);
  }
}
