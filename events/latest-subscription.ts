import type { LogEntry, LogTopic } from '../model/entry.js';
import { LiveIterator } from './live-iterator.js';
import type { Follower, Tail } from './tail.js';

/** Different keys that may wait for one subscriber; beyond it the one waiting longest is skipped. */
const MAX_KEYS = 10_000;

export interface LatestSubscriptionOptions<T extends LogTopic, I> {
  readonly topic: T;
  readonly tail: Tail;
  readonly expand: (entry: LogEntry<T>) => readonly I[];
  readonly key: (item: I) => string;
}

/** Live items, newest per key: what a slow reader has not taken is overwritten by its successor, in the successor's place. */
export class LatestSubscription<T extends LogTopic, I> extends LiveIterator<I> implements Follower {
  readonly topics: readonly LogTopic[];
  readonly #waiting = new Map<string, I>();
  #error: Error | undefined;

  constructor(private readonly options: LatestSubscriptionOptions<T, I>) {
    super();
    this.topics = [options.topic];
    options.tail.follow(this);
  }

  deliver(entry: LogEntry): void {
    for (const item of this.options.expand(entry as LogEntry<T>)) {
      const key = this.options.key(item);
      this.#waiting.delete(key);
      this.#waiting.set(key, item);
      const [oldest] = this.#waiting.keys();
      if (this.#waiting.size > MAX_KEYS && oldest !== undefined) this.#waiting.delete(oldest);
    }
    this.wake();
  }

  fail(error: Error): void {
    this.#error = error;
    this.wake();
  }

  protected take(): I | undefined {
    if (this.#error) throw this.#error;
    const [first] = this.#waiting;
    if (!first) return undefined;
    this.#waiting.delete(first[0]);
    return first[1];
  }

  protected release(): void {
    this.#waiting.clear();
    this.options.tail.leave(this);
  }
}
