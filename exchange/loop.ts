import { setTimeout as wait } from 'node:timers/promises';
import { backOffMs } from '../events/back-off.js';
import { Waiting } from '../events/waiting.js';

export interface LoopOptions {
  /** One round: whether there was something to do, then the next follows at once. Throws where it must be tried again after a while. */
  readonly round: (signal: AbortSignal) => Promise<boolean>;
  /** Looked at again after so long where nobody wakes it. */
  readonly everyMs: number;
  readonly retry: { readonly firstMs: number; readonly longestMs: number };
  readonly onError: (error: unknown, failures: number) => Promise<void> | void;
}

/** Does rounds, one at a time, until it is stopped; a failing one waits longer each time, with jitter, and nothing wakes it before. */
export class Loop {
  readonly #abort = new AbortController();
  readonly #waiting = new Waiting(this.#abort.signal);
  #running: Promise<void> = Promise.resolve();

  constructor(private readonly options: LoopOptions) {}

  start(): void {
    this.#running = this.#run();
  }

  wake(): void {
    this.#waiting.wake();
  }

  async stop(): Promise<void> {
    this.#abort.abort();
    await this.#running;
  }

  async #run(): Promise<void> {
    const { everyMs, onError, retry, round } = this.options;
    const { signal } = this.#abort;
    for (let failures = 0; !signal.aborted; ) {
      try {
        const more = await round(signal);
        failures = 0;
        if (!more) await this.#waiting.sleep(everyMs);
      } catch (error) {
        if (signal.aborted) return;
        failures += 1;
        await Promise.resolve(onError(error, failures)).catch(() => {});
        await wait(backOffMs(failures - 1, retry.firstMs, retry.longestMs), undefined, { signal }).catch(() => {});
      }
    }
  }
}
