import { HubError } from '../model/errors.js';

/** Ends a subscriber that fell too far behind. `cursor` is that of the last entry it was given: from there nothing is lost. */
export class SlowSubscriber extends HubError {
  constructor(readonly cursor: string) {
    super('RATE_LIMITED', 'too slow: come back with your last cursor', { retryAfterSeconds: 1, cursor });
  }
}

/** First in, first out, and never drops: what does not fit makes it overflow instead, which its owner must answer for. */
export class OrderedQueue<T> {
  #items: T[] = [];

  constructor(private readonly capacity: number) {}

  get size(): number {
    return this.#items.length;
  }

  /** False, and nothing kept, where the queue is full. */
  push(item: T): boolean {
    if (this.#items.length >= this.capacity) return false;
    this.#items.push(item);
    return true;
  }

  shift(): T | undefined {
    return this.#items.shift();
  }

  clear(): void {
    this.#items = [];
  }
}

/**
 * Newest per key: an item not yet taken is overwritten by its successor in its own place, so that a key which changes often
 * still gets its turn. Beyond `maxKeys` the key waiting longest is left out, and counted.
 */
export class LatestQueue<T> {
  readonly #items = new Map<string, T>();

  constructor(private readonly maxKeys: number) {}

  get size(): number {
    return this.#items.size;
  }

  /** How many keys were left out to make room: 0 or 1. */
  put(key: string, item: T): number {
    this.#items.set(key, item);
    if (this.#items.size <= this.maxKeys) return 0;
    const [oldest] = this.#items.keys();
    if (oldest !== undefined) this.#items.delete(oldest);
    return 1;
  }

  shift(): T | undefined {
    const [first] = this.#items;
    if (!first) return undefined;
    this.#items.delete(first[0]);
    return first[1];
  }

  clear(): void {
    this.#items.clear();
  }
}
