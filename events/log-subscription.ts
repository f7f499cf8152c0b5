import type { LogEntry, LogTopic } from '../model/entry.js';
import { HubError } from '../model/errors.js';
import { isUnavailable } from '../prisma/store/failure.js';
import { formatCursor } from './cursor.js';
import { LiveIterator } from './live-iterator.js';
import type { Follower, Tail } from './tail.js';

/** A log entry with the cursor that continues right after it. */
export interface Delivered<T extends LogTopic = LogTopic> {
  readonly cursor: string;
  readonly entry: LogEntry<T>;
}

/** Entries read from the database at a time. */
export const PAGE = 500;
const RETRY_MS = 300;

export interface LogSubscriptionOptions<T extends LogTopic> {
  readonly topics: readonly T[];
  readonly from: number;
  readonly epoch: string;
  readonly tail: Tail;
  readonly capacity: number;
  readonly readPage: (after: number) => Promise<LogEntry[]>;
  readonly onSlow: (() => void) | undefined;
}

/**
 * One durable subscription. It reads pages until it has caught up with the tail, and in that very moment, with no await in
 * between, becomes live: from then on the tail's entries queue up, so nothing is skipped and nothing comes twice.
 */
export class LogSubscription<T extends LogTopic> extends LiveIterator<Delivered<T>> implements Follower {
  readonly topics: readonly T[];
  readonly #queue: LogEntry[] = [];
  /** Everything up to here is delivered or queued. */
  #scanned: number;
  #delivered: number;
  #live = false;
  #error: Error | undefined;

  constructor(private readonly options: LogSubscriptionOptions<T>) {
    super();
    this.topics = options.topics;
    this.#scanned = options.from;
    this.#delivered = options.from;
    options.tail.follow(this);
  }

  deliver(entry: LogEntry): void {
    if (!this.#live || this.#error || entry.position <= this.#scanned || this.ended) return;
    this.#scanned = entry.position;
    this.#queue.push(entry);
    if (this.#queue.length > this.options.capacity) this.#overflow();
    this.wake();
  }

  fail(error: Error): void {
    this.#error = error;
    this.#queue.length = 0;
    this.wake();
  }

  protected async take(): Promise<Delivered<T> | undefined> {
    while (this.#queue.length === 0 && !this.#live && !this.#error && !this.ended) await this.#catchUp();
    if (this.#error) throw this.#error;
    const entry = this.#queue.shift() as LogEntry<T> | undefined;
    if (!entry) return undefined;
    this.#delivered = entry.position;
    return { cursor: formatCursor({ epoch: this.options.epoch, position: entry.position }), entry };
  }

  protected release(): void {
    this.#queue.length = 0;
    this.options.tail.leave(this);
  }

  async #catchUp(): Promise<void> {
    const seen = this.options.tail.position;
    if (seen <= this.#scanned) {
      this.#live = true;
      return;
    }
    try {
      const page = await this.options.readPage(this.#scanned);
      this.#queue.push(...page);
      const last = page.at(-1)?.position ?? this.#scanned;
      // A page that was not full saw everything committed before it, thus everything the tail had seen.
      this.#scanned = page.length < PAGE ? Math.max(last, seen) : last;
    } catch (error) {
      if (!isUnavailable(error)) throw error;
      await new Promise((resolve) => setTimeout(resolve, RETRY_MS));
    }
  }

  #overflow(): void {
    const cursor = formatCursor({ epoch: this.options.epoch, position: this.#delivered });
    this.fail(
      new HubError('RATE_LIMITED', 'too slow: come back with your last cursor', { retryAfterSeconds: 1, cursor }),
    );
    this.options.onSlow?.();
  }
}
