import type { Dial } from '../../connectors/shared/calls/http-call.js';
import type { LogHub } from '../../events/hub.js';
import type { Database } from '../../prisma/database.js';
import { Intake } from './intake.js';
import type { ConfiguredChannel } from './kinds.js';
import { Receipts } from './receipts.js';
import { type SendEvent, Sender } from './sender.js';

/** What a channel tells of itself. */
export type ChannelEvent = SendEvent | 'gap' | 'rejected-receipt';

export interface ChannelRuntimeOptions {
  readonly db: Database;
  readonly log: LogHub;
  readonly configured: ConfiguredChannel;
  readonly dial: Dial | undefined;
  readonly now: () => Date;
  readonly onEvent: (channel: string, event: ChannelEvent, count: number) => void;
  readonly onError: (channel: string, error: unknown) => void;
}

/** One channel at work: what is to be sent, the sending, and what comes back. Each has its own loop; none waits for another channel. */
export class ChannelRuntime {
  readonly name: string;
  readonly address: string;
  readonly #intake: Intake;
  readonly #sender: Sender;
  readonly #receipts: Receipts | undefined;

  constructor(options: ChannelRuntimeOptions) {
    const { configured } = options;
    const { name } = configured;
    const channel = configured.kind.create(name, configured.settings);
    const tell = (event: ChannelEvent, count = 1): void => options.onEvent(name, event, count);
    const onError = (error: unknown): void => options.onError(name, error);
    this.name = name;
    this.address = channel.address;
    this.#receipts =
      channel.receipts &&
      new Receipts({
        ...options,
        name,
        source: channel.receipts,
        onRejected: (count) => tell('rejected-receipt', count),
        onError,
      });
    this.#sender = new Sender({
      ...options,
      channel,
      onEvent: tell,
      onSent: () => this.#receipts?.poke(),
      onError,
    });
    this.#intake = new Intake({
      ...options,
      channel: configured,
      onQueued: () => this.#sender.poke(),
      onGap: () => tell('gap'),
      onError,
    });
  }

  /** Whether the other side has said that it wants no more. */
  get off(): boolean {
    return this.#sender.off;
  }

  start(): void {
    this.#receipts?.start();
    this.#sender.start();
    this.#intake.start();
  }

  async stop(): Promise<void> {
    await this.#intake.stop();
    await Promise.all([this.#sender.stop(), this.#receipts?.stop()]);
  }
}
