import type { z } from 'zod';
import type { Dial } from '../connectors/shared/calls/http-call.js';
import type { OutgoingChange } from '../model/delivery.js';
import type { Addressee, Returned, SendOutcome } from './outcome.js';
import type { ChannelSettings } from './settings.js';

/** A way out for warnings: connectors in reverse. It does nothing until `send`, and keeps nothing: the ledger is the hub's. */
export interface ChannelKind<S extends ChannelSettings = ChannelSettings> {
  readonly kind: string;
  readonly settings: z.ZodType<S>;
  /** `phones`: a delivery for each recipient with a number. `one`: one for the channel, or for the recipient that it stands for. */
  readonly to: (settings: S) => 'phones' | { readonly one: string };
  create(name: string, settings: S): Channel;
}

export interface Channel {
  /** Where it leads, for the operator; no credentials. */
  readonly address: string;
  /** Deliveries of one change in one call. */
  readonly batch: number;
  /** One attempt: an outcome for each addressee, in their order. Throws where the link is broken: all are tried again later. */
  send(change: OutgoingChange, to: readonly Addressee[], context: ChannelContext): Promise<readonly SendOutcome[]>;
  /** What has come back since. `always`: looking costs nothing, so it is done also while nothing is waited for. */
  readonly receipts?: {
    readonly everyMs: number;
    readonly always: boolean;
    read(context: ChannelContext): Promise<Returned>;
  };
}

export interface ChannelContext {
  readonly signal: AbortSignal;
  /** The hub's rules of where it may connect to; every call goes by them. */
  readonly dial: Dial | undefined;
  now(): Date;
}
