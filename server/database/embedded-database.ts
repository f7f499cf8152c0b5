import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, existsSync, openSync, renameSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { backoffMs, pause } from '../../connectors/back-off.js';
import { messageOf } from '../../model/errors.js';
import { makeCluster, readPassword, stopOrphan } from './cluster.js';
import { lockFolder } from './folder-lock.js';
import { findBinaries } from './postgres-binaries.js';
import { findPlace, type PostgresPlace } from './postgres-place.js';
import { createDatabase, freePort, isServing } from './serving.js';

export interface EmbeddedDatabaseOptions {
  /** The data folder; the cluster lies in it where PostgreSQL may enter it. */
  readonly folder: string;
  /** One line for every event worth telling: a recovered orphan, a restart. */
  readonly onLine?: (text: string) => void;
  /** More settings of PostgreSQL, by name. */
  readonly settings?: Readonly<Record<string, string>>;
  /** In place of /var/lib/fenghuo. */
  readonly systemFolder?: string;
}

export interface EmbeddedAddress {
  /** Of the database "fenghuo"; the port is a free one, the same until the next start. */
  readonly url: string;
  readonly place: string;
  readonly user: string;
}

const SETTINGS: Readonly<Record<string, string>> = {
  listen_addresses: '127.0.0.1',
  // A socket's path may be at most 107 bytes, a data folder's more.
  unix_socket_directories: '',
  max_connections: '80',
  shared_buffers: '128MB',
  timezone: 'UTC',
  log_timezone: 'UTC',
  log_checkpoints: 'off',
  log_min_messages: 'warning',
};
const MAX_LOG_BYTES = 5_000_000;
const START_LIMIT_MS = 60_000;

/**
 * A PostgreSQL of our own under supervision. It recovers from kill -9 of the hub (the orphan is stopped and started anew) and of
 * the server (started again on the same port). It is a process group of its own, so a Ctrl-C reaches the hub alone.
 */
export class EmbeddedDatabase {
  #lock: { release(): void } | undefined;
  #child: ChildProcess | undefined;
  #abort = new AbortController();
  #supervision: Promise<void> = Promise.resolve();

  constructor(private readonly options: EmbeddedDatabaseOptions) {}

  /** Resolves when it serves; throws with one line that says what, where and what to do. */
  async start(): Promise<EmbeddedAddress> {
    const binaries = await findBinaries();
    const place = findPlace(this.options.folder, binaries, this.options.systemFolder);
    this.#lock = lockFolder(this.options.folder);
    try {
      await makeCluster(place);
      if (await stopOrphan(place)) this.#say('stopped a server that an earlier hub had left running');
      const port = await freePort();
      const url = `postgresql://fenghuo:${readPassword(place)}@127.0.0.1:${port}`;
      await this.#launch(place, port, `${url}/postgres`);
      await createDatabase(`${url}/postgres`, 'fenghuo');
      this.#supervision = this.#supervise(place, port, `${url}/postgres`);
      return { url: `${url}/fenghuo`, place: place.cluster, user: place.user };
    } catch (error) {
      await this.stop();
      throw error;
    }
  }

  /** Fast shutdown; immediate after 3 s, killed after 4. Resolves when the server is gone. */
  async stop(): Promise<void> {
    this.#abort.abort();
    const child = this.#child;
    if (child && child.exitCode === null && child.signalCode === null) {
      const gone = once(child, 'exit');
      child.kill('SIGINT');
      const timers = [setTimeout(() => child.kill('SIGQUIT'), 3000), setTimeout(() => child.kill('SIGKILL'), 4000)];
      await gone;
      for (const timer of timers) clearTimeout(timer);
    }
    await this.#supervision;
    this.#lock?.release();
    this.#lock = undefined;
  }

  /** The server's process, for those who watch or test it. */
  get pid(): number | undefined {
    return this.#child?.pid;
  }

  async #supervise(place: PostgresPlace, port: number, url: string): Promise<void> {
    const { signal } = this.#abort;
    for (let failures = 0; !signal.aborted; ) {
      const child = this.#child as ChildProcess;
      if (child.exitCode === null && child.signalCode === null) await once(child, 'exit');
      if (signal.aborted) return;
      this.#say(`the server ended (${child.signalCode ?? `code ${child.exitCode}`}); starting it again`);
      try {
        await this.#launch(place, port, url);
        failures = 0;
        this.#say('the server is back');
      } catch (error) {
        if (signal.aborted) return;
        failures += 1;
        this.#say(messageOf(error));
        await pause(Math.min(backoffMs(failures), 5000), signal);
      }
    }
  }

  /** Starts the server until it serves. Its predecessor's children may hold shared memory for a moment, so it is tried again. */
  async #launch(place: PostgresPlace, port: number, url: string): Promise<void> {
    const limit = Date.now() + START_LIMIT_MS;
    for (;;) {
      const child = this.#spawn(place, port);
      this.#child = child;
      const fault = await this.#untilServing(child, url, limit);
      if (!fault) return;
      if (this.#abort.signal.aborted || Date.now() > limit)
        throw new Error(`PostgreSQL did not start in ${place.cluster}: ${fault}; see ${logOf(place)}`);
      await pause(200, this.#abort.signal);
    }
  }

  #spawn(place: PostgresPlace, port: number): ChildProcess {
    const log = logOf(place);
    if (existsSync(log) && statSync(log).size > MAX_LOG_BYTES) renameSync(log, `${log}.1`);
    const output = openSync(log, 'a', 0o600);
    const settings = { ...SETTINGS, ...this.options.settings, port: String(port) };
    const child = spawn(
      join(place.binaries, 'bin', 'postgres'),
      ['-D', place.cluster, ...Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`])],
      {
        ...place.ids,
        detached: true,
        stdio: ['ignore', output, output],
        cwd: place.cluster,
        env: { LC_ALL: 'C', PATH: '/usr/bin:/bin' },
      },
    );
    closeSync(output);
    child.on('error', () => {});
    return child;
  }

  async #untilServing(child: ChildProcess, url: string, limit: number): Promise<string | undefined> {
    while (Date.now() < limit && !this.#abort.signal.aborted) {
      if (child.exitCode !== null || child.signalCode !== null || child.pid === undefined)
        return child.pid === undefined
          ? 'it cannot be executed'
          : `it ended with ${child.signalCode ?? child.exitCode}`;
      if (await isServing(url)) return undefined;
      await pause(30, this.#abort.signal);
    }
    return 'it did not answer in time';
  }

  #say(text: string): void {
    this.options.onLine?.(text);
  }
}

const logOf = (place: PostgresPlace): string => `${place.cluster}.log`;
