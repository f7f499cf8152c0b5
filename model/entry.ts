import type { MultiPolygon, Polygon } from 'geojson';
import type { InstructionChange, InstructionDirection } from './instruction.js';
import type { Quality, WarningText } from './record.js';
import type { WarningChangeKind, WarningLevel, WarningState, WarningStatus } from './warning.js';

/** A warning as the log tells of it: the whole of it at that moment. Times are RFC 3339 UTC. */
export interface WarningSnapshot {
  readonly identifier: string;
  readonly departmentCode: string;
  readonly feedId: string | null;
  readonly hazardCode: string;
  readonly level: WarningLevel;
  readonly state: WarningState;
  readonly status: WarningStatus;
  readonly issuedAt: string;
  readonly effectiveAt: string | null;
  readonly onsetAt: string | null;
  readonly expiresAt: string;
  readonly cancelledAt: string | null;
  readonly receivedAt: string;
  readonly divisionCodes: readonly string[];
  readonly area: Polygon | MultiPolygon | null;
  readonly revision: number;
  readonly supersededById: string | null;
  readonly texts: readonly WarningText[];
}

export interface WarningEntry {
  readonly kind: WarningChangeKind;
  readonly warning: WarningSnapshot;
}

/** The observations of one batch that became the newest of their datastream. */
export interface ObservationEntry {
  readonly feedId: string;
  readonly observations: readonly {
    readonly datastreamId: string;
    readonly value: number | null;
    readonly quality: Quality;
    readonly observedAt: string;
    readonly receivedAt: string;
    readonly originalTime: string;
    readonly zone: string;
    readonly revision: number;
  }[];
}

export interface FeedEntry {
  readonly feedId: string;
  readonly state: 'LIVE' | 'LATE' | 'DOWN' | 'DISABLED';
  readonly reason: string | null;
}

/** A report of an incident was filed. Persons stand in the report itself, not in the log. */
export interface IncidentEntry {
  readonly incidentId: string;
  readonly reportId: string;
}

/** An instruction between tiers has changed. What it says stands in the instruction itself. */
export interface InstructionEntry {
  readonly instructionId: string;
  readonly change: InstructionChange;
  readonly direction: InstructionDirection;
  /** The other side. */
  readonly peer: string;
  readonly revision: number;
}

/** A credential or a grant has changed: open sessions must look again. */
export interface AccessEntry {
  /** "key": an API key was revoked or rotated; "person": one was blocked; "grants": what a department sees has changed. */
  readonly kind: 'key' | 'person' | 'grants';
  /** The key's id, the person's id, or who sees: a department, or "peer:" and the name of a platform. */
  readonly id: string;
  /** Of a revoked grant: it is over at once, before anything is read again. */
  readonly revoked: string | null;
}

/** The exchange with a platform of another tier needs somebody's look (docs/exchange.md). */
export interface ExchangeAlarm {
  /** OVERDUE: receipts are missing after their time; one alarm for all of a peer. SET_ASIDE: a bundle, or what was to go into one, that cannot be carried out; what follows goes on. WITHDRAWN:
   *  the peer takes one back. CHAIN: what the two sides keep differs. REJOINED: a side that was put back to an older state has taken up what the
   *  other had kept, and goes on. */
  readonly kind: 'OVERDUE' | 'SET_ASIDE' | 'WITHDRAWN' | 'CHAIN' | 'REJOINED';
  readonly peer: string;
  readonly direction: 'OUT' | 'IN';
  /** OVERDUE: the oldest. */
  readonly seq: number | null;
  readonly reason: string;
  /** OVERDUE: whether it is raised, has changed, or is over. Others are raised. */
  readonly change?: 'RAISED' | 'UPDATED' | 'CLEARED' | undefined;
  /** OVERDUE: how many, and when the oldest was made. */
  readonly count?: number;
  readonly since?: string | null;
}

/** What the log holds, by topic. Warnings, incidents' reports, instructions, feed states and alarms of the exchange are durable; observations are kept for an hour only. */
export interface LogTopics {
  warning: WarningEntry;
  observation: ObservationEntry;
  feed: FeedEntry;
  incident: IncidentEntry;
  instruction: InstructionEntry;
  access: AccessEntry;
  exchange: ExchangeAlarm;
}
export type LogTopic = keyof LogTopics;

/** An entry still to be appended. `key`: the warning's identifier; the feed's, the incident's or the instruction's id. */
export type NewEntry = { [T in LogTopic]: { topic: T; key: string; at: Date; payload: LogTopics[T] } }[LogTopic];
/** An entry with its place in the log; positions have no gaps across topics and rise in commit order. */
export type LogEntry<T extends LogTopic = LogTopic> = {
  [K in T]: { position: number; topic: K; key: string; at: Date; payload: LogTopics[K] };
}[T];
