import { randomBytes } from 'node:crypto';
import { link, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { processIdentity } from './processes.js';

const holderShape = z.object({ pid: z.int(), identity: z.string(), since: z.string() });
type Holder = z.infer<typeof holderShape>;

/**
 * One hub per folder. The lock names its holder by pid and start time, so it dies with the process: one left behind by
 * kill -9 is taken over, also where the pid was given to another process since.
 */
export class FolderLock {
  private constructor(
    private readonly path: string,
    private readonly text: string,
  ) {}

  /** Throws where a live process holds the folder, this one included. */
  static async take(folder: string): Promise<FolderLock> {
    const path = join(folder, 'hub.lock');
    const draft = join(folder, `hub.lock.${randomBytes(6).toString('hex')}`);
    const me: Holder = {
      pid: process.pid,
      identity: processIdentity(process.pid) ?? '',
      since: new Date().toISOString(),
    };
    const lock = new FolderLock(path, `${JSON.stringify(me)}\n`);
    await writeFile(draft, lock.text, { mode: 0o600 });
    try {
      // A link appears with its whole content or not at all.
      while (!(await linked(draft, path))) await clearStale(path, draft, folder);
      return lock;
    } finally {
      await rm(draft, { force: true });
    }
  }

  /** Gives the folder back; a lock that is no longer this one's is left alone. */
  async release(): Promise<void> {
    if ((await readLock(this.path)) === this.text) await rm(this.path, { force: true });
  }
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

async function clearStale(path: string, draft: string, folder: string): Promise<void> {
  const seen = await readLock(path);
  if (seen === undefined) return;
  const holder = parseHolder(seen);
  if (holder && processIdentity(holder.pid) === holder.identity)
    throw new Error(
      `another hub (process ${holder.pid}, since ${holder.since}) uses ${folder}: stop it, or give this one a data folder of its own (HUB_DATA_DIR)`,
    );
  const aside = `${draft}.stale`;
  await rename(path, aside).catch(() => {});
  // Two starts may clear the same stale lock: whoever moved the other's new one puts it back.
  const moved = await readLock(aside);
  if (moved !== undefined && moved !== seen) await link(aside, path).catch(() => {});
  await rm(aside, { force: true });
}

async function readLock(path: string): Promise<string | undefined> {
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}

function parseHolder(text: string): Holder | undefined {
  try {
    return holderShape.parse(JSON.parse(text));
  } catch {
    // Cut off by a crash while it was written: nobody holds it.
    return undefined;
  }
}
