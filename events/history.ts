import type { LogEntry, LogTopic } from '../model/entry.js';
import type { Queryable } from '../prisma/database.js';
import { type LogHead, type LogPage, type LogState, readPage } from './log.js';

/** Entries of one page. */
export const PAGE = 200;
/** Topics whose newest entries stay in memory; observations are bulky, and nobody resumes them. */
const REMEMBERED: readonly LogTopic[] = ['warning', 'feed'];
const MAX_REMEMBERED = 2000;
const FILL = 500;
/** Full pages from further back, kept for those who come with the same cursor. */
const MAX_PAGES = 16;

/** What is in memory: everything of a topic after `from`, up to the head. */
interface Memory {
  head: LogHead;
  entries: LogEntry[];
  readonly from: Map<LogTopic, number>;
  /** How far back the database was looked through. */
  reach: number;
}

/**
 * The log behind the tail, read once for all who ask: from memory where it reaches back so far (it is filled backwards when first
 * asked), else page by page, everyone who asks for the same page sharing one read.
 */
export class History {
  #memory: Memory | undefined;
  #filling: Promise<void> | undefined;
  readonly #pages = new Map<string, Promise<LogPage>>();

  constructor(private readonly db: Queryable) {}

  /** The tail stands here now: what memory held is forgotten. Without a head, it rests. */
  reset(head?: LogHead): void {
    this.#pages.clear();
    this.#filling = undefined;
    this.#memory = head && {
      head,
      entries: [],
      from: new Map(REMEMBERED.map((topic) => [topic, head.position])),
      reach: head.position,
    };
  }

  /** The tail has passed these entries, or only positions that retention had emptied. */
  advance(position: number, entry?: LogEntry): void {
    const memory = this.#memory;
    if (!memory) return;
    memory.head = { epoch: memory.head.epoch, position };
    if (!entry || !memory.from.has(entry.topic)) return;
    memory.entries.push(entry);
    if (memory.entries.length <= MAX_REMEMBERED) return;
    const dropped = memory.entries.splice(0, MAX_REMEMBERED / 2).at(-1) as LogEntry;
    for (const [topic, from] of memory.from) memory.from.set(topic, Math.max(from, dropped.position));
    memory.reach = dropped.position;
  }

  /** Retention has dropped what the tail had not read yet: memory has a hole there, and is whole only after it. */
  dropped(floors: LogState['floors']): void {
    const memory = this.#memory;
    if (!memory) return;
    for (const [topic, from] of memory.from) {
      const floor = floors[topic] ?? 0;
      if (floor > memory.head.position) memory.from.set(topic, Math.max(from, floor));
    }
  }

  /** Up to PAGE entries after a position. One with fewer holds everything up to its own `position`. */
  async page(topics: readonly LogTopic[], after: number): Promise<LogPage> {
    for (;;) {
      const remembered = this.#remembered(topics, after);
      if (remembered) return remembered;
      if (!this.#canFill(topics, after)) return this.#shared(topics, after);
      this.#filling ??= this.#fill();
      await this.#filling;
    }
  }

  #remembered(topics: readonly LogTopic[], after: number): LogPage | undefined {
    const memory = this.#memory;
    if (!memory || after > memory.head.position) return undefined;
    for (const topic of topics) if (after < (memory.from.get(topic) ?? Number.POSITIVE_INFINITY)) return undefined;
    const entries: LogEntry[] = [];
    for (let i = firstAfter(memory.entries, after); i < memory.entries.length && entries.length < PAGE; i += 1) {
      const entry = memory.entries[i] as LogEntry;
      if (topics.includes(entry.topic)) entries.push(entry);
    }
    return { ...memory.head, floors: {}, entries };
  }

  #canFill(topics: readonly LogTopic[], after: number): boolean {
    const memory = this.#memory;
    return (
      memory !== undefined &&
      after < memory.reach &&
      memory.entries.length < MAX_REMEMBERED / 2 &&
      topics.every((topic) => memory.from.has(topic))
    );
  }

  async #fill(): Promise<void> {
    const memory = this.#memory as Memory;
    const before = memory.reach;
    try {
      const page = await readPage(this.db, { topics: REMEMBERED, upTo: before, newestFirst: true, limit: FILL });
      // Memory may have been begun anew, or cut, while this was read.
      if (this.#memory !== memory || memory.reach !== before) return;
      const all = page.entries.length < FILL || page.epoch !== memory.head.epoch;
      memory.reach = all ? 0 : (page.entries[0] as LogEntry).position - 1;
      if (page.epoch !== memory.head.epoch) return;
      memory.entries = [...page.entries, ...memory.entries];
      for (const [topic, from] of memory.from) {
        const floor = page.floors[topic] ?? 0;
        if (floor < from) memory.from.set(topic, Math.max(memory.reach, floor));
      }
    } finally {
      if (this.#memory === memory) this.#filling = undefined;
    }
  }

  #shared(topics: readonly LogTopic[], after: number): Promise<LogPage> {
    const key = `${[...topics].sort().join()}:${after}`;
    const known = this.#pages.get(key);
    if (known) return known;
    const read = readPage(this.db, { topics, after, limit: PAGE });
    this.#pages.set(key, read);
    const [oldest] = this.#pages.keys();
    if (this.#pages.size > MAX_PAGES && oldest !== undefined) this.#pages.delete(oldest);
    const forget = (): void => {
      if (this.#pages.get(key) === read) this.#pages.delete(key);
    };
    // A full page never changes: the log is append-only. One that was not full will have more to tell.
    read.then((page) => page.entries.length < PAGE && forget(), forget);
    return read;
  }
}

/** The index of the first entry after a position. */
function firstAfter(entries: readonly LogEntry[], position: number): number {
  let low = 0;
  let high = entries.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((entries[middle] as LogEntry).position > position) high = middle;
    else low = middle + 1;
  }
  return low;
}
