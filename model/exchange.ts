import type { DepartmentCode } from './department.js';

/** What a bundle can carry. Each kind has items of one shape (exchange/kinds/). */
export const BUNDLE_KINDS = [
  'warning',
  'warningReach',
  'incidentReport',
  'observationDigest',
  'resourceDigest',
  'instruction',
  'acknowledgement',
  'heartbeat',
] as const;
export type BundleKind = (typeof BUNDLE_KINDS)[number];

/** The tiers of the plan, from the region down: 厅, 地区, 市, 乡镇（街道）, 村（社区）. */
export const TIERS = ['REGION', 'PREFECTURE', 'CITY', 'TOWNSHIP', 'VILLAGE'] as const;
export type Tier = (typeof TIERS)[number];

/** One side of the exchange. */
export interface Party {
  /** Fourteen digits, as in the domestic warnings' senderCode. */
  readonly orgCode: string;
  /** In its shortest form, e.g. 654202. */
  readonly division: string;
}

/** Where an item comes from. */
export interface ItemProvenance {
  readonly department: DepartmentCode;
  readonly feed: string | null;
  /** When it was last changed where it comes from, RFC 3339 UTC. */
  readonly changedAt: string;
}

export interface BundleItem {
  readonly type: BundleKind;
  /** What it is about, by the id that its sender knows it by. */
  readonly id: string;
  /** Rises with each change of the same id; compared as text. */
  readonly version: string;
  readonly op: 'upsert' | 'cancel';
  readonly payload: Readonly<Record<string, unknown>>;
  readonly provenance: ItemProvenance;
  /** The same in the forms that other software reads: for warnings the domestic XML and CAP 1.2. */
  readonly attachments?: readonly { readonly name: string; readonly type: string; readonly text: string }[];
}

/** What of a bundle has one form in every version: by it the signature is checked and the place in the chain is known. */
export interface Frame {
  readonly bundleId: string;
  /** Per peer and direction, from 1, without gaps. */
  readonly seq: number;
  readonly from: Party;
  readonly to: Party;
  /** RFC 3339 UTC. */
  readonly createdAt: string;
  /** One of BUNDLE_KINDS, or a name of up to 40 letters that is not known here. */
  readonly kind: string;
  /** SHA-256 in hex of the bundle before; zeros before the first. */
  readonly prevHash: string;
}

/** What is signed: its canonical JSON (RFC 8785) is the bundle. */
export interface Bundle extends Frame {
  readonly kind: BundleKind;
  readonly schemaVersion: string;
  readonly items: readonly BundleItem[];
}

/** Bundles of another major version are refused. */
export const SCHEMA_VERSION = '1.0';

/** How far a bundle has come at its receiver. WITHDRAWN is its sender's word: it will not come, go on behind it. */
const REACHED = ['RECEIVED', 'VALIDATED', 'APPLIED', 'ACTED', 'SET_ASIDE', 'WITHDRAWN'] as const;

/** What a receipt says. REFUSED: a text of this hash, truly signed, came and is not kept, for what it is. */
export const RECEIPT_STATES = [...REACHED, 'REFUSED'] as const;
export type ReceiptState = (typeof RECEIPT_STATES)[number];

/** As the hub keeps its own: SEALED is made and not yet known to be received. */
export const BUNDLE_STATES = ['SEALED', ...REACHED] as const;
export type BundleState = (typeof BUNDLE_STATES)[number];

/** Why an item was not taken: the others of its bundle were. */
export interface ItemFault {
  /** The item's place in the bundle, from 0, and its id. */
  readonly index: number;
  readonly id: string;
  readonly code: string;
  /** Where in the item, e.g. "payload.expiresAt". */
  readonly path: string;
  readonly note: string;
}

/** Who did what with it, where somebody or something acted on it. */
export interface Acted {
  readonly who: string;
  readonly what: string;
}

