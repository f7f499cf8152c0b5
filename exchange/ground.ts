import type pg from 'pg';
import type { ExchangeAlarm } from '../model/entry.js';
import { HubError } from '../model/errors.js';
import { type Party, Refusal } from '../model/exchange.js';
import type { Database } from '../prisma/database.js';
import type { OwnKey, PeerKey } from './keys.js';
import type { ExchangeKind, PeerView } from './kinds/kind.js';
import type { Step } from './steps.js';

/** A peer as the settings have it. */
export interface PeerSettings extends PeerView {
  readonly keys: readonly PeerKey[];
  /** What it is told, and what is taken from it. */
  readonly kinds: readonly ExchangeKind[];
  /** Whoever must know is told when a bundle lacks the receipt that it is carried out for so long. */
  readonly receiptWithinMs: number;
  readonly heartbeatMs: number;
  /** On a road without answers a bundle is handed over again when nothing was heard of it for so long. */
  readonly resendAfterMs: number;
}

/** What is written down of the exchange, in the transaction of what it tells of. */
export interface ExchangeAct {
  /** Null: nobody can say who it was. */
  readonly peer: string | null;
  /** E.g. "bundle taken", "receipts taken", "bundle refused". */
  readonly act: string;
  readonly road: string;
  readonly kind: string | null;
  readonly bundleId: string | null;
  readonly seq: number | null;
  readonly result: string;
  readonly items: number;
}

/** The audit, as the exchange needs it. */
export interface Evidence {
  /** Throws where evidence cannot be written: nothing is exchanged then. */
  require(): void;
  /** Last statement of a transaction; call what it returns once that has committed. */
  write(client: pg.PoolClient, act: ExchangeAct): Promise<() => void>;
  /** Of what changed nothing. */
  record(act: ExchangeAct): void;
}

/** What every part of one peer's exchange stands on. */
export interface PeerGround {
  readonly db: Database;
  readonly own: Party;
  readonly ownKeys: readonly OwnKey[];
  readonly peer: PeerSettings;
  readonly evidence: Evidence;
  readonly now: () => Date;
  /** Called at each step of a hand-over, so that a process can be ended there. */
  readonly step: (step: Step) => void;
  /** Something that somebody has to see; it is already in the log. */
  readonly onAlarm: (alarm: ExchangeAlarm) => void;
}

/** Throws NOT_NOW where no evidence can be written: what comes again later is then taken. */
export function requireEvidence({ evidence }: Pick<PeerGround, 'evidence'>): void {
  try {
    evidence.require();
  } catch (error) {
    if (!(error instanceof HubError)) throw error;
    throw new Refusal('NOT_NOW', error.publicMessage);
  }
}
