import { randomBytes } from 'node:crypto';
import { link, readdir, readFile, rm, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { processIdentity } from './processes.js';

const NAME = /^hub\.lock\.(\d+)$/;
const holderShape = z.object({ pid: z.int(), identity: z.string(), since: z.string() });
type Holder = z.infer<typeof holderShape>;

/**
 * One hub per folder. A lock names its holder by pid and start time, so it dies with the process: after kill -9 the folder
 * can be taken again, also where the pid was given to another process since.
 *
 * The lock that counts is the file with the highest number. Taking the folder means making the next number, exclusively,
 * after having seen that the highest names no live process. Only lower numbers are ever removed: a file that can vanish and
 * come back under the same name would let two starts, slow in different places, both win.
 */
export class FolderLock {
  private constructor(
    private readonly folder: string,
    private readonly number: number,
  ) {}

  /** Throws where a live process holds the folder, this one included. */
  static async take(folder: string): Promise<FolderLock> {
    const draft = join(folder, `hub.lock.draft-${randomBytes(6).toString('hex')}`);
    const me: Holder = {
      pid: process.pid,
      identity: processIdentity(process.pid) ?? '',
      since: new Date().toISOString(),
    };
    await writeFile(draft, `${JSON.stringify(me)}\n`, { mode: 0o600 });
    try {
      for (;;) {
        const numbers = await lockNumbers(folder);
        const highest = Math.max(0, ...numbers);
        refuseLive(await readHolder(folder, highest), folder);
        // A link appears with its whole content or not at all.
        if (!(await linked(draft, pathOf(folder, highest + 1)))) continue;
        const lock = new FolderLock(folder, highest + 1);
        if (await lock.#settle()) return lock;
      }
    } finally {
      await rm(draft, { force: true });
    }
  }

  /** Whether a live process holds the folder. */
  static async isHeld(folder: string): Promise<boolean> {
    const holder = await readHolder(folder, Math.max(0, ...(await lockNumbers(folder))));
    return holder !== undefined;
  }

  /** Gives the folder back. The emptied file stays: its number is used up. */
  async release(): Promise<void> {
    await truncate(pathOf(this.folder, this.number)).catch((error: NodeJS.ErrnoException) => {
      // Released before, and the folder is another's by now.
      if (error.code !== 'ENOENT') throw error;
    });
  }

  /** Removes what this lock came after; false, and gone, where a higher one was made from a newer look at the folder. */
  async #settle(): Promise<boolean> {
    const numbers = await lockNumbers(this.folder);
    const isHighest = Math.max(...numbers) === this.number;
    const over = isHighest ? numbers.filter((number) => number < this.number) : [this.number];
    await Promise.all(over.map((number) => rm(pathOf(this.folder, number), { force: true })));
    return isHighest;
  }
}

const pathOf = (folder: string, number: number): string => join(folder, `hub.lock.${number}`);

async function lockNumbers(folder: string): Promise<number[]> {
  return (await readdir(folder)).flatMap((name) => Number(NAME.exec(name)?.[1] ?? Number.NaN) || []);
}

async function linked(draft: string, path: string): Promise<boolean> {
  try {
    await link(draft, path);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
    throw error;
  }
}

function refuseLive(holder: Holder | undefined, folder: string): void {
  if (holder)
    throw new Error(
      `another hub (process ${holder.pid}, since ${holder.since}) uses ${folder}: stop it, or give this one a data folder of its own (HUB_DATA_DIR)`,
    );
}

/** Who holds a lock; undefined where it was released, or its process is gone. */
async function readHolder(folder: string, number: number): Promise<Holder | undefined> {
  let text: string;
  try {
    text = await readFile(pathOf(folder, number), 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
  try {
    const holder = holderShape.parse(JSON.parse(text));
    return processIdentity(holder.pid) === holder.identity ? holder : undefined;
  } catch {
    // Empty, or cut off by a crash.
    return undefined;
  }
}
