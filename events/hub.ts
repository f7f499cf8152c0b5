import type { LogEntry, LogTopic } from '../model/entry.js';
import { HubError } from '../model/errors.js';
import type { Database } from '../prisma/database.js';
import { isUnavailable } from '../prisma/store/failure.js';
import type { Bus } from './bus.js';
import { assertHeld, formatCursor, parseCursor } from './cursor.js';
import { History } from './history.js';
import { LatestSubscription } from './latest-subscription.js';
import { type LogState, readState } from './log.js';
import { type Delivered, LogSubscription } from './log-subscription.js';
import { NextRead } from './next-read.js';
import { Tail } from './tail.js';

export interface LogHubOptions {
  readonly db: Database;
  readonly bus: Bus;
  readonly now?: () => Date;
  /** The log is looked at this often while anyone subscribes, in case a wake-up was lost. */
  readonly heartbeatMs?: number;
  /** Entries that may wait for one live subscriber before it is ended as too slow; 100 or more. */
  readonly capacity?: number;
}

export interface SubscribeOptions {
  /** Continue after this cursor: first everything missed, in order, then live. Without: from now. */
  readonly after?: string | null | undefined;
  /** Ends the iterator when it aborts. */
  readonly signal?: AbortSignal | undefined;
  /** In place of the hub's. */
  readonly capacity?: number | undefined;
  /** Called when the subscriber has fallen so far behind that it is ended; its iterator then throws SlowSubscriber. */
  readonly onSlow?: (() => void) | undefined;
}

export interface LatestOptions<T extends LogTopic, I> {
  readonly expand: (entry: LogEntry<T>) => readonly I[];
  readonly key: (item: I) => string;
  readonly signal?: AbortSignal | undefined;
  /** Different keys that may wait; beyond it the one waiting longest is left out, and counted. */
  readonly maxKeys?: number | undefined;
}

const HEARTBEAT_MS = 3000;
const CAPACITY = 1000;
const MAX_KEYS = 10_000;

/** The live fan-out of the log in this process: one reader at the tail for all subscribers, woken by a bus. Runs once. */
export class LogHub {
  readonly #tail: Tail;
  readonly #history: History;
  readonly #state: NextRead<LogState>;
  readonly #counts = { resumed: 0, expired: 0, slow: 0, skipped: 0 };

  constructor(private readonly options: LogHubOptions) {
    const { db, bus, heartbeatMs = HEARTBEAT_MS, now = () => new Date() } = options;
    this.#history = new History(db.read);
    // The tail reads beside the writers, one statement at a time: no crowd of queries holds up a warning there.
    this.#tail = new Tail({ db: db.write, history: this.#history, heartbeatMs, now, onMissed: () => bus.renew?.() });
    this.#state = new NextRead(() => readState(db.read));
  }

  /** Live subscriptions in this process. */
  get subscribers(): number {
    return this.#tail.size;
  }

  /** When everything committed until then had been handed on; undefined while nobody subscribes. */
  get caughtUpAt(): Date | undefined {
    return this.#tail.caughtUpAt;
  }

