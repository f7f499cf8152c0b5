import type { LogEntry, LogTopic } from '../model/entry.js';
import type { Database } from '../prisma/database.js';
import type { Bus } from './bus.js';
import { assertHeld, cursorExpired, parseCursor } from './cursor.js';
import { LatestSubscription } from './latest-subscription.js';
import { readEntries, readState } from './log.js';
import { type Delivered, LogSubscription, PAGE } from './log-subscription.js';
import { Tail } from './tail.js';

export interface LogHubOptions {
  readonly db: Database;
  readonly bus: Bus;
  /** The log is looked at this often while anyone subscribes, in case a wake-up was lost. */
  readonly heartbeatMs?: number;
  /** Entries that may wait for one subscriber before it is closed as too slow. */
  readonly capacity?: number;
}

export interface SubscribeOptions {
  /** Continue after this cursor: first everything missed, in order, then live. Without: from now. */
  readonly after?: string | null | undefined;
  /** Called when the subscriber has fallen so far behind that it is ended; its iterator then throws RATE_LIMITED. */
  readonly onSlow?: (() => void) | undefined;
}

/** The live fan-out of the log in this process: one reader at the tail for all subscribers, woken by a bus. */
export class LogHub {
  readonly #tail: Tail;
  readonly #reads = new Map<string, Promise<LogEntry[]>>();

  constructor(private readonly options: LogHubOptions) {
    this.#tail = new Tail(options.db, options.heartbeatMs ?? 3000);
  }

  /** Live subscriptions in this process. */
  get subscribers(): number {
    return this.#tail.size;
  }

  start(): Promise<void> {
    this.options.bus.start(() => this.#tail.wake());
    return Promise.resolve();
  }

  /** Every iterator ends; resolves when nothing is being read any more. */
  async stop(): Promise<void> {
    await this.options.bus.stop();
    await this.#tail.stop();
  }

  /**
   * Entries of some topics, each exactly once and in order, with no gap between what is replayed and what is live.
   * When it resolves the subscription stands: whatever is committed afterwards will come. CURSOR_EXPIRED where the log no
   * longer holds what follows the cursor, also later, if retention overtakes a process that was paused.
   */
  async subscribe<T extends LogTopic>(
    topics: readonly T[],
    options: SubscribeOptions = {},
  ): Promise<AsyncIterableIterator<Delivered<T>>> {
    const cursor = options.after ? parseCursor(options.after) : undefined;
    const position = await this.#tail.hold();
    try {
      const state = await readState(this.options.db.read);
      if (cursor) assertHeld(cursor, state, topics);
      const subscription = new LogSubscription<T>({
        topics,
        from: cursor?.position ?? state.position,
        epoch: state.epoch,
        tail: this.#tail,
        capacity: this.options.capacity ?? 1000,
        readPage: (after) => this.#page(topics, after),
        onSlow: options.onSlow,
      });
      return subscription;
    } finally {
      position.release();
    }
  }

  /** Items of live entries, newest per key: a slow reader skips, and never lags by more than one item a key. */
  async subscribeLatest<T extends LogTopic, I>(
    topic: T,
    options: { readonly expand: (entry: LogEntry<T>) => readonly I[]; readonly key: (item: I) => string },
  ): Promise<AsyncIterableIterator<I>> {
    const position = await this.#tail.hold();
    try {
      return new LatestSubscription<T, I>({ topic, tail: this.#tail, ...options });
    } finally {
      position.release();
    }
  }

  /** One page after a position; subscribers that ask for the same page at the same time share one read. */
  #page(topics: readonly LogTopic[], after: number): Promise<LogEntry[]> {
    const recent = this.#tail.recent(topics, after);
    if (recent) return Promise.resolve(recent.slice(0, PAGE));
    const key = `${[...topics].sort().join()}:${after}`;
    const known = this.#reads.get(key);
    if (known) return known;
    const read = this.#readHeld(topics, after).finally(() => this.#reads.delete(key));
    this.#reads.set(key, read);
    return read;
  }

  async #readHeld(topics: readonly LogTopic[], after: number): Promise<LogEntry[]> {
    const entries = await readEntries(this.options.db.read, { topics, after, limit: PAGE });
    // Judged after the read: had retention dropped something of this page before it, the floor says so now.
    const { floors } = await readState(this.options.db.read);
    if (topics.some((topic) => after < (floors[topic] ?? 0))) throw cursorExpired();
    return entries;
  }
}
