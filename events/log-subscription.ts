import type { LogEntry, LogTopic } from '../model/entry.js';
import { isUnavailable } from '../prisma/store/failure.js';
import { backOffMs } from './back-off.js';
import { type Cursor, cursorExpired, formatCursor } from './cursor.js';
import { type History, PAGE } from './history.js';
import { LiveIterator } from './live-iterator.js';
import type { LogPage } from './log.js';
import { OrderedQueue, SlowSubscriber } from './queue.js';
import type { Follower, Tail } from './tail.js';

/** A log entry with the cursor that continues right after it. */
export interface Delivered<T extends LogTopic = LogTopic> {
  readonly cursor: string;
  readonly entry: LogEntry<T>;
}

export interface LogSubscriptionOptions<T extends LogTopic> {
  readonly topics: readonly T[];
  /** It continues after this. */
  readonly from: Cursor;
  readonly tail: Tail;
  readonly history: History;
  readonly capacity: number;
  readonly onSlow: () => void;
  readonly signal?: AbortSignal | undefined;
}

const RETRY_MS = 100;
const MAX_RETRY_MS = 2000;

/**
 * One durable subscription. It reads pages, only as fast as they are taken, until it has caught up with the tail, and in that very
 * moment, with no await in between, becomes live: from then on the tail's entries queue up, so nothing is skipped or repeated.
 */
export class LogSubscription<T extends LogTopic> extends LiveIterator<Delivered<T>> implements Follower {
  readonly topics: readonly T[];
  readonly #live: OrderedQueue<LogEntry>;
  #isLive = false;
  #replay: readonly LogEntry[] = [];
  #next = 0;
  /** Everything up to here is delivered, in the replay, or queued. */
  #scanned: number;
  #delivered: number;
  #error: Error | undefined;
  #failures = 0;

  constructor(private readonly options: LogSubscriptionOptions<T>) {
    super(options.signal);
    this.topics = options.topics;
    this.#live = new OrderedQueue(options.capacity);
    this.#scanned = options.from.position;
    this.#delivered = options.from.position;
    options.tail.follow(this);
  }

  deliver(entry: LogEntry): void {
    if (!this.#isLive || this.#error || this.ended || entry.position <= this.#scanned) return;
    if (this.#live.push(entry)) {
      this.#scanned = entry.position;
      this.wake();
      return;
    }
    this.fail(new SlowSubscriber(this.#cursor));
    this.options.onSlow();
  }

  /** Ends it with an error, which the next `next()` throws; what was queued is let go at once. */
  fail(error: Error): void {
    this.#error ??= error;
    this.release();
    this.wake();
  }

  protected async take(): Promise<Delivered<T> | undefined> {
    while (!this.ended) {
      if (this.#error) throw this.#error;
      const entry = this.#replay[this.#next++] ?? this.#live.shift();
      if (entry) {
        this.#delivered = entry.position;
        return { cursor: this.#cursor, entry: entry as LogEntry<T> };
      }
      if (this.#isLive) return undefined;
      await this.#catchUp();
    }
    return undefined;
  }

  protected release(): void {
    this.#replay = [];
    this.#live.clear();
    this.options.tail.leave(this);
  }

  /** Continues right after what was delivered. */
  get #cursor(): string {
    return formatCursor({ epoch: this.options.from.epoch, position: this.#delivered });
  }

  async #catchUp(): Promise<void> {
    const { tail, history, topics } = this.options;
    if (tail.position <= this.#scanned) {
      this.#isLive = true;
      return;
    }
    try {
      const page = await history.page(topics, this.#scanned);
      if (this.ended || this.#error) return;
      // A shared page may be older than what this one has seen; the tail tells whether the log itself went back.
      if (page.position < this.#scanned) return await this.#retry();
      this.#assertWhole(page);
      this.#turnTo(page);
      this.#failures = 0;
    } catch (error) {
      if (!isUnavailable(error)) throw error;
      await this.#retry();
    }
  }

  #assertWhole(page: LogPage): void {
    const dropped = this.topics.some((topic) => this.#scanned < (page.floors[topic] ?? 0));
    if (dropped || page.epoch !== this.options.from.epoch) throw cursorExpired();
  }

  #turnTo(page: LogPage): void {
    this.#replay = page.entries;
    this.#next = 0;
    // A page that was not full saw everything up to its own position.
    this.#scanned = page.entries.length < PAGE ? page.position : (page.entries.at(-1) as LogEntry).position;
  }

  #retry(): Promise<void> {
    const wait = backOffMs(this.#failures, RETRY_MS, MAX_RETRY_MS);
    this.#failures += 1;
    return new Promise((resolve) => setTimeout(resolve, wait));
  }
}
