/**
 * Ends and awaits like an async generator, but `return()`, or the signal, also ends a `next()` that is still waiting. Several
 * `next()` at a time are answered in their order.
 */
export abstract class LiveIterator<T> implements AsyncIterableIterator<T> {
  #ended = false;
  #wake: () => void = () => {};
  #turn: Promise<unknown> = Promise.resolve();
  readonly #signal: AbortSignal | undefined;
  readonly #onAbort = (): void => this.end();

  constructor(signal?: AbortSignal) {
    this.#signal = signal;
    signal?.addEventListener('abort', this.#onAbort, { once: true });
  }

  /** The next item, or undefined when there is none yet; may throw to end with an error. */
  protected abstract take(): Promise<T | undefined> | T | undefined;
  /** Called once, when it ends for whatever reason. */
  protected abstract release(): void;

  protected get ended(): boolean {
    return this.#ended;
  }

  /** Makes a waiting `next()` look again. */
  protected wake(): void {
    this.#wake();
  }

  next(): Promise<IteratorResult<T>> {
    const turn = this.#turn.then(() => this.#next());
    this.#turn = turn.catch(() => undefined);
    return turn;
  }

  return(): Promise<IteratorResult<T>> {
    this.end();
    return Promise.resolve({ done: true, value: undefined });
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  end(): void {
    if (this.#ended) return;
    this.#ended = true;
    this.#signal?.removeEventListener('abort', this.#onAbort);
    this.release();
    this.#wake();
  }

  async #next(): Promise<IteratorResult<T>> {
    try {
      while (!this.#ended) {
        const woken = new Promise<void>((resolve) => {
          this.#wake = resolve;
        });
        const item = await this.take();
        if (this.#ended) break;
        if (item !== undefined) return { done: false, value: item };
        await woken;
      }
    } catch (error) {
      this.end();
      throw error;
    }
    return { done: true, value: undefined };
  }
}

/** Turns each item into any number of others, in order, keeping the property of LiveIterator that `return()` ends a waiting `next()`. */
export function expand<A, B>(
  source: AsyncIterableIterator<A>,
  each: (item: A) => readonly B[] | Promise<readonly B[]>,
): AsyncIterableIterator<B> {
  const ready: B[] = [];
  return {
    async next() {
      while (ready.length === 0) {
        const { done, value } = await source.next();
        if (done) return { done: true, value: undefined };
        ready.push(...(await each(value)));
      }
      return { done: false, value: ready.shift() as B };
    },
    async return() {
      ready.length = 0;
      await source.return?.();
      return { done: true, value: undefined };
    },
    [Symbol.asyncIterator]() {
      return this;
    },
  };
}
