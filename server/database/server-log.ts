import { appendFileSync, renameSync, statSync } from 'node:fs';

const MAX_BYTES = 2_000_000;

/** PostgreSQL's own messages in a file of at most 2 MB, beside one older of the same size. */
export class ServerLog {
  #size: number;

  constructor(readonly path: string) {
    this.#size = statSync(path, { throwIfNoEntry: false })?.size ?? 0;
  }

  /** Never throws: a log that cannot be written (a full disk) must not stop the database. */
  write(text: string): void {
    try {
      if (this.#size + text.length > MAX_BYTES) {
        renameSync(this.path, `${this.path}.1`);
        this.#size = 0;
      }
      appendFileSync(this.path, text, { mode: 0o600 });
      this.#size += Buffer.byteLength(text);
    } catch {}
  }
}

/** The last FATAL or PANIC of a piece of log with its detail, in one line; undefined where there is none. */
export function failureIn(text: string): string | undefined {
  const lines = text.split('\n');
  const at = lines.findLastIndex((line) => /\b(FATAL|PANIC):/.test(line) || /: error: /.test(line));
  if (at < 0) return undefined;
  const what = lines[at]?.replace(/^.*?\b(?:(?:FATAL|PANIC)|error):\s+/, '');
  const detail = lines.slice(at + 1, at + 3).flatMap((line) => /\bDETAIL:\s+(.*)/.exec(line)?.[1] ?? []);
  return [what, ...detail].join(' – ');
}

/** What a person can do about a failure, as the end of a sentence. */
export function adviceFor(failure: string, log: string): string {
  if (/No space left|disk quota/i.test(failure)) return 'free some space on that disk, then start again';
  if (/Permission denied|Operation not permitted|wrong ownership/i.test(failure))
    return 'let the user named there read and write that folder';
  if (/incompatible|initialized by PostgreSQL version/i.test(failure))
    return "start the hub's version that made it, or use another data folder (HUB_DATA_DIR)";
  if (/could not look up effective user/i.test(failure))
    return 'run the hub as a user listed in /etc/passwd, or set DATABASE_URL';
  if (/shared memory|semaphore/i.test(failure)) return "raise the system's limits on shared memory and semaphores";
  return `more is in ${log}`;
}
