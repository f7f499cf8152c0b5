import type { NewEntry } from './entry.js';
import type { FeedRecord, Reject } from './record.js';

/** A record with what the hub adds to it. `division` is where its position lies, in the shortest code form. */
export type Stamped<T extends FeedRecord = FeedRecord> = T & {
  readonly rawHash: Buffer;
  readonly division: string | null;
};

/** What one feed hands over to be stored in one transaction. */
export interface Batch {
  readonly feedId: string;
  readonly receivedAt: Date;
  readonly records: readonly Stamped[];
  readonly rejects: readonly Reject[];
  readonly watermark?: string | undefined;
  /** The kept input that this is read from again; its earlier rejections are gone. */
  readonly repairs?: { readonly inputId: number; readonly receivedAt: Date } | undefined;
}

/** What a stored batch changed. Duplicates are in neither count. */
export interface BatchResult {
  readonly stored: number;
  readonly replaced: number;
  readonly rejected: number;
  /** Earlier rejections of a kept input that are no longer. */
  readonly repaired: number;
  readonly entries: readonly NewEntry[];
}
