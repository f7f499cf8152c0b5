import type pg from 'pg';
import type { AuditDraft } from '../../model/audit.js';
import { HubError, messageOf } from '../../model/errors.js';
import type { Database } from '../../prisma/database.js';
import type { AuditKey } from './key.js';
import { Ledger } from './ledger.js';
import { Pending } from './pending.js';
import type { Place } from './witness.js';

export interface RecorderOptions {
  readonly db: Database;
  readonly key: () => AuditKey;
  readonly now: () => Date;
  /** Told of the chain's end after each commit. */
  readonly witness?: (end: Place) => void;
  /** Told when evidence can no longer be written, with the reason, and again when it can. */
  readonly onFault: (reason: string | undefined) => void;
}

export interface RecorderState {
  /** Why nothing can be written down at the moment; undefined while all is well. */
  readonly fault: string | undefined;
  readonly waiting: number;
  readonly written: number;
  readonly lost: number;
}

/** How long a read may wait to be written down: with the writing itself, less than the second that a crash may cost. */
const FLUSH_MS = 400;
/** After a failure. */
const RETRY_MS = 1000;
const PER_TRANSACTION = 1000;

/**
 * Writes the audit. What changes something is written in its own transaction (`append`), what reads is collected and written within a
 * second (`record`). Where that fails, `fault` says why until it works again; meanwhile changes must be refused and reads must say so.
 */
export class Recorder {
  readonly #ledger: Ledger;
  readonly #pending: Pending;
  #timer: NodeJS.Timeout | undefined;
  #flushing: Promise<void> = Promise.resolve();
  #stopped = false;
  #fault: string | undefined;
  #written = 0;

  constructor(private readonly options: RecorderOptions) {
    this.#ledger = new Ledger(options.key, options.now);
    this.#pending = new Pending(options.now);
  }

  get state(): RecorderState {
    const { length, lost } = this.#pending;
    return { fault: this.fault, waiting: length, written: this.#written, lost };
  }

  get fault(): string | undefined {
    return this.#fault ?? (this.#pending.isFull ? 'more waits to be written down than can be kept' : undefined);
  }

  /** Reads the signing key, so that a hub without one says so before it is asked anything. */
  start(): void {
    try {
      this.#ledger.key();
    } catch (error) {
      this.#failed(error);
    }
  }

  /** Throws SOURCE_UNAVAILABLE where evidence cannot be written: nothing may be changed or exchanged then. */
  require(): void {
    if (this.fault !== undefined) throw unrecordable();
  }

  /** Writes down soon; never throws, never waits. */
  record(draft: AuditDraft): void {
    this.#pending.add(draft);
    this.#flushIn(this.#fault === undefined ? FLUSH_MS : RETRY_MS);
  }

  /** Writes down in the transaction of what is told of, as its last statement; where that fails the transaction must not commit. Once it has,
   *  tell `committed` of what this gives. */
  async append(client: pg.PoolClient, draft: AuditDraft): Promise<Place> {
    try {
      return await this.#ledger.append(client, [draft]);
    } catch (error) {
      this.#failed(error);
      throw unrecordable(error);
    }
  }

  committed(end: Place, rows = 1): void {
    this.#written += rows;
    this.options.witness?.(end);
    this.#works();
  }

  /** Writes down at once; throws SOURCE_UNAVAILABLE where it cannot. */
  async writeNow(draft: AuditDraft): Promise<void> {
    try {
      this.committed(await this.options.db.transaction((client) => this.append(client, draft)));
    } catch (error) {
      this.#failed(error);
      throw unrecordable(error);
    }
  }

  /** What still waits is written before it resolves, if it can be. */
  async stop(): Promise<void> {
    this.#stopped = true;
    clearTimeout(this.#timer);
    this.#flushing = this.#flushing.then(() => this.#flush());
    await this.#flushing;
  }

  #flushIn(milliseconds: number): void {
    if (this.#stopped) return;
    this.#timer ??= setTimeout(() => {
      this.#timer = undefined;
      this.#flushing = this.#flushing.then(() => this.#flush());
    }, milliseconds);
  }

  async #flush(): Promise<void> {
    while (this.#pending.length > 0) {
      const drafts = this.#pending.take(PER_TRANSACTION);
      try {
        const end = await this.options.db.transaction((client) => this.#ledger.append(client, drafts));
        this.committed(end, drafts.length);
      } catch (error) {
        this.#pending.putBack(drafts);
        this.#failed(error);
        this.#flushIn(RETRY_MS);
        return;
      }
    }
  }

  #failed(error: unknown): void {
    const before = this.#fault;
    this.#fault = messageOf(error);
    if (before === undefined) this.options.onFault(this.#fault);
  }

  #works(): void {
    if (this.#fault === undefined) return;
    this.#fault = undefined;
    this.options.onFault(undefined);
  }
}

const unrecordable = (cause?: unknown): HubError =>
  new HubError(
    'SOURCE_UNAVAILABLE',
    'what is done cannot be written down just now, so nothing is changed: try again',
    { retryAfterSeconds: 1 },
    { cause },
  );