/** What is signed of a receipt. `number` counts what the issuer has issued to that peer; `previous` chains them. */
export interface Receipt {
  readonly number: number;
  readonly bundleId: string;
  readonly seq: number;
  /** The SHA-256 of the bundle as it was received. */
  readonly bundleHash: string;
  readonly state: ReceiptState;
  readonly from: Party;
  readonly to: Party;
  readonly at: string;
  readonly faults: readonly ItemFault[];
  readonly acted: Acted | null;
  readonly note: string | null;
  readonly previous: string;
}

/** A signed text on its way: the canonical JSON, and its detached JWS. */
export interface Signed {
  readonly body: string;
  readonly signature: string;
}

/** Why a bundle or a receipt is refused as a whole. */
export const REFUSALS = {
  TOO_LARGE: 413,
  NOT_CANONICAL: 400,
  BAD_SHAPE: 400,
  WRONG_VERSION: 400,
  WRONG_PEER: 403,
  UNKNOWN_KEY: 401,
  KEY_EXPIRED: 401,
  BAD_SIGNATURE: 401,
  CLOCK_SKEW: 400,
  KIND_REFUSED: 403,
  SEQ_GAP: 409,
  SEQ_TAKEN: 409,
  CHAIN_BROKEN: 409,
  NOT_NOW: 503,
} as const;
export type RefusalCode = keyof typeof REFUSALS;

/** Refused for the moment, or for where the chain stands; the same bundle may be taken later. */
export const PASSING_REFUSALS: readonly RefusalCode[] = [
  'NOT_NOW',
  'CLOCK_SKEW',
  'SEQ_GAP',
  'UNKNOWN_KEY',
  'KEY_EXPIRED',
];

/** These say that what the two sides keep of a chain differs: going on would hide it. */
export const FORKING_REFUSALS: readonly RefusalCode[] = ['SEQ_TAKEN', 'CHAIN_BROKEN'];

/** Refused before it was known who sends it. */
export const NAMELESS_REFUSALS: readonly RefusalCode[] = [
  'TOO_LARGE',
  'NOT_CANONICAL',
  'BAD_SHAPE',
  'WRONG_PEER',
  'UNKNOWN_KEY',
  'KEY_EXPIRED',
  'BAD_SIGNATURE',
];

/** A bundle, or receipts, cannot be taken. */
export class Refusal extends Error {
  override readonly name = 'Refusal';
  constructor(
    readonly code: RefusalCode,
    /** What, why, and what to do. */
    readonly reason: string,
    /** With SEQ_GAP: what must come first. */
    readonly expected?: number,
    /** The signed word of it, and what else the sender has not had. */
    readonly receipts: readonly Signed[] = [],
  ) {
    super(reason);
  }
}

/** Bundles are kept below this; longer content goes into several. */
export const BUNDLE_BYTES = 1_000_000;
export const BUNDLE_ITEMS = 100;
/** What is longer than a bundle may be is read up to this, so that it can be set aside. */
export const FRAME_BYTES = 8_000_000;
/** A hundred faults, each as long as it may be and every character of it escaped. */
export const RECEIPT_BYTES = 520_000;
/** Receipts go together up to so much as JSON; one alone is never longer. */
export const RECEIPTS_BYTES = 800_000;
/** Clocks may differ by so much. */
export const CLOCK_SKEW_MS = 5 * 60_000;
export const NO_HASH = '0'.repeat(64);

/** How the ids of feeds begin under which what peers send is stored. */
export const PEER_FEEDS = 'emergency/exchange-';
export const peerFeed = (peer: string): string => `${PEER_FEEDS}${peer}`;

/** The first of some texts that take no more than so many bytes as JSON, but always one. */
export function withinBytes<T extends Signed>(texts: readonly T[], most: number): readonly T[] {
  let bytes = 0;
  const end = texts.findIndex(({ body, signature }, i) => {
    bytes += Buffer.byteLength(JSON.stringify({ body, signature })) + 1;
    return i > 0 && bytes > most;
  });
  return end < 0 ? texts : texts.slice(0, end);
}
