import { type ChildProcessByStdio, spawn } from 'node:child_process';
import type { Readable } from 'node:stream';
import { ENVIRONMENT, runAs } from './cluster.js';
import { stopLeftovers } from './leftovers.js';
import { binary } from './postgres-binaries.js';
import { dataOf, type PostgresPlace } from './postgres-place.js';
import { signalTo } from './processes.js';
import { failureIn, type ServerLog } from './server-log.js';

export interface PostmasterOptions {
  readonly place: PostgresPlace;
  readonly port: number;
  readonly settings: Readonly<Record<string, string>>;
  readonly log: ServerLog;
}

/** Crash recovery may have to read all of max_wal_size. */
const READY_WITHIN_MS = 120_000;

/** One run of a PostgreSQL server, in a process group of its own: a Ctrl-C in the terminal does not reach it. */
export class Postmaster {
  /** Resolves once it accepts connections; rejects with the reason where it ends before, or takes over two minutes. */
  readonly ready: Promise<void>;
  /** Resolves with the reason when it has ended. */
  readonly ended: Promise<string>;
  readonly #child: ChildProcessByStdio<null, null, Readable>;
  readonly #data: string;

  constructor({ place, port, settings, log }: PostmasterOptions) {
    this.#data = dataOf(place);
    const flags = Object.entries({ ...settings, port: String(port) }).flatMap(([name, value]) => [
      '-c',
      `${name}=${value}`,
    ]);
    this.#child = spawn(binary(place.binaries, 'postgres'), ['-D', this.#data, ...flags], {
      ...runAs(place),
      cwd: place.folder,
      env: ENVIRONMENT,
      detached: true,
      stdio: ['ignore', 'ignore', 'pipe'],
    });
    let said = '';
    let accepts = (): void => {};
    const accepting = new Promise<void>((resolve) => {
      accepts = resolve;
    });
    this.#child.stderr.setEncoding('utf8').on('data', (text: string) => {
      log.write(text);
      said = (said + text).slice(-8000);
      if (said.includes('database system is ready to accept connections')) accepts();
    });
    this.ended = new Promise((resolve) => {
      this.#child.once('error', (error) => resolve(error.message));
      this.#child.once('exit', (code, signal) => {
        // The last words may still be in the pipe; children that hold it open must not delay the news.
        setImmediate(() => resolve(signal ? `killed by ${signal}` : (failureIn(said) ?? `ended with code ${code}`)));
      });
    });
    this.ready = this.#readyOrFailed(accepting);
    this.ready.catch(() => {});
  }

  get pid(): number | undefined {
    return this.#child.pid;
  }

  /** Shuts down fast, after 3 s at once, after 4 s by force; resolves within 5 s, when no process of the cluster is left. */
  async stop(): Promise<void> {
    const { pid } = this;
    if (pid === undefined) return;
    const signal = (name: NodeJS.Signals) => () => signalTo([pid], name);
    const timers = [setTimeout(signal('SIGQUIT'), 3000), setTimeout(signal('SIGKILL'), 4000)];
    if (this.#child.exitCode === null && this.#child.signalCode === null) signalTo([pid], 'SIGINT');
    await this.ended;
    for (const timer of timers) clearTimeout(timer);
    await stopLeftovers(this.#data);
  }

  async #readyOrFailed(accepting: Promise<void>): Promise<void> {
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<string>((resolve) => {
      timer = setTimeout(() => resolve(`not ready within ${READY_WITHIN_MS / 1000} s`), READY_WITHIN_MS);
    });
    const failure = await Promise.race([accepting, this.ended, late]);
    clearTimeout(timer);
    if (failure !== undefined) throw new Error(failure);
  }
}
