import type { WarningStatus } from './warning.js';

/** How what was asked for has come out. PARTLY may be followed by another; the others are the end of it. */
export const INSTRUCTION_OUTCOMES = ['DONE', 'PARTLY', 'NOT_DONE', 'CANNOT'] as const;
export type InstructionOutcome = (typeof INSTRUCTION_OUTCOMES)[number];

/** Where an instruction is in its life: acknowledged is read and taken on, cancelled is its issuer's word. */
export const INSTRUCTION_STATES = ['OPEN', 'ACKNOWLEDGED', ...INSTRUCTION_OUTCOMES, 'CANCELLED'] as const;
export type InstructionState = (typeof INSTRUCTION_STATES)[number];

/** ISSUED here to a platform beneath, or RECEIVED from one above. */
export const INSTRUCTION_DIRECTIONS = ['ISSUED', 'RECEIVED'] as const;
export type InstructionDirection = (typeof INSTRUCTION_DIRECTIONS)[number];

/** What happened to it, by either side. */
export const INSTRUCTION_CHANGES = ['ISSUED', 'RECEIVED', 'ACKNOWLEDGED', 'OUTCOME', 'CANCELLED'] as const;
export type InstructionChange = (typeof INSTRUCTION_CHANGES)[number];

/** What a platform of a higher tier asks of one of a lower tier, as either side keeps it. */
export interface InstructionRow {
  /** Of what was issued here a UUID; of what was received "<peer>/<its issuer's id>". */
  readonly id: string;
  readonly direction: InstructionDirection;
  /** The other side, by its name in the settings. */
  readonly peer: string;
  /** As its issuer knows it. */
  readonly originId: string;
  readonly title: string;
  readonly text: string;
  readonly hazardCode: string | null;
  readonly divisionCodes: readonly string[];
  readonly status: WarningStatus;
  readonly issuedAt: Date;
  /** Principals of this side; null for what the other side did. So with all that end in "By". */
  readonly issuedBy: string | null;
  readonly dueAt: Date;
  readonly state: InstructionState;
  readonly acknowledgedAt: Date | null;
  readonly acknowledgeNote: string | null;
  readonly acknowledgedBy: string | null;
  /** The last that was reported; it stays where the instruction is cancelled. */
  readonly outcome: InstructionOutcome | null;
  readonly outcomeAt: Date | null;
  readonly outcomeText: string | null;
  readonly outcomeBy: string | null;
  readonly cancelledAt: Date | null;
  readonly cancelReason: string | null;
  /** Rises with each change by this side. */
  readonly revision: number;
  readonly changedAt: Date;
  /** The bundle that brought it; null where it was issued here. */
  readonly bundleId: string | null;
  readonly bundleSeq: number | null;
}

/** Why something cannot be done about an instruction at this moment. */
export const INSTRUCTION_FAULTS = [
  'UNKNOWN_PEER',
  'NOT_SUBORDINATE',
  'DUE_IN_PAST',
  'NOT_RECEIVED',
  'NOT_ISSUED',
  'ALREADY_ACKNOWLEDGED',
  'ALREADY_REPORTED',
  'ALREADY_FINISHED',
  'CANCELLED',
] as const;
export type InstructionFault = (typeof INSTRUCTION_FAULTS)[number];

/** Nothing more is to come of it. */
export const isFinished = ({ state }: Pick<InstructionRow, 'state'>): boolean =>
  state === 'DONE' || state === 'NOT_DONE' || state === 'CANNOT' || state === 'CANCELLED';

/** Its time is over and it is not finished. */
export const isOverdue = (row: Pick<InstructionRow, 'state' | 'dueAt'>, now: Date): boolean =>
  row.dueAt < now && !isFinished(row);

type Standing = Pick<InstructionRow, 'direction' | 'state' | 'acknowledgedAt'>;

/** Acknowledged is what was received, once. */
export function acknowledgeFault({ direction, state, acknowledgedAt }: Standing): InstructionFault | undefined {
  if (direction !== 'RECEIVED') return 'NOT_RECEIVED';
  if (state === 'CANCELLED') return 'CANCELLED';
  return acknowledgedAt === null ? undefined : 'ALREADY_ACKNOWLEDGED';
}

/** Reported is the outcome of what was received, until it is final; whoever reports has thereby acknowledged. */
export function outcomeFault(row: Standing): InstructionFault | undefined {
  if (row.direction !== 'RECEIVED') return 'NOT_RECEIVED';
  if (row.state === 'CANCELLED') return 'CANCELLED';
  return isFinished(row) ? 'ALREADY_REPORTED' : undefined;
}

/** Cancelled is what was issued here, while its outcome is open. */
export function cancelFault(row: Standing): InstructionFault | undefined {
  if (row.direction !== 'ISSUED') return 'NOT_ISSUED';
  if (row.state === 'CANCELLED') return 'CANCELLED';
  return isFinished(row) ? 'ALREADY_FINISHED' : undefined;
}
