import type { LookupFunction } from 'node:net';
import type { z } from 'zod';
import type { DeliveryReceipt, OutgoingChange } from '../model/delivery.js';
import type { ChannelSettings } from './settings.js';

/** A way out for warnings: connectors in reverse. It does nothing until `send`, and keeps nothing: the ledger is the hub's. */
export interface ChannelKind<S extends ChannelSettings = ChannelSettings> {
  readonly kind: string;
  readonly settings: z.ZodType<S>;
  /** `phones`: a delivery for each recipient with a number. `one`: one for the channel, or for the recipient it stands for. */
  readonly to: (settings: S) => 'phones' | { readonly one: string };
  create(name: string, settings: S): Channel;
}

export interface Channel {
  /** Where it leads, for the operator; no credentials. */
  readonly address: string;
  /** Deliveries of one change in one call. */
  readonly batch: number;
  /** One attempt: an outcome for each addressee, in their order. Throws: nothing arrived, the link is broken, all are tried again. */
  send(change: OutgoingChange, to: readonly Addressee[], context: ChannelContext): Promise<readonly SendOutcome[]>;
  /** What came back since; `done` once it is in the ledger. `always`: also while nothing is waited for. */
  readonly receipts?: {
    readonly everyMs: number;
    readonly always: boolean;
    read(context: ChannelContext): Promise<Returned>;
  };
}
/** `id`, `number`: the same at each attempt. `related`: the number of the delivery before it about the same, or what it replaces. */
export type Addressee = {
  readonly id: string;
  readonly number: number;
  readonly related: number | null;
  readonly phone: string | null;
};
/** A refusal is of this delivery alone; `busy` holds the whole channel up; `off` ends it until its settings change. */
export type SendOutcome =
  | { readonly state: 'DELIVERED' | 'SENT'; readonly receiptId?: string | undefined }
  | { readonly state: 'refused'; readonly reason: string; readonly final?: true }
  | { readonly state: 'off'; readonly reason: string }
  | { readonly state: 'busy'; readonly reason: string; readonly afterMs?: number | undefined };
export type Receipt = Omit<DeliveryReceipt, 'at'> & {
  readonly of: { readonly id: string } | { readonly number: number };
};
export type Rejected = {
  readonly name: string;
  readonly reason: string;
  readonly detail: string;
  readonly raw: Uint8Array;
};
export type Returned = {
  readonly receipts: readonly Receipt[];
  readonly rejected: readonly Rejected[];
  done(): Promise<void>;
};
/** The hub's rules of where it may connect to. */
export type Dial = { check(host: string, port: number): void; readonly lookup: LookupFunction };
export type ChannelContext = { readonly signal: AbortSignal; readonly dial: Dial | undefined; now(): Date };