  /**
   * Since the start: subscriptions resumed by cursor, and those whose cursor had expired; subscribers ended as too slow; items left
   * out of subscriptions to the latest.
   */
  get counts(): Readonly<{ resumed: number; expired: number; slow: number; skipped: number }> {
    return { ...this.#counts };
  }

  /**
   * Tells of the entries of one topic in the very moment they are read, before any subscriber gets what follows them in the log. Only while
   * someone subscribes or `hold` is in force: what is appended at other times is not told.
   */
  watch<T extends LogTopic>(topic: T, see: (entry: LogEntry<T>) => void, lost: () => void): void {
    this.#tail.watch({ topic, see: (entry) => see(entry as LogEntry<T>), lost });
  }

  /** Has the log read as it grows until the answer is called. SOURCE_UNAVAILABLE where it cannot be read. */
  hold(): Promise<() => void> {
    return this.#tail.hold();
  }

  start(): Promise<void> {
    this.options.bus.start(() => this.#tail.wake());
    return Promise.resolve();
  }

  /** Every iterator ends; resolves when nothing is open any more, at most about a second later. */
  async stop(): Promise<void> {
    await Promise.all([this.options.bus.stop(), this.#tail.stop()]);
  }

  /**
   * The log's end: what was committed before the call lies up to it. Whoever takes it first, then reads the present state, then subscribes
   * after it misses nothing. SOURCE_UNAVAILABLE where the log cannot be read.
   */
  async cursor(): Promise<string> {
    return formatCursor(await readable(() => this.#state.read()));
  }

  /**
   * Entries of some topics, each exactly once and in order, with no gap between what is replayed and what is live. When it
   * resolves the subscription stands: whatever is committed afterwards will come. CURSOR_EXPIRED where the log no longer holds
   * what follows the cursor; the iterator throws it later too, if retention overtakes a process that was paused or the log is
   * made anew. An outage of the database ends no iterator: it goes on where it was. Subscribing during one is
   * SOURCE_UNAVAILABLE.
   */
  async subscribe<T extends LogTopic>(
    topics: T | readonly T[],
    options: SubscribeOptions = {},
  ): Promise<AsyncIterableIterator<Delivered<T>>> {
    const list: readonly T[] = typeof topics === 'string' ? [topics] : topics;
    const cursor = options.after ? parseCursor(options.after) : undefined;
    return this.#whileHeld(options.signal, async () => {
      const state = await this.#state.read();
      if (cursor) {
        assertHeld(cursor, state, list);
        this.#counts.resumed += 1;
      }
      return new LogSubscription<T>({
        topics: list,
        from: cursor ?? state,
        tail: this.#tail,
        history: this.#history,
        capacity: options.capacity ?? this.options.capacity ?? CAPACITY,
        signal: options.signal,
        onSlow: () => {
          this.#counts.slow += 1;
          options.onSlow?.();
        },
      });
    });
  }

  /**
   * Items of live entries, newest per key: a slow reader skips, and never lags by more than one item a key. Stands when it
   * resolves. CURSOR_EXPIRED as for `subscribe`: read the current values, then subscribe anew.
   */
  async subscribeLatest<T extends LogTopic, I>(
    topic: T,
    options: LatestOptions<T, I>,
  ): Promise<AsyncIterableIterator<I>> {
    return this.#whileHeld(options.signal, () =>
      Promise.resolve(
        new LatestSubscription<T, I>({
          topic,
          tail: this.#tail,
          expand: options.expand,
          key: options.key,
          signal: options.signal,
          maxKeys: options.maxKeys ?? MAX_KEYS,
          onSkipped: (keys) => {
            this.#counts.skipped += keys;
          },
        }),
      ),
    );
  }

  /** Makes a subscription while the tail is kept running, so that none is made on one that rests. */
  async #whileHeld<S extends { end(): void }>(signal: AbortSignal | undefined, make: () => Promise<S>): Promise<S> {
    try {
      return await readable(async () => {
        const release = await this.#tail.hold();
        try {
          const made = await make();
          if (signal?.aborted) made.end();
          return made;
        } finally {
          release();
        }
      });
    } catch (error) {
      if (error instanceof HubError && error.code === 'CURSOR_EXPIRED') this.#counts.expired += 1;
      throw error;
    }
  }
}

/** What fails because the database cannot be reached is SOURCE_UNAVAILABLE. */
async function readable<T>(read: () => Promise<T>): Promise<T> {
  try {
    return await read();
  } catch (error) {
    if (error instanceof HubError || !isUnavailable(error)) throw error;
    const details = { retryAfterSeconds: 1 };
    throw new HubError('SOURCE_UNAVAILABLE', 'the log cannot be read just now: try again', details, { cause: error });
  }
}
