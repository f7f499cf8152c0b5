import type { LogEntry, LogTopic } from '../model/entry.js';
import type { Database } from '../prisma/database.js';
import { cursorExpired } from './cursor.js';
import { type LogState, readEntries, readState } from './log.js';

/** Whoever hangs on the tail: told of every new entry, in order, and of an end that is not its own doing. */
export interface Follower {
  readonly topics: readonly LogTopic[];
  deliver(entry: LogEntry): void;
  fail(error: Error): void;
  end(): void;
}

const ALL: readonly LogTopic[] = ['warning', 'observation', 'feed'];
const PAGE = 500;
/** Durable entries kept in memory, so that many who come back at once do not each read the database. */
const RECENT = 5000;
const RETRY_MS = 300;

/** The one reader at the end of the log for all followers of a process. It reads nothing while there are none. */
export class Tail {
  readonly #followers = new Set<Follower>();
  #holds = 0;
  #state: { epoch: string; position: number } | undefined;
  #recent: LogEntry[] = [];
  /** All durable entries after this position, up to the tail's, are in #recent. */
  #recentFrom = 0;
  #starting: Promise<void> | undefined;
  #reading: Promise<void> | undefined;
  #again = false;
  #timer: NodeJS.Timeout | undefined;
  #stopped = false;

  constructor(
    private readonly db: Database,
    private readonly heartbeatMs: number,
  ) {}

  get size(): number {
    return this.#followers.size;
  }

  /** Everything up to here has been delivered to whoever was following. */
  get position(): number {
    return this.#state?.position ?? 0;
  }

  /** Keeps the tail running while a follower is being made; throws where the database cannot be read. */
  async hold(): Promise<{ release(): void }> {
    if (this.#stopped) throw new Error('the hub is stopping');
    this.#holds += 1;
    try {
      this.#starting ??= this.#start();
      await this.#starting;
    } catch (error) {
      this.#starting = undefined;
      this.#release();
      throw error;
    }
    return { release: () => this.#release() };
  }

  follow(follower: Follower): void {
    this.#followers.add(follower);
  }

  leave(follower: Follower): void {
    this.#followers.delete(follower);
    this.#rest();
  }

  /** Looks at the log now, and once more if asked again meanwhile. */
  wake(): void {
    if (!this.#state || this.#stopped) return;
    if (this.#reading) {
      this.#again = true;
      return;
    }
    this.#reading = this.#read()
      .catch(() => this.#schedule(RETRY_MS))
      .finally(() => {
        this.#reading = undefined;
        if (this.#again) {
          this.#again = false;
          this.wake();
        }
      });
  }

  /** The entries after a position from memory, or undefined where memory does not reach back so far. */
  recent(topics: readonly LogTopic[], after: number): LogEntry[] | undefined {
    if (!this.#state || after < this.#recentFrom || topics.includes('observation')) return undefined;
    return this.#recent.filter((entry) => entry.position > after && topics.includes(entry.topic));
  }

  async stop(): Promise<void> {
    this.#stopped = true;
    for (const follower of [...this.#followers]) follower.end();
    clearTimeout(this.#timer);
    await this.#reading;
  }

  async #start(): Promise<void> {
    const { epoch, position } = await readState(this.db.read);
    this.#state = { epoch, position };
    this.#recent = [];
    this.#recentFrom = position;
    this.#schedule(this.heartbeatMs);
  }

  #release(): void {
    this.#holds -= 1;
    this.#rest();
  }

  /** With nobody left, no statement is sent until someone comes. */
  #rest(): void {
    if (this.#followers.size > 0 || this.#holds > 0) return;
    clearTimeout(this.#timer);
    this.#state = undefined;
    this.#starting = undefined;
    this.#recent = [];
  }

  #schedule(ms: number): void {
    clearTimeout(this.#timer);
    if (this.#stopped || !this.#state) return;
    this.#timer = setTimeout(() => this.wake(), ms);
  }

  async #read(): Promise<void> {
    for (;;) {
      const before = this.#state;
      if (!before) return;
      const entries = await readEntries(this.db.read, { topics: ALL, after: before.position, limit: PAGE });
      // The last follower may have left, or the tail started anew, while this was read.
      if (this.#state !== before) return;
      if (entries.length === 0 || entries[0]?.position !== before.position + 1)
        this.#judge(await readState(this.db.read), before);
      if (this.#state !== before) return;
      for (const entry of entries) this.#deliver(entry, before);
      if (entries.length < PAGE) return this.#schedule(this.heartbeatMs);
    }
  }

  #deliver(entry: LogEntry, state: { position: number }): void {
    state.position = entry.position;
    if (entry.topic !== 'observation') this.#remember(entry);
    for (const follower of this.#followers) if (follower.topics.includes(entry.topic)) follower.deliver(entry);
  }

  #remember(entry: LogEntry): void {
    this.#recent.push(entry);
    if (this.#recent.length <= RECENT) return;
    this.#recent = this.#recent.slice(RECENT / 2);
    this.#recentFrom = (this.#recent[0]?.position ?? entry.position) - 1;
  }

  /** A log that was made anew, went back, or dropped what was not yet read: those concerned must start over, and are told. */
  #judge(now: LogState, before: { epoch: string; position: number }): void {
    const anew = now.epoch !== before.epoch || now.position < before.position;
    for (const follower of [...this.#followers])
      if (anew || follower.topics.some((topic) => (now.floors[topic] ?? 0) > before.position))
        follower.fail(cursorExpired());
    if (!anew) return;
    this.#state = { epoch: now.epoch, position: now.position };
    this.#recent = [];
    this.#recentFrom = now.position;
    this.#schedule(this.heartbeatMs);
  }
}
