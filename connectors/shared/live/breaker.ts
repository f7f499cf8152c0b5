import {
  BrokenCircuitError,
  BulkheadRejectedError,
  bulkhead,
  type CircuitBreakerPolicy,
  CircuitState,
  ConsecutiveBreaker,
  circuitBreaker,
  handleWhen,
  type IPolicy,
} from 'cockatiel';
import { messageOf } from '../../../model/errors.js';
import { FetchError } from '../transports/http-poll.js';
import type { LiveSettings } from './settings.js';

/** Requests that may wait for their turn, for each that may be under way. */
const WAITING = 8;

/** Lets a bounded number of requests through at once, and none for a while after several failures in a row. */
export class Breaker {
  readonly #turns: IPolicy;
  readonly #circuit: CircuitBreakerPolicy;
  #lastFailure = 'it does not answer';

  constructor(private readonly settings: Pick<LiveSettings, 'maxRequestsAtOnce' | 'breaker' | 'timeoutMs'>) {
    const { maxRequestsAtOnce, breaker } = settings;
    // What the hub itself stopped says nothing of the service.
    const counted = handleWhen((error) => !(error instanceof FetchError && error.failure === 'stopped'));
    this.#turns = bulkhead(maxRequestsAtOnce, maxRequestsAtOnce * WAITING);
    this.#circuit = circuitBreaker(counted, {
      halfOpenAfter: breaker.halfOpenAfterSeconds * 1000,
      breaker: new ConsecutiveBreaker(breaker.failures),
    });
  }

  /** What `request` resolves to. Throws what it throws; while the service is left alone, the failure that led there. */
  async run<T>(request: () => Promise<T>): Promise<T> {
    const cameAt = performance.now();
    try {
      return await this.#turns.execute(() => {
        // Whoever asked has long been answered otherwise.
        if (performance.now() - cameAt > this.settings.timeoutMs) throw new Busy('its turn came too late');
        // One request tries a service that was left alone; nobody else waits for how that ends.
        if (this.#circuit.state === CircuitState.HalfOpen) throw new LeftAlone(this.#lastFailure);
        return this.#circuit.execute(() => this.#noting(request));
      });
    } catch (error) {
      if (error instanceof BrokenCircuitError) throw new LeftAlone(this.#lastFailure);
      if (error instanceof BulkheadRejectedError) throw new Busy('too many questions are waiting for it');
      throw error;
    }
  }

  async #noting<T>(request: () => Promise<T>): Promise<T> {
    try {
      return await request();
    } catch (error) {
      this.#lastFailure = messageOf(error);
      throw error;
    }
  }
}

/** Not asked, for it has failed several times just before. */
export class LeftAlone extends Error {
  override readonly name = 'LeftAlone';
}

/** Not asked, for too much is being asked already: no failure of the service. */
export class Busy extends Error {
  override readonly name = 'Busy';
}
