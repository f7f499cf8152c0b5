import type { Batch, BatchResult } from '../model/batch.js';
import { messageOf } from '../model/errors.js';
import type { PushDoor } from '../model/push.js';
import type { Outcome } from '../model/record.js';
import type { WarnsFor } from '../model/warning-authority.js';
import { backoffMs, pause } from './back-off.js';
import { Batcher } from './batcher.js';
import type { Connector, FeedContext, FeedSource } from './connector.js';
import { type GuardOptions, guard } from './guard.js';
import type { HubView } from './hub-view.js';
import type { Outbound } from './outbound.js';
import { withInput } from './shared/with-input.js';

/** What the runtime needs of the hub; the server gives it. */
export interface FeedStore {
  /** One transaction: rows, rejects, watermark and log entries; what a kept input left before is taken away in it too. */
  write(feedId: string, outcome: Outcome, repairs?: Batch['repairs']): Promise<Pick<BatchResult, 'repaired'>>;
  /** True for failures that say nothing about the data. */
  isUnavailable(error: unknown): boolean;
  watermark(feedId: string): Promise<string | undefined>;
  view(feedId: string): HubView;
}

/** The settings that the runtime itself reads; every feed's settings hold them. */
export interface RuntimeSettings {
  readonly expectedEverySeconds: number;
  readonly exercise: boolean;
  /** Of feeds that bring warnings. */
  readonly warnsFor?: WarnsFor;
}

export interface Link {
  readonly state: 'STARTING' | 'UP' | 'DOWN';
  readonly reason: string | null;
  /** When anything, if only a sign of life, last came. */
  readonly contactAt: Date | null;
}

export interface FeedRuntimeOptions<S extends RuntimeSettings> {
  readonly connector: Connector<S>;
  readonly settings: S;
  readonly store: FeedStore;
  readonly push: PushDoor;
  readonly outbound?: Outbound;
  readonly now: () => Date;
  readonly keepObservationsDays: number;
  /** Told of every change of the link, with the new one. */
  readonly onLink: (feedId: string, link: Link) => void;
  readonly onListening: (feedId: string, address: string) => void;
  /** A poll round that takes longer is aborted and counts as a broken link. */
  readonly roundTimeoutMs?: number;
}

const LONGEST_WAIT_FOR_STORE_MS = 3000;

class StoreUnavailable extends Error {
  constructor(cause: unknown) {
    super(`the hub's own database does not serve at the moment: ${messageOf(cause)}`, { cause });
  }
}

/** Supervises one feed: runs its source, again after each poll, after a back-off when the link breaks, until stopped. */
export class FeedRuntime<S extends RuntimeSettings = RuntimeSettings> {
  readonly #batcher: Batcher;
  readonly #guard: GuardOptions;
  #link: Link = { state: 'STARTING', reason: null, contactAt: null };
  #abort: AbortController | undefined;
  #source: FeedSource | undefined;
  #done: Promise<void> = Promise.resolve();

