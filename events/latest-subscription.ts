import type { LogEntry, LogTopic } from '../model/entry.js';
import { LiveIterator } from './live-iterator.js';
import { LatestQueue } from './queue.js';
import type { Follower, Tail } from './tail.js';

export interface LatestSubscriptionOptions<T extends LogTopic, I> {
  readonly topic: T;
  readonly tail: Tail;
  readonly expand: (entry: LogEntry<T>) => readonly I[];
  readonly key: (item: I) => string;
  readonly maxKeys: number;
  /** Called with the number of keys left out because too many waited. */
  readonly onSkipped: (keys: number) => void;
  readonly signal?: AbortSignal | undefined;
}

/** Live items, newest per key: what a slow reader has not taken is overwritten by its successor. */
export class LatestSubscription<T extends LogTopic, I> extends LiveIterator<I> implements Follower {
  readonly topics: readonly LogTopic[];
  readonly #waiting: LatestQueue<I>;
  #error: Error | undefined;

  constructor(private readonly options: LatestSubscriptionOptions<T, I>) {
    super(options.signal);
    this.topics = [options.topic];
    this.#waiting = new LatestQueue(options.maxKeys);
    options.tail.follow(this);
  }

  deliver(entry: LogEntry): void {
    const { expand, key, onSkipped } = this.options;
    let skipped = 0;
    for (const item of expand(entry as LogEntry<T>)) skipped += this.#waiting.put(key(item), item);
    if (skipped > 0) onSkipped(skipped);
    this.wake();
  }

  fail(error: Error): void {
    this.#error ??= error;
    this.release();
    this.wake();
  }

  protected take(): I | undefined {
    if (this.#error) throw this.#error;
    return this.#waiting.shift();
  }

  protected release(): void {
    this.#waiting.clear();
    this.options.tail.leave(this);
  }
}
