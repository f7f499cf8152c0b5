import type { Channel, ChannelContext } from '../../channels/channel.js';
import type { Returned } from '../../channels/outcome.js';
import { backoffMs } from '../../connectors/back-off.js';
import type { Dial } from '../../connectors/shared/calls/http-call.js';
import { Waiting } from '../../events/waiting.js';
import type { Database } from '../../prisma/database.js';
import { awaitsReceipts, keepRejection, takeReceipt } from '../../prisma/store/send-deliveries.js';

export interface ReceiptsOptions {
  readonly db: Database;
  readonly name: string;
  readonly source: NonNullable<Channel['receipts']>;
  readonly dial: Dial | undefined;
  readonly now: () => Date;
  readonly onRejected: (count: number) => void;
  readonly onError: (error: unknown) => void;
}

/** Longer than this nobody waits for a receipt. */
const WAITED_MS = 86_400_000;

/** Takes down what comes back on one channel; asks only while something waits for it, unless looking costs nothing. */
export class Receipts {
  readonly #abort = new AbortController();
  readonly #waiting = new Waiting(this.#abort.signal);
  #running: Promise<void> = Promise.resolve();

  constructor(private readonly options: ReceiptsOptions) {}

  start(): void {
    this.#running = this.#run();
  }

  /** Something was sent. */
  poke(): void {
    this.#waiting.wake();
  }

  async stop(): Promise<void> {
    this.#abort.abort();
    await this.#running;
  }

  async #run(): Promise<void> {
    const { signal } = this.#abort;
    const { db, name, source, now, onError } = this.options;
    for (let failures = 0; !signal.aborted; ) {
      let again: boolean = source.always;
      let waitMs = source.everyMs;
      try {
        again ||= await awaitsReceipts(db.write, name, new Date(now().getTime() - WAITED_MS));
        if (again) await this.#look();
        failures = 0;
      } catch (error) {
        if (signal.aborted) return;
        onError(error);
        again = true;
        waitMs = Math.max(waitMs, backoffMs(failures));
        failures += 1;
      }
      await this.#waiting.sleep(again ? waitMs : undefined);
    }
  }

  async #look(): Promise<void> {
    const { db, name, source, dial, now, onRejected } = this.options;
    const context: ChannelContext = { signal: this.#abort.signal, dial, now };
    const returned = await source.read(context);
    if (returned.receipts.length + returned.rejected.length > 0) {
      const rejected = await db.transaction((client) => this.#write(client, name, returned));
      if (rejected > 0) onRejected(rejected);
    }
    await returned.done();
  }

  async #write(
    client: Parameters<Parameters<Database['transaction']>[0]>[0],
    name: string,
    { receipts, rejected }: Returned,
  ): Promise<number> {
    const at = this.options.now();
    let refused = rejected.length;
    for (const each of rejected) await keepRejection(client, name, each, at);
    for (const receipt of receipts) {
      if (await takeReceipt(client, name, receipt, at)) continue;
      refused += 1;
      const of = 'id' in receipt.of ? receipt.of.id : String(receipt.of.number);
      const detail = `a receipt of ${of}, which this channel never sent`;
      const raw = Buffer.from(JSON.stringify(receipt));
      await keepRejection(client, name, { name: 'receipt', reason: 'unknown-code', detail, raw }, at);
    }
    return refused;
  }
}
