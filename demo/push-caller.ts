import type { StandIn } from './stand-in.js';

const CALL_MS = 5000;
const FIRST_WAIT_MS = 300;
const LONGEST_WAIT_MS = 15_000;

export interface Calls {
  readonly name: string;
  /** The push address of the feed, and its key. */
  readonly url: string;
  readonly key: string;
  readonly everyMs: number;
  /** The body of the next call, JSON. */
  next(): unknown;
}

/** A device that posts JSON to a push feed: the same body again until it is answered. A refusal is an answer; "come back" and silence are not. */
export class PushCaller implements StandIn {
  readonly name: string;
  #abort = new AbortController();
  #done: Promise<void> = Promise.resolve();

  constructor(private readonly calls: Calls) {
    this.name = calls.name;
  }

  async start(): Promise<string> {
    this.#abort = new AbortController();
    this.#done = this.#call(this.#abort.signal);
    return this.calls.url;
  }

  async stop(): Promise<void> {
    this.#abort.abort();
    await this.#done;
  }

  async #call(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      const body = JSON.stringify(this.calls.next());
      let waitMs = FIRST_WAIT_MS;
      while (!signal.aborted && !(await this.#post(body, signal))) {
        await pause(waitMs, signal);
        waitMs = Math.min(LONGEST_WAIT_MS, waitMs * 2);
      }
      await pause(this.calls.everyMs, signal);
    }
  }

  async #post(body: string, stop: AbortSignal): Promise<boolean> {
    try {
      const response = await fetch(this.calls.url, {
        method: 'POST',
        headers: { authorization: `Bearer ${this.calls.key}`, 'content-type': 'application/json' },
        body,
        signal: AbortSignal.any([stop, AbortSignal.timeout(CALL_MS)]),
      });
      await response.body?.cancel();
      return response.status < 500;
    } catch {
      return false;
    }
  }
}

function pause(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((done) => {
    const end = (): void => {
      clearTimeout(timer);
      signal.removeEventListener('abort', end);
      done();
    };
    const timer = setTimeout(end, ms);
    signal.addEventListener('abort', end, { once: true });
    if (signal.aborted) end();
  });
}
