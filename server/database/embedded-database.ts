import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { messageOf } from '../../model/errors.js';
import { createDatabase, makeCluster, ROLE } from './cluster.js';
import { FolderLock } from './folder-lock.js';
import { freePort } from './free-port.js';
import { stopLeftovers } from './leftovers.js';
import { choosePlace, dataOf, type PlaceOptions, type PostgresPlace } from './postgres-place.js';
import { Postmaster } from './postmaster.js';
import { adviceFor, ServerLog } from './server-log.js';
import { SETTINGS, THROWAWAY } from './server-settings.js';

export interface EmbeddedDatabaseOptions extends PlaceOptions {
  /** One line for people: where it runs where that is not obvious, what was left over, every failure and restart. */
  readonly onLine?: (text: string) => void;
  readonly onState?: (up: boolean, reason: string) => void;
  /** Server settings over the supervisor's own. */
  readonly settings?: Readonly<Record<string, string>>;
  /** For data nobody needs tomorrow: nothing is flushed to the disk. Never for a hub. */
  readonly throwaway?: boolean;
}

export interface EmbeddedAddress {
  readonly url: string;
  /** The folder the cluster lies in. */
  readonly place: string;
  /** The system user PostgreSQL runs as. */
  readonly user: string;
}

const LONGEST_PAUSE_MS = 5000;
/** A server that ran this long is taken for healthy again. */
const HEALTHY_AFTER_MS = 10_000;

/**
 * A PostgreSQL of the hub's own. What an earlier hub left running in the folder is stopped first; a server that ends
 * unasked is started again on the same port until `stop`. A second start on the same folder is refused.
 */
export class EmbeddedDatabase {
  readonly #abort = new AbortController();
  #lock: FolderLock | undefined;
  #postmaster: Postmaster | undefined;
  #starting: Promise<EmbeddedAddress> | undefined;
  #keeping: Promise<void> = Promise.resolve();
  #stopping: Promise<void> | undefined;

  constructor(private readonly options: EmbeddedDatabaseOptions) {}

  /** The server's process, while one runs. */
  get pid(): number | undefined {
    return this.#postmaster?.pid;
  }

  /** Resolves when the database accepts connections; rejects with one line that says what, where, and what to do. */
  start(): Promise<EmbeddedAddress> {
    this.#starting ??= this.#start().catch(async (error: unknown) => {
      await this.#postmaster?.stop();
      await this.#lock?.release();
      throw error;
    });
    return this.#starting;
  }

  /** Resolves within 5 s, when no process of the database is left; also while `start` is under way. */
  stop(): Promise<void> {
    this.#stopping ??= this.#stop();
    return this.#stopping;
  }

  async #stop(): Promise<void> {
    this.#abort.abort(new Error('the database was stopped while it started'));
    await this.#postmaster?.stop();
    await this.#starting?.catch(() => {});
    await this.#keeping;
    await this.#lock?.release();
  }

  async #start(): Promise<EmbeddedAddress> {
    const { signal } = this.#abort;
    const place = await choosePlace(this.options);
    if (place.note) this.#say(place.note);
    this.#lock = await FolderLock.take(place.folder);
    if ((await stopLeftovers(dataOf(place))) > 0) this.#say('stopped a server that an earlier hub had left running');
    const password = await makeCluster(place, this.options.throwaway ? ['--no-sync'] : [], signal);
    const log = new ServerLog(join(place.folder, 'postgresql.log'));
    const port = await this.#firstLaunch(place, log);
    const url = `postgresql://${ROLE}:${password}@127.0.0.1:${port}/${ROLE}`;
    await createDatabase(url);
    this.#report(true, 'started');
    this.#keeping = this.#keep(place, port, log);
    return { url, place: place.folder, user: place.user.name };
  }

  async #firstLaunch(place: PostgresPlace, log: ServerLog): Promise<number> {
    for (let tries = 1; ; tries += 1) {
      const port = await freePort();
      try {
        await this.#launch(place, port, log);
        return port;
      } catch (error) {
        const failure = messageOf(error);
        this.#abort.signal.throwIfAborted();
        // Another program was quicker to the port, or the system has not let go of the last server's memory yet.
        if (tries < 5 && /bind|listen|lock file|shared memory block/i.test(failure)) await delay(100 * tries);
        else
          throw new Error(`PostgreSQL could not start in ${place.folder}: ${failure}; ${adviceFor(failure, log.path)}`);
      }
    }
  }

  async #launch(place: PostgresPlace, port: number, log: ServerLog): Promise<void> {
    this.#abort.signal.throwIfAborted();
    const settings = { ...SETTINGS, ...(this.options.throwaway ? THROWAWAY : {}), ...this.options.settings };
    const postmaster = new Postmaster({ place, port, settings, log });
    this.#postmaster = postmaster;
    try {
      await postmaster.ready;
    } catch (error) {
      await postmaster.stop();
      throw error;
    }
  }

  /** Starts the server again whenever it ends, without pause at first, then with longer and longer ones. */
  async #keep(place: PostgresPlace, port: number, log: ServerLog): Promise<void> {
    const { signal } = this.#abort;
    let pauseMs = 0;
    let upSince = performance.now();
    let said = '';
    for (let up = true; ; ) {
      const failure = up ? await this.#postmaster?.ended : undefined;
      if (signal.aborted) return;
      if (failure !== undefined) {
        this.#report(false, failure);
        this.#say(`the server ended (${failure}); starting it again`);
        if (performance.now() - upSince > HEALTHY_AFTER_MS) pauseMs = 0;
      }
      if (pauseMs > 0) await delay(pauseMs, undefined, { signal }).catch(() => {});
      pauseMs = Math.min(Math.max(100, pauseMs * 2), LONGEST_PAUSE_MS);
      try {
        await stopLeftovers(dataOf(place));
        await this.#launch(place, port, log);
        up = true;
        said = '';
        upSince = performance.now();
        this.#report(true, 'started again');
        this.#say('started again');
      } catch (error) {
        up = false;
        if (signal.aborted) return;
        const reason = messageOf(error);
        // The same reason is told once, not at every attempt.
        if (reason !== said) this.#say(`the server does not start: ${reason}; ${adviceFor(reason, log.path)}`);
        said = reason;
      }
    }
  }

  #say(text: string): void {
    this.options.onLine?.(text);
  }

  #report(up: boolean, reason: string): void {
    this.options.onState?.(up, reason);
  }
}
