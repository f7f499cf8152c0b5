import pg from 'pg';
import type { Bus } from './bus.js';
import { CHANNEL } from './log.js';

export interface PostgresBusOptions {
  readonly url: string;
  /** First wait before reconnecting; it doubles to ten times this, with jitter. */
  readonly retryMs?: number;
}

/**
 * LISTEN on a connection of its own. What is notified while it is away is lost, therefore it wakes the reader after every
 * (re)connection, once LISTEN is in force: the reader then finds in the log whatever it missed.
 */
export class PostgresBus implements Bus {
  #client: pg.Client | undefined;
  #timer: NodeJS.Timeout | undefined;
  #stopped = true;
  #failures = 0;

  constructor(private readonly options: PostgresBusOptions) {}

  start(onWake: () => void): void {
    this.#stopped = false;
    void this.#connect(onWake);
  }

  async stop(): Promise<void> {
    this.#stopped = true;
    clearTimeout(this.#timer);
    await this.#drop();
  }

  async #connect(onWake: () => void): Promise<void> {
    const client = new pg.Client({
      connectionString: this.options.url,
      application_name: 'fenghuo-listen',
      connectionTimeoutMillis: 3000,
      keepAlive: true,
      keepAliveInitialDelayMillis: 5000,
    });
    this.#client = client;
    client.on('notification', onWake);
    client.on('error', () => this.#retry(client, onWake));
    client.on('end', () => this.#retry(client, onWake));
    try {
      await client.connect();
      await client.query(`LISTEN ${CHANNEL}`);
      this.#failures = 0;
      onWake();
    } catch {
      this.#retry(client, onWake);
    }
  }

  #retry(client: pg.Client, onWake: () => void): void {
    if (this.#stopped || this.#client !== client) return;
    void this.#drop();
    const { retryMs = 200 } = this.options;
    const wait = Math.min(retryMs * 2 ** this.#failures, retryMs * 10) * (0.5 + Math.random() / 2);
    this.#failures += 1;
    this.#timer = setTimeout(() => void this.#connect(onWake), wait);
  }

  async #drop(): Promise<void> {
    const client = this.#client;
    this.#client = undefined;
    if (!client) return;
    client.removeAllListeners('notification');
    // A server that does not answer must not hold up the stop: the socket is cut after a moment.
    const cut = setTimeout(
      () => (client as unknown as { connection: { stream: { destroy(): void } } }).connection.stream.destroy(),
      1000,
    );
    await client.end().catch(() => {});
    clearTimeout(cut);
  }
}
