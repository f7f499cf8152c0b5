import { setImmediate as breathe } from 'node:timers/promises';
import type { LogEntry, LogTopic } from '../model/entry.js';
import type { Queryable } from '../prisma/database.js';
import { backOffMs } from './back-off.js';
import { cursorExpired } from './cursor.js';
import { type History, PAGE } from './history.js';
import { type LogHead, type LogPage, readHead, readPage } from './log.js';

/** Whoever hangs on the tail: told of every new entry, in order, and of an end that is not its own doing. */
export interface Follower {
  readonly topics: readonly LogTopic[];
  deliver(entry: LogEntry): void;
  fail(error: Error): void;
  end(): void;
}

/** Told of every new entry at once, before any follower is: what it does then holds for all that comes later in the log. */
export interface Watcher {
  readonly topic: LogTopic;
  see(entry: LogEntry): void;
  /** The log was made anew, or entries were dropped before they were seen: whatever was seen may be out of date. */
  lost(): void;
}

export interface TailOptions {
  readonly db: Queryable;
  readonly history: History;
  readonly heartbeatMs: number;
  readonly now: () => Date;
  /** Called when the heartbeat found what no wake-up had told of. */
  readonly onMissed: () => void;
}

const RETRY_MS = 100;
const MAX_RETRY_MS = 2000;
/** Deliveries, and entries, at a stretch; then sockets and timers get their turn, and quick readers empty their queues. */
const STRETCH = 5000;
const STRETCH_ENTRIES = 50;
/** A database that does not answer holds up the stop for no longer. */
const STOP_MS = 1000;

/** The one reader at the end of the log for all followers of a process. It reads nothing while there are none. */
export class Tail {
  readonly #followers = new Set<Follower>();
  readonly #watchers = new Set<Watcher>();
  #holds = 0;
  /** Where it stands while anyone follows; another object each time it begins anew. */
  #at: { readonly epoch: string; position: number } | undefined;
  #starting: Promise<void> | undefined;
  #reading: Promise<void> | undefined;
  #again = false;
  #failures = 0;
  #timer: NodeJS.Timeout | undefined;
  #stopped = false;
  #caughtUpAt: Date | undefined;

  constructor(private readonly options: TailOptions) {}

  get size(): number {
    return this.#followers.size;
  }

  /** Everything up to here has been delivered to whoever was following. */
  get position(): number {
    return this.#at?.position ?? 0;
  }

  /** When everything committed until then had been delivered; undefined while nobody follows. */
  get caughtUpAt(): Date | undefined {
    return this.#at && this.#caughtUpAt;
  }

  /** Keeps the tail running until the answer is called; throws where the database cannot be read. */
  async hold(): Promise<() => void> {
    this.#holds += 1;
    const release = (): void => {
      this.#holds -= 1;
      this.#rest();
    };
    try {
      while (!this.#at && !this.#stopped) {
        this.#starting ??= this.#start().finally(() => {
          this.#starting = undefined;
        });
        await this.#starting;
      }
      return release;
    } catch (error) {
      release();
      throw error;
    }
  }

  /** From now on; one who comes after the stop is ended at once. */
  follow(follower: Follower): void {
    if (this.#stopped) follower.end();
    else this.#followers.add(follower);
  }

  leave(follower: Follower): void {
    this.#followers.delete(follower);
    this.#rest();
  }

  /** From now on, while the tail runs: a watcher does not keep it running. */
  watch(watcher: Watcher): void {
    this.#watchers.add(watcher);
  }

  /** Looks at the log now, and once more if asked again meanwhile. */
  wake(missed?: () => void): void {
    if (!this.#at || this.#stopped) return;
    if (this.#reading) {
      this.#again = true;
      return;
    }
    this.#reading = this.#read(missed)
      .then(
        () => {
          this.#failures = 0;
          this.#schedule(this.options.heartbeatMs, this.options.onMissed);
        },
        () => {
          this.#schedule(backOffMs(this.#failures, RETRY_MS, MAX_RETRY_MS));
          this.#failures += 1;
        },
      )
      .finally(() => {
        this.#reading = undefined;
        if (this.#again) this.wake();
      });
  }

  async stop(): Promise<void> {
    this.#stopped = true;
    clearTimeout(this.#timer);
    for (const follower of [...this.#followers]) follower.end();
    let limit: NodeJS.Timeout | undefined;
    const waited = new Promise<void>((resolve) => {
      limit = setTimeout(resolve, STOP_MS);
    });
    await Promise.race([waited, Promise.allSettled([this.#starting, this.#reading])]);
    clearTimeout(limit);
  }

  async #start(): Promise<void> {
    const head = await readHead(this.options.db);
    if (!this.#stopped) this.#begin(head);
  }

  #begin({ epoch, position }: LogHead): void {
    this.#at = { epoch, position };
    this.#caughtUpAt = this.options.now();
    this.options.history.reset({ epoch, position });
    // A wake-up may have come while this was read, when there was nobody to hear it.
    this.wake();
  }

  /** With nobody left, no statement is sent until someone comes. */
  #rest(): void {
    if (this.#followers.size > 0 || this.#holds > 0) return;
    clearTimeout(this.#timer);
    this.#at = undefined;
    this.options.history.reset();
  }

  #schedule(ms: number, missed?: () => void): void {
    clearTimeout(this.#timer);
    if (!this.#stopped && this.#at) this.#timer = setTimeout(() => this.wake(missed), ms);
  }

  async #read(missed: (() => void) | undefined): Promise<void> {
    const { db, history, now } = this.options;
    const at = this.#at;
    for (;;) {
      this.#again = false;
      if (!at || this.#at !== at || this.#stopped) return;
      const page = await readPage(db, { after: at.position, limit: PAGE });
      // The last follower may have left, or the tail begun anew, while this was read.
      if (this.#at !== at || this.#stopped || this.#judge(page, at)) return;
      if (page.entries.length > 0) missed?.();
      if (!(await this.#deliver(page.entries, at)) || this.#at !== at) return;
      if (page.entries.length === PAGE) continue;
      at.position = Math.max(at.position, page.position);
      history.advance(at.position);
      this.#caughtUpAt = now();
      if (!this.#again) return;
    }
  }

  /** False where the tail ended or began anew in between. */
  async #deliver(entries: readonly LogEntry[], at: { position: number }): Promise<boolean> {
    let made = 0;
    for (const [index, entry] of entries.entries()) {
      at.position = entry.position;
      this.options.history.advance(entry.position, entry);
      for (const watcher of this.#watchers) if (watcher.topic === entry.topic) watcher.see(entry);
      for (const follower of this.#followers) if (follower.topics.includes(entry.topic)) follower.deliver(entry);
      made += this.#followers.size;
      if (made < STRETCH && (index + 1) % STRETCH_ENTRIES !== 0) continue;
      made = 0;
      await breathe();
      if (this.#at !== at || this.#stopped) return false;
    }
    return true;
  }

  /** A log made anew, gone back, or dropped where it was not yet read: those concerned must start over, and are told. True: begun anew. */
  #judge(page: LogPage, at: LogHead): boolean {
    const anew = page.epoch !== at.epoch || page.position < at.position;
    for (const watcher of this.#watchers) if (anew || (page.floors[watcher.topic] ?? 0) > at.position) watcher.lost();
    for (const follower of [...this.#followers])
      if (anew || follower.topics.some((topic) => (page.floors[topic] ?? 0) > at.position))
        follower.fail(cursorExpired());
    if (anew) {
      if (this.#at === at) this.#begin(page);
    } else this.options.history.dropped(page.floors);
    return anew;
  }
}