  constructor(private readonly options: FeedRuntimeOptions<S>) {
    const { store, connector, settings } = options;
    const { exercise, warnsFor } = settings;
    const speaker = { feedId: connector.id, warnsFor };
    this.#guard = { keepObservationsDays: options.keepObservationsDays, exercise, speaker };
    this.#batcher = new Batcher({
      write: async (outcome) => void (await store.write(connector.id, outcome)),
      isUnavailable: (error) => store.isUnavailable(error),
    });
  }

  get id(): string {
    return this.options.connector.id;
  }

  /** As the connector's own schema parsed them. */
  get settings(): S {
    return this.options.settings;
  }

  get link(): Link {
    return this.#link;
  }

  /** What a feed in mode live answers for, running or not. */
  get answersFor(): string | undefined {
    return this.options.connector.answersFor;
  }

  /** Its answers, while it runs. */
  get live(): FeedSource['live'] {
    return this.running ? this.#source?.live : undefined;
  }

  get running(): boolean {
    return this.#abort !== undefined;
  }

  start(): void {
    if (this.#abort) return;
    this.#abort = new AbortController();
    this.#setLink('STARTING', null);
    this.#source = this.#create();
    this.#done = this.#supervise(this.#source, this.#abort.signal);
  }

  /** Resolves when the source has ended and everything it handed over is stored or refused. */
  async stop(): Promise<void> {
    this.#abort?.abort();
    await this.#done;
    await this.#batcher.idle();
    this.#source?.close?.();
    this.#source = undefined;
    this.#abort = undefined;
  }

  /** Reads a kept input again by the settings of now, and stores what it gives. Resolves to how many of its rejections are gone; undefined where this feed's code cannot. */
  async replay(input: {
    readonly id: number;
    readonly bytes: Uint8Array;
    readonly receivedAt: Date;
  }): Promise<number | undefined> {
    const { connector, store, now } = this.options;
    const source = this.#source ?? this.#create();
    if (!source.replay) return undefined;
    const outcome = withInput(await source.replay(input.bytes, now()), () => input.bytes);
    if (source !== this.#source) source.close?.();
    const checked = guard(outcome.records, now(), this.#guard);
    const rejects = [...outcome.rejects, ...checked.rejects];
    const { repaired } = await store.write(
      connector.id,
      { records: checked.records, rejects },
      { inputId: input.id, receivedAt: input.receivedAt },
    );
    return repaired;
  }

  #create(): FeedSource {
    const { connector, settings, store } = this.options;
    return connector.create(settings, store.view(connector.id));
  }

  async #supervise(source: FeedSource, signal: AbortSignal): Promise<void> {
    let failures = 0;
    while (!signal.aborted) {
      try {
        await this.#round(source, signal);
        failures = 0;
        this.#contact();
        await pause((source.everySeconds ?? 1) * 1000, signal);
      } catch (error) {
        if (signal.aborted) return;
        // A listener that ran well for a while starts its back-off anew.
        failures = this.#link.state === 'DOWN' ? failures + 1 : 1;
        this.#setLink('DOWN', messageOf(error).slice(0, 500));
        // The source is not to blame for the hub's own database, and should not wait long once that is back.
        const longest = error instanceof StoreUnavailable ? LONGEST_WAIT_FOR_STORE_MS : Number.POSITIVE_INFINITY;
        await pause(Math.min(backoffMs(failures), longest), signal);
      }
    }
  }

  async #round(source: FeedSource, stop: AbortSignal): Promise<void> {
    if (source.everySeconds === undefined) return source.run(this.#context(stop));
    const limitMs = this.options.roundTimeoutMs ?? 120_000;
    const limit = AbortSignal.timeout(limitMs);
    const signal = AbortSignal.any([stop, limit]);
    const cut = new Promise<never>((_, reject) => {
      signal.addEventListener('abort', () => reject(new Error(`a round took longer than ${limitMs / 1000} s`)), {
        once: true,
      });
    });
    const round = source.run(this.#context(signal));
    try {
      await Promise.race([round, cut]);
    } catch (error) {
      // An aborted round gets a moment to close what it holds; one that ignores its signal is left behind.
      const closed = new AbortController();
      await Promise.race([round.catch(() => {}), pause(2000, closed.signal)]);
      closed.abort();
      throw error;
    }
  }

  #context(signal: AbortSignal): FeedContext {
    const { store, connector, push, outbound, now, onListening } = this.options;
    return {
      signal,
      ...(outbound ? { outbound } : {}),
      push,
      now,
      take: (outcome) => this.#take(outcome),
      contact: () => this.#contact(),
      watermark: () => store.watermark(connector.id).catch((error: unknown) => this.#refused(error)),
      listening: (address) => {
        onListening(connector.id, address);
        this.#setLink('UP', null);
      },
    };
  }

  async #take(outcome: Outcome): Promise<void> {
    const nothing = outcome.records.length === 0 && outcome.rejects.length === 0 && outcome.watermark === undefined;
    if (nothing) return this.#contact();
    const checked = guard(outcome.records, this.options.now(), this.#guard);
    const stored = this.#batcher.take({
      ...outcome,
      records: checked.records,
      rejects: [...outcome.rejects, ...checked.rejects],
    });
    await stored.catch((error: unknown) => this.#refused(error));
    this.#contact();
  }

  #refused(error: unknown): never {
    throw this.options.store.isUnavailable(error) ? new StoreUnavailable(error) : error;
  }

  #contact(): void {
    const contactAt = this.options.now();
    if (this.#link.state === 'UP') this.#link = { ...this.#link, contactAt };
    else this.#setLink('UP', null, contactAt);
  }

  #setLink(state: Link['state'], reason: string | null, contactAt = this.#link.contactAt): void {
    const changed = state !== this.#link.state || reason !== this.#link.reason;
    this.#link = { state, reason, contactAt };
    if (changed) this.options.onLink(this.id, this.#link);
  }
}
