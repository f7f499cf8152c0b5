import { constants, type Stats } from 'node:fs';
import { access, lstat, mkdir, open, readdir, realpath } from 'node:fs/promises';
import { join } from 'node:path';
import type { Outcome } from '../../../model/record.js';
import type { FeedContext } from '../../connector.js';
import { decodeName, type Filed, fileAway, wholePath } from './file-away.js';

export interface DropOptions {
  /** Must exist; `done/` and `failed/` are made in it. */
  readonly folder: string;
  /** A file is taken once its size and time of change have stayed the same for so long. */
  readonly stableMs: number;
  /** A longer file is refused unread. */
  readonly maxBytes: number;
}

export interface DroppedFile {
  readonly name: string;
  readonly bytes: Uint8Array;
}

/** What a reader makes of one file. */
export interface DropVerdict {
  readonly outcome: Outcome;
  /** Nothing of it could be read: it goes to `failed/`. */
  readonly failed: boolean;
  /** For who dropped the file; written beside it, UTF-8 with the mark that Excel looks for. */
  readonly answer: { readonly extension: 'csv' | 'txt'; readonly text: string };
}

/** Of one round; the others come in the next. */
const MAX_FILES = 20;
const MAX_LISTED = 10_000;
/** Of a file that is too long, kept with its reject. */
const BEGINNING = 4096;
/** Files being written by Excel, browsers and transfer programs, and what systems leave in folders. */
const PASSED_OVER =
  /^(\.|~\$|~.*\.tmp$|desktop\.ini$|thumbs\.db$)|\.(part|partial|filepart|tmp|temp|crdownload|download|swp|lock)$|~$/i;

interface Waiting {
  readonly path: Buffer;
  readonly name: string;
  readonly stats: Stats;
}

const keyOf = ({ path }: Pick<Waiting, 'path'>): string => path.toString('latin1');

/** The same content, as far as size, time and place on the disk tell. */
const same = (a: Stats, b: Stats): boolean => a.ino === b.ino && a.size === b.size && a.mtimeMs === b.mtimeMs;

/**
 * A folder that people and programs drop files into, looked at by `round`. Files are taken one after another, the oldest
 * change first and none before an older one that is still being written; links and subfolders never. After the commit a file
 * is moved to `done/` or `failed/` under a name of its own, its answer beside it. A file that was stored and not yet moved
 * when the hub ended is read again, which changes nothing.
 */
export class DropFolder {
  /** When each file was first seen as it is now, on the monotonic clock. */
  readonly #seen = new Map<string, { readonly stats: Stats; readonly since: number }>();
  /** Stored, but could not be moved. */
  readonly #stored = new Map<string, { readonly stats: Stats; readonly filed: Filed }>();

  constructor(
    private readonly options: DropOptions,
    private readonly read: (file: DroppedFile, now: Date) => DropVerdict | Promise<DropVerdict>,
  ) {}

