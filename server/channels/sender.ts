import type { Channel, ChannelContext } from '../../channels/channel.js';
import type { Addressee, SendOutcome } from '../../channels/outcome.js';
import { released } from '../../channels/rule.js';
import type { Dial } from '../../connectors/shared/calls/http-call.js';
import { Waiting } from '../../events/waiting.js';
import { messageOf } from '../../model/errors.js';
import type { Database } from '../../prisma/database.js';
import { phonesOf } from '../../prisma/store/recipients.js';
import {
  type ClaimedDelivery,
  claimDue,
  expireOverdue,
  nextDue,
  settle,
  switchOff,
  type Tried,
  whyOff,
} from '../../prisma/store/send-deliveries.js';
import type { ConfiguredChannel } from './kinds.js';

/** What became of deliveries, for the metrics. `set-aside` and `off` are alarms. */
export type SendEvent = 'delivered' | 'sent' | 'retried' | 'set-aside' | 'expired' | 'off';

export interface SenderOptions {
  readonly db: Database;
  readonly configured: ConfiguredChannel;
  readonly channel: Channel;
  readonly dial: Dial | undefined;
  readonly now: () => Date;
  readonly onEvent: (event: SendEvent, count: number) => void;
  /** Something was handed over whose arrival is still to be told. */
  readonly onSent: () => void;
  readonly onError: (error: unknown) => void;
}

/** A claim outlives its calls by so much: the time to write down what came of them. */
const CLAIM_MARGIN_MS = 2000;
const SHORTEST_MS = 250;
const RETRY_MS = 1000;
/** Long waits are cut up: a clock that is set changes them. */
const LONGEST_MS = 60_000;

/**
 * Sends what is queued for one channel: so many calls at a time, oldest change first, again and again with growing waits until it has
 * arrived, is refused too often, or is over. While the other side cannot be reached it is tried by one call alone. With nothing queued
 * it sends no statement and no call. `poke` says that there may be something.
 */
export class Sender {
  readonly #abort = new AbortController();
  readonly #calls = new Set<Promise<void>>();
  readonly #waiting = new Waiting(this.#abort.signal);
  #running: Promise<void> = Promise.resolve();
  #failures = 0;
  #pausedUntil = 0;
  #off = false;

  constructor(private readonly options: SenderOptions) {}

  get off(): boolean {
    return this.#off;
  }

  start(): void {
    this.#running = this.#run();
  }

  poke(): void {
    this.#waiting.wake();
  }

  /** Calls under way are ended, and tried again by whoever comes next. */
  async stop(): Promise<void> {
    this.#abort.abort();
    await this.#running;
    await Promise.all(this.#calls);
  }

  get #name(): string {
    return this.options.configured.name;
  }

