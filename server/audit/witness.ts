import { readFile, rename, writeFile } from 'node:fs/promises';

/** A row of the chain, and its hash. */
export interface Place {
  readonly position: number;
  readonly hash: string;
}

const EVERY_MS = 1000;

/**
 * Keeps the end of the chain in a file beside the database, at most a second behind: whoever can change the whole database, its guards and
 * its last rows with the head, cannot take back what the file says.
 */
export class Witness {
  #latest: Place | undefined;
  #timer: NodeJS.Timeout | undefined;
  #writing: Promise<void> = Promise.resolve();

  constructor(
    private readonly path: string,
    private readonly onError: (error: unknown) => void,
  ) {}

  /** To be told once the row is committed. */
  see(place: Place): void {
    if (this.#latest && this.#latest.position >= place.position) return;
    this.#latest = place;
    this.#timer ??= setTimeout(() => void this.#write(), EVERY_MS);
  }

  async stop(): Promise<void> {
    if (this.#timer) await this.#write();
    await this.#writing;
  }

  #write(): Promise<void> {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    const { position, hash } = this.#latest as Place;
    this.#writing = this.#writing
      .then(async () => {
        await writeFile(`${this.path}.new`, `${position} ${hash}\n`, { mode: 0o600 });
        await rename(`${this.path}.new`, this.path);
      })
      .catch(this.onError);
    return this.#writing;
  }
}

/** What the file says; undefined where there is none. */
export async function readWitness(path: string): Promise<Place | undefined> {
  try {
    const [, position, hash] = /^(\d+) ([0-9a-f]{64})\n$/.exec(await readFile(path, 'utf8')) ?? [];
    if (position === undefined || hash === undefined) throw new Error(`${path} is not as the hub wrote it`);
    return { position: Number(position), hash };
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}
