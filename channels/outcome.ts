import type { DeliveryReceipt } from '../model/delivery.js';

/** Whom a call is for. `id` and `number` are the same at each attempt. */
export interface Addressee {
  readonly id: string;
  readonly number: number;
  /** The number of the delivery before it about the same warning, or about what it replaces. */
  readonly related: number | null;
  /** Personal data: nowhere but in the call. */
  readonly phone: string | null;
}

/** A refusal is of one delivery alone, `final` where asking again is no use; `busy` holds the whole channel up; `off` ends it until its
 *  address changes. */
export type SendOutcome =
  | { readonly state: 'DELIVERED' | 'SENT'; readonly receiptId?: string | undefined }
  | { readonly state: 'refused'; readonly reason: string; readonly final?: true }
  | { readonly state: 'busy'; readonly reason: string; readonly afterMs?: number | undefined }
  | { readonly state: 'off'; readonly reason: string };

/** What came back about one delivery. */
export type Receipt = Omit<DeliveryReceipt, 'at'> & {
  readonly of: { readonly id: string } | { readonly number: number };
};

/** What came back and cannot be taken, with why. */
export interface Rejected {
  readonly name: string;
  readonly reason: string;
  readonly detail: string;
  readonly raw: Uint8Array;
}

export interface Returned {
  readonly receipts: readonly Receipt[];
  readonly rejected: readonly Rejected[];
  /** Called once all of it is in the ledger. */
  done(): Promise<void>;
}
