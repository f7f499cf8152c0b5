import { RateLimiterMemory, RateLimiterRes } from 'rate-limiter-flexible';
import { HubError } from '../../model/errors.js';
import type { Caller } from './caller.js';
import type { LimitsSettings } from './settings.js';

type What = 'requests' | 'cost';

const MINUTE_SECONDS = 60;

/** How much callers ask for: in this process's memory, so that no store that is down keeps a warning from anyone. */
export class Budgets {
  readonly #known: Record<What, RateLimiterMemory>;
  readonly #anonymous: Record<What, RateLimiterMemory>;

  constructor({ perMinute: { known, anonymous } }: Pick<LimitsSettings, 'perMinute'>) {
    const limiter = (points: number): RateLimiterMemory =>
      new RateLimiterMemory({ points, duration: MINUTE_SECONDS, keyPrefix: '' });
    this.#known = { requests: limiter(known.requests), cost: limiter(known.cost) };
    this.#anonymous = { requests: limiter(anonymous.requests), cost: limiter(anonymous.cost) };
  }

  /** RATE_LIMITED with `retryAfterSeconds` once the caller's minute is used up. */
  async spend(caller: Caller, what: What, points: number): Promise<void> {
    const limiter = (caller.known ? this.#known : this.#anonymous)[what];
    await consume(limiter, caller.key, points, `more than ${limiter.points} of ${what} in a minute`);
  }
}

/** RATE_LIMITED where `key` has used up its points; any other failure of the limiter lets through. */
export async function consume(limiter: RateLimiterMemory, key: string, points: number, what: string): Promise<void> {
  try {
    await limiter.consume(key, points);
  } catch (error) {
    if (error instanceof RateLimiterRes) throw rateLimited(what, error.msBeforeNext);
  }
}

export const rateLimited = (what: string, waitMs = 1000): HubError =>
  new HubError('RATE_LIMITED', what, { retryAfterSeconds: Math.max(1, Math.ceil(waitMs / 1000)) });

/** How many of something each caller has open. */
export class Counts {
  readonly #open = new Map<string, number>();

  constructor(private readonly most: number) {}

  /** Counts one more, until the answer is called; undefined where `key` has as many as it may. */
  take(key: string): (() => void) | undefined {
    const open = this.#open.get(key) ?? 0;
    if (open >= this.most) return undefined;
    this.#open.set(key, open + 1);
    let held = true;
    return () => {
      if (!held) return;
      held = false;
      const left = (this.#open.get(key) ?? 1) - 1;
      if (left > 0) this.#open.set(key, left);
      else this.#open.delete(key);
    };
  }
}