  /** Takes what lies ready. Throws where the folder cannot be used, and after all others where a file cannot be read or moved. */
  async round(context: FeedContext): Promise<void> {
    const root = await this.#open();
    const waiting = await this.#list(root);
    const faults: string[] = [];
    let left = MAX_FILES;
    for (const file of waiting) {
      if (context.signal.aborted) return;
      // What is stored and cannot be moved is held in memory: it must not grow with every round.
      if (left === 0 || (this.#stored.size >= MAX_FILES && !this.#stored.has(keyOf(file))) || !this.#stable(file))
        break;
      const fault = await this.#take(root, file, context);
      if (fault === undefined) left--;
      else faults.push(fault);
    }
    if (faults.length > 0) throw new Error(`${faults.length} of ${waiting.length} files: ${faults[0]}`);
    context.contact();
  }

  async #open(): Promise<string> {
    const { folder } = this.options;
    try {
      const root = await realpath(folder);
      await access(root, constants.R_OK | constants.W_OK | constants.X_OK);
      for (const name of ['done', 'failed']) {
        await mkdir(join(root, name)).catch(allow('EEXIST'));
        // A link would carry files out of the folder.
        if (!(await lstat(join(root, name))).isDirectory()) throw new Error(`${name} is no folder`);
      }
      return root;
    } catch (error) {
      throw new Error(
        `the folder ${folder} cannot be used (${codeOf(error)}): make it, or let the hub read and write it`,
      );
    }
  }

  async #list(root: string): Promise<Waiting[]> {
    const names = (await readdir(root, { encoding: 'buffer' })).filter((name) => !PASSED_OVER.test(decodeName(name)));
    const found: Waiting[] = [];
    for (const raw of names.sort(Buffer.compare).slice(0, MAX_LISTED)) {
      const path = wholePath(root, raw);
      const stats = await lstat(path).catch(allow('ENOENT'));
      if (stats?.isFile()) found.push({ path, name: decodeName(raw), stats });
    }
    const present = new Set(found.map(keyOf));
    for (const known of [this.#seen, this.#stored])
      for (const key of known.keys()) if (!present.has(key)) known.delete(key);
    return found.sort((a, b) => a.stats.mtimeMs - b.stats.mtimeMs || Buffer.compare(a.path, b.path));
  }

  #stable({ path, stats }: Waiting): boolean {
    const key = keyOf({ path });
    const before = this.#seen.get(key);
    const now = performance.now();
    const since = before && same(before.stats, stats) ? before.since : now;
    this.#seen.set(key, { stats, since });
    return now - since >= this.options.stableMs;
  }

  /** Resolves to what kept the file from being taken, if anything; throws where it is not stored. */
  async #take(root: string, file: Waiting, context: FeedContext): Promise<string | undefined> {
    const key = keyOf(file);
    const before = this.#stored.get(key);
    try {
      let filed = before && same(before.stats, file.stats) ? before.filed : undefined;
      if (!filed) {
        const bytes = await this.#content(file);
        if (!bytes) return undefined;
        const { outcome, failed, answer } = await this.#judge(file, bytes, context.now());
        await context.take(outcome);
        filed = { root, ...file, bytes, failed, answer, at: context.now() };
        this.#stored.set(key, { stats: file.stats, filed });
      }
      await fileAway(filed, (stats) => same(stats, file.stats));
      this.#stored.delete(key);
      this.#seen.delete(key);
      return undefined;
    } catch (error) {
      if (!isOfFile(error)) throw error;
      const stored = this.#stored.has(key) ? 'is stored but cannot be moved' : 'cannot be read';
      return `${JSON.stringify(file.name)} ${stored} (${codeOf(error)}): let the hub read and write it`;
    }
  }

  #judge({ name, stats }: Waiting, bytes: Uint8Array, now: Date): DropVerdict | Promise<DropVerdict> {
    const { maxBytes } = this.options;
    if (stats.size <= maxBytes) return this.read({ name, bytes }, now);
    const detail = `${name}: ${stats.size} bytes, at most ${maxBytes} are taken: split it`;
    const text = `文件过大：${stats.size} 字节，最多 ${maxBytes} 字节。请拆分后分别放入。\r\nToo large. ${detail}\r\n`;
    return {
      outcome: { records: [], rejects: [{ raw: bytes, reason: 'too-large', detail }] },
      failed: true,
      answer: { extension: 'txt', text },
    };
  }

  /** The whole file, the beginning of one that is too long, or undefined where it changed while it was read. */
  async #content({ path, stats }: Waiting): Promise<Uint8Array | undefined> {
    const { O_RDONLY, O_NOFOLLOW = 0, O_NONBLOCK = 0 } = constants;
    const handle = await open(path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK).catch(allow('ENOENT', 'ELOOP'));
    if (!handle) return undefined;
    try {
      const bytes = Buffer.alloc(stats.size > this.options.maxBytes ? BEGINNING : stats.size);
      let length = 0;
      while (length < bytes.length) {
        const { bytesRead } = await handle.read(bytes, length, bytes.length - length, length);
        if (bytesRead === 0) break;
        length += bytesRead;
      }
      return same(await handle.stat(), stats) && length === bytes.length ? bytes : undefined;
    } finally {
      await handle.close();
    }
  }
}

/** A failure of the file system, not of the store. */
const isOfFile = (error: unknown): boolean =>
  typeof error === 'object' && error !== null && 'syscall' in error && 'path' in error;

const codeOf = (error: unknown): string =>
  (error as NodeJS.ErrnoException).code ?? (error instanceof Error ? error.message : String(error));

const allow =
  (...codes: readonly string[]) =>
  (error: NodeJS.ErrnoException): undefined => {
    if (!codes.includes(error.code ?? '')) throw error;
  };
