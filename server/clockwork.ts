import { pause } from '../connectors/back-off.js';
import { appendEntries } from '../events/log.js';
import type { Database } from '../prisma/database.js';
import { expireWarnings, nextExpiry } from '../prisma/store/write-warnings.js';

export interface Job {
  readonly name: string;
  /** Does one round and says in how many milliseconds the next is due. */
  run(signal: AbortSignal): Promise<number>;
}

/** Runs jobs over and over, each on its own pace; a failing round is told and tried again after `retryMs`. `stop` waits. */
export class Clockwork {
  readonly #abort = new AbortController();
  #running: Promise<void>[] = [];

  constructor(
    private readonly jobs: readonly Job[],
    private readonly onError: (job: string, error: unknown) => void,
    private readonly retryMs = 2000,
  ) {}

  start(): void {
    this.#running = this.jobs.map((job) => this.#repeat(job));
  }

  async stop(): Promise<void> {
    this.#abort.abort();
    await Promise.all(this.#running);
  }

  async #repeat(job: Job): Promise<void> {
    const { signal } = this.#abort;
    while (!signal.aborted) {
      const waitMs = await job.run(signal).catch((error: unknown) => {
        if (!signal.aborted) this.onError(job.name, error);
        return this.retryMs;
      });
      await pause(waitMs, signal);
    }
  }
}

/** How long an expiry may lie in the future unnoticed: another process may write a nearer one meanwhile. */
const HEARTBEAT_MS = 5000;

/** Expires warnings at their moment, and at the first round after a start whatever ran out while the hub was down. */
export const expiryJob = (db: Database, now: () => Date): Job => ({
  name: 'warning expiry',
  run: async () => {
    const due = await nextExpiry(db.write);
    if (due && due <= now()) {
      await db.transaction(async (client) => {
        const entries = await expireWarnings(client, now());
        if (entries.length > 0) await appendEntries(client, entries);
      });
      return 0;
    }
    return due ? Math.min(Math.max(due.getTime() - now().getTime(), 1), HEARTBEAT_MS) : HEARTBEAT_MS;
  },
});
