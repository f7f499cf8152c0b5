import type { DepartmentCode } from './department.js';
import type { BundleKind } from './exchange.js';

/** What a peer last told of one thing. */
export interface HoldingRow {
  readonly peer: string;
  readonly kind: BundleKind;
  readonly itemId: string;
  readonly version: string;
  readonly payload: Readonly<Record<string, unknown>>;
  readonly department: DepartmentCode;
  readonly changedAt: Date;
  readonly receivedAt: Date;
  /** After this it says nothing about now; null where it has no time of its own. */
  readonly freshUntil: Date | null;
}
