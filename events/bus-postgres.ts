import pg from 'pg';
import { backOffMs } from './back-off.js';
import type { Bus } from './bus.js';
import { CHANNEL } from './log.js';

export interface PostgresBusOptions {
  readonly url: string;
  /** First wait before reconnecting; it doubles to ten times this, with jitter. */
  readonly retryMs?: number;
}

/** A server that does not answer to connecting or LISTEN within this is tried anew. */
const ANSWER_MS = 3000;
/** A server that does not answer holds up the stop for no longer. */
const STOP_MS = 1000;

/**
 * LISTEN on a connection of its own. What is notified while it is away is lost, therefore it wakes the reader after every
 * (re)connection, once LISTEN is in force: the reader then finds in the log whatever it missed. It sends nothing else.
 */
export class PostgresBus implements Bus {
  #client: pg.Client | undefined;
  #timer: NodeJS.Timeout | undefined;
  #onWake: (() => void) | undefined;
  #failures = 0;

  constructor(private readonly options: PostgresBusOptions) {}

  start(onWake: () => void): void {
    this.#onWake = onWake;
    void this.#connect(onWake);
  }

  async stop(): Promise<void> {
    this.#onWake = undefined;
    clearTimeout(this.#timer);
    await this.#drop();
  }

  renew(): void {
    if (this.#client) this.#retry(this.#client);
  }

  async #connect(onWake: () => void): Promise<void> {
    const client = new pg.Client({
      connectionString: this.options.url,
      application_name: 'fenghuo-listen',
      connectionTimeoutMillis: ANSWER_MS,
      query_timeout: ANSWER_MS,
      keepAlive: true,
      keepAliveInitialDelayMillis: 5000,
    });
    this.#client = client;
    client.on('notification', onWake);
    client.on('error', () => this.#retry(client));
    client.on('end', () => this.#retry(client));
    try {
      await client.connect();
      await client.query(`LISTEN ${CHANNEL}`);
      if (this.#client !== client) return;
      this.#failures = 0;
      onWake();
    } catch {
      this.#retry(client);
    }
  }

  #retry(client: pg.Client): void {
    const onWake = this.#onWake;
    if (!onWake || this.#client !== client) return;
    void this.#drop();
    const { retryMs = 200 } = this.options;
    this.#timer = setTimeout(() => void this.#connect(onWake), backOffMs(this.#failures, retryMs, retryMs * 10));
    this.#failures += 1;
  }

  /** Takes leave of the server; where that is not answered, the socket is cut. */
  async #drop(): Promise<void> {
    const client = this.#client;
    this.#client = undefined;
    if (!client) return;
    client.removeAllListeners('notification');
    let limit: NodeJS.Timeout | undefined;
    const waited = new Promise<void>((resolve) => {
      limit = setTimeout(() => {
        (client as unknown as { connection: { stream: { destroy(): void } } }).connection.stream.destroy();
        resolve();
      }, STOP_MS);
    });
    await Promise.race([waited, client.end().catch(() => undefined)]);
    clearTimeout(limit);
  }
}
