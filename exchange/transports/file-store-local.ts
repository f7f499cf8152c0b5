import { randomUUID } from 'node:crypto';
import { constants } from 'node:fs';
import { link, lstat, mkdir, open, readdir, realpath, rename, unlink } from 'node:fs/promises';
import { join, sep } from 'node:path';
import { byName, type FileStore, type StoredFile, unfinished } from './file-store.js';

/** A folder on this machine, or one that the system has mounted. Links in it are never followed, and nothing outside is touched. */
export class LocalStore implements FileStore {
  readonly address: string;

  constructor(private readonly root: string) {
    this.address = `file:${root}`;
  }

  async list(folder: string, signal: AbortSignal): Promise<readonly StoredFile[]> {
    const place = await this.#folder(folder, signal);
    const found = (await readdir(place, { withFileTypes: true })).filter((entry) => entry.isFile());
    const files: StoredFile[] = [];
    for (const { name } of byName(found.map(({ name }) => ({ name, size: 0 })))) {
      const stats = await lstat(join(place, name)).catch(unless('ENOENT'));
      if (stats?.isFile()) files.push({ name, size: stats.size });
    }
    return files;
  }

  async read(path: string, maxBytes: number, signal: AbortSignal): Promise<Buffer | undefined> {
    const { O_RDONLY, O_NOFOLLOW = 0, O_NONBLOCK = 0 } = constants;
    const handle = await open(await this.#place(path, signal), O_RDONLY | O_NOFOLLOW | O_NONBLOCK).catch(
      unless('ENOENT'),
    );
    if (!handle) return undefined;
    try {
      const bytes = Buffer.alloc(Math.min(maxBytes, (await handle.stat()).size) + 1);
      let length = 0;
      for (let read = -1; read !== 0 && length < bytes.length; length += read)
        ({ bytesRead: read } = await handle.read(bytes, length, bytes.length - length));
      return bytes.subarray(0, length);
    } finally {
      await handle.close();
    }
  }

  async write(path: string, bytes: Uint8Array, signal: AbortSignal): Promise<void> {
    const target = await this.#place(path, signal);
    // A receipt may be written for its bundle and be handed over at the same moment.
    const part = unfinished(target, `.${randomUUID()}`);
    try {
      const handle = await open(part, 'wx', 0o640);
      try {
        await handle.writeFile(bytes);
        await handle.sync();
      } finally {
        await handle.close();
      }
      await rename(part, target);
    } catch (error) {
      await unlink(part).catch(() => {});
      throw error;
    }
  }

  async move(from: string, to: string, signal: AbortSignal): Promise<boolean> {
    const [source, target] = [await this.#place(from, signal), await this.#place(to, signal)];
    try {
      await link(source, target);
    } catch (error) {
      if (codeOf(error) === 'EEXIST') return false;
      // Where the file system knows no second names, one process at a time is what there is.
      if (!['EPERM', 'ENOTSUP', 'EOPNOTSUPP', 'ENOSYS'].includes(codeOf(error))) throw error;
      if (await lstat(target).catch(unless('ENOENT'))) return false;
      await rename(source, target);
      return true;
    }
    await unlink(source);
    return true;
  }

  async remove(path: string, signal: AbortSignal): Promise<void> {
    await unlink(await this.#place(path, signal)).catch(unless('ENOENT'));
  }

  async close(): Promise<void> {}

  async #place(path: string, signal: AbortSignal): Promise<string> {
    const at = path.lastIndexOf('/');
    return join(await this.#folder(path.slice(0, at), signal), path.slice(at + 1));
  }

  async #folder(folder: string, signal: AbortSignal): Promise<string> {
    signal.throwIfAborted();
    const root = await realpath(this.root).catch((error: unknown) => {
      throw new Error(`the folder ${this.root} cannot be used (${codeOf(error)}): make it, or let the hub read it`);
    });
    await mkdir(join(root, folder), { recursive: true });
    const place = await realpath(join(root, folder));
    // A link among its folders would carry files out of it.
    if (!place.startsWith(root.endsWith(sep) ? root : root + sep))
      throw new Error(`the folder ${folder} in ${this.root} leads out of it: make it a folder`);
    return place;
  }
}

const codeOf = (error: unknown): string => String((error as NodeJS.ErrnoException | undefined)?.code);

const unless =
  (code: string) =>
  (error: unknown): undefined => {
    if (codeOf(error) !== code) throw error;
  };
