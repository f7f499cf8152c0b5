import type { WarningSnapshot } from './entry.js';
import type { WarningChangeKind } from './warning.js';

/** QUEUED: to be sent. SENT: handed over, not yet known to have arrived. FAILED: set aside. EXPIRED: over, or replaced, before it went out. */
export const DELIVERY_STATES = ['QUEUED', 'SENT', 'DELIVERED', 'FAILED', 'EXPIRED'] as const;
export type DeliveryState = (typeof DELIVERY_STATES)[number];

/** A change of a warning on its way out. */
export interface OutgoingChange {
  readonly kind: WarningChangeKind;
  /** RFC 3339 UTC. */
  readonly at: string;
  /** Of the log, "epoch:position". */
  readonly cursor: string;
  readonly warning: WarningSnapshot;
  /** Identifiers that this warning takes the place of. */
  readonly supersedes: readonly string[];
}

/** Whether a change takes a warning back: it is cancelled, or another has taken its place. */
export const retracts = ({ kind, warning }: Pick<OutgoingChange, 'kind' | 'warning'>): boolean =>
  kind === 'CANCELLED' || warning.state === 'CANCELLED' || warning.state === 'SUPERSEDED';

/** Something that came back about a delivery. */
export interface DeliveryReceipt {
  /** RFC 3339 UTC; when the hub took note. */
  readonly at: string;
  readonly state: 'RECEIVED' | 'DELIVERED' | 'FAILED' | 'NOTE';
  readonly detail: string;
}

/** A line of the ledger. No telephone numbers are in it. */
export interface DeliveryRow {
  readonly id: string;
  readonly number: number;
  readonly identifier: string;
  readonly channel: string;
  /** Id of an entry of the register warning-recipient; empty: the channel as a whole. */
  readonly recipient: string;
  readonly kind: WarningChangeKind;
  readonly cursor: string;
  readonly state: DeliveryState;
  readonly attempts: number;
  readonly nextAttemptAt: Date;
  readonly lastError: string | null;
  readonly receiptId: string | null;
  readonly receipts: readonly DeliveryReceipt[];
  readonly createdAt: Date;
  readonly sentAt: Date | null;
  readonly endedAt: Date | null;
}

/** That somebody has taken note of a warning. */
export interface AcknowledgementRow {
  readonly identifier: string;
  readonly principal: string;
  readonly recipient: string;
  readonly note: string | null;
  readonly at: Date;
  readonly late: boolean;
}
