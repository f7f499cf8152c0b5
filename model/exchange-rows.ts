import type { DepartmentCode } from './department.js';
import type { BundleKind, BundleState, ReceiptState, Tier } from './exchange.js';

/** A bundle as the hub keeps it, without its text. */
export interface ExchangeBundleNode {
  readonly peer: string;
  readonly direction: 'OUT' | 'IN';
  readonly seq: number;
  readonly bundleId: string;
  /** One of BUNDLE_KINDS, or of those that came one that is not known here. */
  readonly kind: string;
  readonly createdAt: Date;
  readonly hash: string;
  readonly itemCount: number;
  readonly state: BundleState;
  readonly stateAt: Date;
  readonly storedAt: Date;
  readonly sentAt: Date | null;
  readonly attempts: number;
  readonly lastError: string | null;
  readonly overdueAt: Date | null;
}

/** One thing in a bundle. */
export interface ExchangeItemNode {
  readonly peer: string;
  readonly direction: 'OUT' | 'IN';
  readonly seq: number;
  readonly kind: BundleKind;
  readonly itemId: string;
  readonly version: string;
  readonly op: 'upsert' | 'cancel';
  readonly fault: { readonly code: string; readonly path: string; readonly note: string } | null;
}

/** A receipt about a bundle, without its text. `said`: what is signed of it. */
export interface ExchangeReceiptNode {
  readonly peer: string;
  readonly direction: 'OUT' | 'IN';
  readonly seq: number;
  readonly number: number;
  readonly state: ReceiptState;
  readonly at: Date;
  readonly note: string | null;
  readonly who: string | null;
  readonly what: string | null;
}

/** What a peer lacks of what it is to have, and the hub of the peer's. */
export interface ExchangeLagNode {
  readonly peer: string;
  readonly waiting: number;
  readonly setAside: number;
  readonly unsent: number;
  readonly unreceipted: number;
  readonly overdue: number;
  /** When the oldest of those was made. */
  readonly overdueSince: Date | null;
  /** Since when the oldest of what it lacks is known here; null: it lacks nothing. */
  readonly since: Date | null;
  readonly unapplied: number;
}

/** How far one thing has come with one peer. */
export interface HandoverNode {
  readonly peer: string;
  readonly state: BundleState;
  readonly stateAt: Date;
  readonly seq: number;
  readonly version: string;
  readonly fault: ExchangeItemNode['fault'];
}

/** Where the four chains with a peer stand, and how its line fares. */
export interface PeerRow {
  readonly name: string;
  readonly orgCode: string;
  readonly tier: Tier;
  readonly division: string;
  readonly configured: boolean;
  readonly feedId: string;
  readonly sentSeq: number;
  readonly sentHash: string;
  readonly takenSeq: number;
  readonly takenHash: string;
  readonly toldNumber: number;
  readonly toldHash: string;
  readonly heardNumber: number;
  readonly heardHash: string;
  readonly toldUpto: number;
  readonly lastHeardAt: Date | null;
  readonly lastSentAt: Date | null;
  readonly fault: string | null;
  readonly faultAt: Date | null;
  readonly resendFrom: number | null;
}

/** What was refused as a whole, as it is shown. */
export interface RefusalRow {
  readonly id: number;
  readonly peer: string | null;
  readonly at: Date;
  readonly road: string;
  readonly code: string;
  readonly reason: string;
  readonly bundleId: string | null;
  readonly seq: number | null;
  readonly rawSize: number;
  readonly seen: number;
  readonly lastSeenAt: Date;
}

/** A bundle's place as the loaders name it. */
export const bundleKey = (row: {
  readonly direction: 'OUT' | 'IN';
  readonly peer: string;
  readonly seq: number;
}): string => `${row.direction} ${row.seq} ${row.peer}`;

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
