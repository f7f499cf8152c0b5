import type { Outbound } from '../connectors/outbound.js';
import { FeedRuntime, type FeedStore, type Link } from '../connectors/runtime.js';
import type { PushDoor } from '../model/push.js';
import type { Database } from '../prisma/database.js';
import { registerFeeds } from '../prisma/store/feeds.js';
import type { ConfiguredFeed } from './config.js';

/** Writes down which feeds this hub has; the rest become DISABLED. */
export const registrations = (db: Database, feeds: readonly ConfiguredFeed[]): Promise<void> =>
  db.transaction((client) =>
    registerFeeds(
      client,
      feeds
        .filter(({ settings }) => settings.enabled)
        .map(({ connector, settings }) => ({ ...connector, ...settings })),
    ),
  );

export interface FeedSetOptions {
  readonly feeds: readonly ConfiguredFeed[];
  readonly store: FeedStore;
  readonly push: PushDoor;
  readonly outbound: Outbound;
  readonly now: () => Date;
  readonly keepObservationsDays: number;
  readonly onLink: (feedId: string, link: Link) => void;
}

/** The runtimes of the configured feeds, and where their listeners are bound. */
export class FeedSet {
  readonly runtimes: readonly FeedRuntime[];
  readonly #addresses = new Map<string, string>();
  readonly #waiting = new Map<string, (address: string) => void>();

  constructor(options: FeedSetOptions) {
    const { feeds, ...rest } = options;
    this.runtimes = feeds
      .filter((feed) => feed.settings.enabled)
      .map(
        (feed) =>
          new FeedRuntime({ ...rest, ...feed, onListening: (feedId, address) => this.#listening(feedId, address) }),
      );
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
