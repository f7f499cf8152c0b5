import { createHash } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import { RateLimiterMemory } from 'rate-limiter-flexible';
import { parseApiKey } from '../../model/api-key.js';
import { HubError } from '../../model/errors.js';
import type { Session } from '../access/sessions.js';
import { consume, rateLimited } from './budgets.js';
import { type Addresses, blockOf, type Caller, callerOf } from './caller.js';
import type { LimitsSettings } from './settings.js';

export interface Visit {
  readonly session: Session;
  readonly address: string;
  readonly caller: Caller;
}

export interface DoorkeeperOptions {
  readonly addresses: Addresses;
  readonly settings: LimitsSettings['failedCredentials'];
  /** `address` is undefined where nobody can say that it is the hub's own machine that asks. */
  readonly open: (authorization: string | undefined, address: string | undefined) => Promise<Session>;
}

/** Credentials that were good lately, of this many bearers. */
const REMEMBERED = 10_000;

/** Lets callers in by their credential, and looks at no more of them from an address that has sent too many wrong ones. */
export class Doorkeeper {
  readonly #wrongKeys: RateLimiterMemory;
  readonly #wrongTokens: RateLimiterMemory;
  readonly #wrongPushes: RateLimiterMemory;
  /** Whoever came in before from an address is not shut out by another who guesses there. */
  readonly #good = new Set<string>();
  readonly #turns = new Map<string, Promise<unknown>>();

  constructor(private readonly options: DoorkeeperOptions) {
    const { keys, tokens, withinSeconds } = options.settings;
    this.#wrongKeys = new RateLimiterMemory({ points: keys, duration: withinSeconds });
    this.#wrongTokens = new RateLimiterMemory({ points: tokens, duration: withinSeconds });
    // A department's device with a wrong key tries again and again: it must not shut out the department.
    this.#wrongPushes = new RateLimiterMemory({ points: tokens, duration: withinSeconds });
  }

  /**
   * A session of whoever sends this. UNAUTHENTICATED where the credential is wrong, SOURCE_UNAVAILABLE where it cannot be judged, RATE_LIMITED
   * where the address has to wait.
   */
  async admit(request: IncomingMessage, authorization: string | undefined): Promise<Visit> {
    refuseDoubtful(request);
    const { addresses, open } = this.options;
    const address = addresses.of(request);
    const home = addresses.isHome(request) ? address : undefined;
    if (authorization === undefined) {
      const session = await open(undefined, home);
      return { session, address, caller: callerOf(session.viewer, address) };
    }
    const place = blockOf(address);
    const mark = createHash('sha256').update(`${place} ${authorization}`).digest('base64');
    const judge = (): Promise<Session> => this.#judge(place, mark, authorization, home);
    // One after another where guessing is cheap: many guesses at once are counted like many in a row.
    const session = await (this.#good.has(mark) || isToken(authorization) ? judge() : this.#inTurn(place, judge));
    return { session, address, caller: callerOf(session.viewer, address) };
  }

  addressOf(request: IncomingMessage): string {
    return this.options.addresses.of(request);
  }

  /** Why nothing is taken from this address at a push door; undefined where it may knock. */
  async shutOut(request: IncomingMessage): Promise<HubError | undefined> {
    const wrong = await this.#wrongPushes.get(this.#placeOf(request));
    return wrong && wrong.remainingPoints <= 0
      ? rateLimited('too many wrong credentials from this address', wrong.msBeforeNext)
      : undefined;
  }

  /** Tells of a wrong credential at a push door. */
  async countWrong(request: IncomingMessage): Promise<void> {
    await consume(this.#wrongPushes, this.#placeOf(request), 1, '').catch(() => {});
  }

  #placeOf(request: IncomingMessage): string {
    return blockOf(this.addressOf(request));
  }

  async #judge(place: string, mark: string, authorization: string, home: string | undefined): Promise<Session> {
    const limiter = isToken(authorization) ? this.#wrongTokens : this.#wrongKeys;
    const wrong = await limiter.get(place);
    if (wrong && wrong.remainingPoints <= 0 && !this.#good.has(mark))
      throw rateLimited('too many wrong credentials from this address', wrong.msBeforeNext);
    try {
      const session = await this.options.open(authorization, home);
      this.#remember(mark);
      return session;
    } catch (error) {
      this.#good.delete(mark);
      // Who brings what was good once does not guess.
      if (error instanceof HubError && error.code === 'UNAUTHENTICATED' && error.cause !== 'ended')
        await consume(limiter, place, 1, '').catch(() => {});
      throw error;
    }
  }

  async #inTurn<T>(place: string, work: () => Promise<T>): Promise<T> {
    const turn = (this.#turns.get(place) ?? Promise.resolve()).then(work);
    const settled = turn.catch(() => {});
    this.#turns.set(place, settled);
    void settled.then(() => this.#turns.get(place) === settled && this.#turns.delete(place));
    return turn;
  }

  #remember(mark: string): void {
    this.#good.delete(mark);
    this.#good.add(mark);
    const [oldest] = this.#good;
    if (this.#good.size > REMEMBERED && oldest !== undefined) this.#good.delete(oldest);
  }
}

/** Whether it is, or is meant to look like, a signed token or an API key: neither is found by trying, its bearer only mistakes one for another. */
const isToken = (authorization: string): boolean =>
  /^\s*bearer\s+eyJ|\..*\./i.test(authorization) ||
  parseApiKey(authorization.replace(/^\s*bearer\s+/i, '')) !== undefined;

/** Names of what is no place for a credential: addresses are kept in histories and logs. */
const CREDENTIAL_IN_URL = /[?&](access_token|token|authorization|api_?key|key|jwt|id_token)=/i;

function refuseDoubtful({ rawHeaders, url = '' }: IncomingMessage): void {
  if (CREDENTIAL_IN_URL.test(url))
    throw new HubError('UNAUTHENTICATED', 'a credential does not belong in an address: send authorization: Bearer …');
  const sent = rawHeaders.filter((name, i) => i % 2 === 0 && name.toLowerCase() === 'authorization');
  if (sent.length > 1) throw new HubError('UNAUTHENTICATED', 'send one credential, not several');
}