  async #run(): Promise<void> {
    const { signal } = this.#abort;
    const { db, channel, onError } = this.options;
    let known = false;
    while (!signal.aborted) {
      let waitMs: number | undefined = RETRY_MS;
      try {
        if (!known) this.#off = (await whyOff(db.write, this.#name, channel.address)) !== undefined;
        known = true;
        waitMs = await this.#round();
      } catch (error) {
        if (!signal.aborted) onError(error);
      }
      await this.#waiting.sleep(waitMs);
    }
  }

  /** Starts what is due; in how many milliseconds to look again, undefined where nothing is queued. */
  async #round(): Promise<number | undefined> {
    const { db, now, configured, channel } = this.options;
    const at = now();
    const expired = await expireOverdue(db.write, this.#name, at);
    if (expired > 0) this.options.onEvent('expired', expired);
    const pause = this.#pausedUntil - at.getTime();
    if (this.#off) return undefined;
    if (pause > 0) return Math.min(pause, LONGEST_MS);
    const { concurrency, timeoutMs } = configured.settings;
    const free = (this.#failures > 0 ? 1 : concurrency) - this.#calls.size;
    if (free <= 0) return LONGEST_MS;
    const until = new Date(at.getTime() + timeoutMs + CLAIM_MARGIN_MS);
    for (let calls = 0; calls < free; calls += 1) {
      const batch = await claimDue(db.write, this.#name, { now: at, until, limit: channel.batch });
      if (batch.length === 0) break;
      this.#launch(batch);
      if (calls === free - 1) return LONGEST_MS;
    }
    const due = await nextDue(db.write, this.#name);
    return due && Math.min(Math.max(due.getTime() - now().getTime(), SHORTEST_MS), LONGEST_MS);
  }

  #launch(batch: readonly ClaimedDelivery[]): void {
    const running = this.#attempt(batch)
      .catch((error: unknown) => {
        if (!this.#abort.signal.aborted) this.options.onError(error);
      })
      .finally(() => {
        this.#calls.delete(running);
        this.poke();
      });
    this.#calls.add(running);
  }

  async #attempt(batch: readonly ClaimedDelivery[]): Promise<void> {
    const { refusals } = this.options.configured.settings.retry;
    // Refused often enough already, or fatal to the process that tried: not called again.
    const hopeless = batch.filter((each) => each.refusals >= refusals);
    const rest = batch.filter((each) => each.refusals < refusals);
    const outcomes = rest.length > 0 ? await this.#send(rest) : [];
    const tried = [
      ...hopeless.map((each) => this.#tried(each, { state: 'refused', reason: 'tried too often', final: true })),
      ...rest.map((each, at) => this.#tried(each, outcomes[at] ?? NOTHING)),
    ];
    await settle(this.options.db.write, tried, this.options.now());
    this.#tell(tried);
    await this.#afterwards(outcomes);
  }

  async #send(batch: readonly ClaimedDelivery[]): Promise<readonly SendOutcome[]> {
    const { configured, channel, dial, now } = this.options;
    const [first] = batch as [ClaimedDelivery, ...ClaimedDelivery[]];
    // Asked again at each attempt: the settings may have changed since it was queued.
    const change = released(configured.settings, first.change);
    if (!change) return batch.map(() => WITHHELD);
    const context: ChannelContext = { signal: this.#abort.signal, dial, now };
    try {
      return await channel.send(change, await this.#addressees(batch), context);
    } catch (error) {
      return batch.map(() => ({ state: 'busy', reason: messageOf(error).slice(0, 300) }));
    }
  }

  async #addressees(batch: readonly ClaimedDelivery[]): Promise<Addressee[]> {
    const { configured, db } = this.options;
    const phones =
      configured.kind.to(configured.settings) === 'phones'
        ? await phonesOf(
            db.read,
            batch.map(({ recipient }) => recipient),
          )
        : new Map<string, string>();
    return batch.map(({ id, number, relatedNumber, recipient }) => ({
      id,
      number,
      related: relatedNumber,
      phone: phones.get(recipient) ?? null,
    }));
  }

  #tried({ id, attempts, refusals }: ClaimedDelivery, outcome: SendOutcome): Tried {
    const { retry } = this.options.configured.settings;
    const now = this.options.now();
    const base = { id, attempts, nextAttemptAt: now, refused: false, error: null, receiptId: null };
    const again = (ms: number): Date => new Date(now.getTime() + ms);
    switch (outcome.state) {
      case 'DELIVERED':
      case 'SENT':
        return { ...base, state: outcome.state, receiptId: outcome.receiptId ?? null };
      case 'busy': {
        // Ended by our own stop: whoever comes next sends the same, under the same id, at once.
        const ms = this.#abort.signal.aborted ? 0 : (outcome.afterMs ?? waitMs(this.#failures, retry));
        return { ...base, state: 'QUEUED', nextAttemptAt: again(ms), error: outcome.reason };
      }
      case 'off':
        return { ...base, state: 'QUEUED', error: outcome.reason };
      case 'refused': {
        const last = outcome.final === true || refusals + 1 >= retry.refusals;
        const nextAttemptAt = again(waitMs(refusals, retry));
        return { ...base, state: last ? 'FAILED' : 'QUEUED', refused: true, nextAttemptAt, error: outcome.reason };
      }
    }
  }

  #tell(tried: readonly Tried[]): void {
    const count = (state: Tried['state']): number => tried.filter((each) => each.state === state).length;
    const { onEvent } = this.options;
    onEvent('delivered', count('DELIVERED'));
    onEvent('sent', count('SENT'));
    onEvent('retried', count('QUEUED'));
    onEvent('set-aside', count('FAILED'));
    if (count('SENT') > 0) this.options.onSent();
  }

  /** A link that is broken or busy holds up the whole channel, and longer each time; one that wants no more ends it. */
  async #afterwards(outcomes: readonly SendOutcome[]): Promise<void> {
    const off = outcomes.find((each) => each.state === 'off');
    if (off?.state === 'off') {
      this.#off = true;
      const { channel, db, now, onEvent } = this.options;
      onEvent('off', 1);
      await switchOff(db.write, this.#name, { address: channel.address, reason: off.reason, at: now() });
    }
    const busy = outcomes.find((each) => each.state === 'busy');
    if (busy?.state !== 'busy') {
      if (outcomes.length > 0) this.#failures = 0;
      return;
    }
    const { retry } = this.options.configured.settings;
    const now = this.options.now().getTime();
    const pause = busy.afterMs ?? waitMs(this.#failures, retry);
    // Calls that fail together are one failure.
    if (this.#pausedUntil <= now) this.#failures += 1;
    this.#pausedUntil = Math.max(this.#pausedUntil, now + pause);
  }
}

const NOTHING: SendOutcome = { state: 'refused', reason: 'the channel said nothing of it' };
const WITHHELD: SendOutcome = { state: 'refused', reason: 'not for this channel: it is public', final: true };

/** Wait before try `failures` + 2: doubling from the first to the longest, with up to half of it as jitter. */
function waitMs(
  failures: number,
  { firstMs, longestMs }: { readonly firstMs: number; readonly longestMs: number },
): number {
  const full = Math.min(firstMs * 2 ** Math.min(failures, 20), longestMs);
  return full / 2 + (full / 2) * Math.random();
}
