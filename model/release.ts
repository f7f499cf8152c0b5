import type { Role } from './access.js';
import type { DepartmentCode } from './department.js';
import type { WarningLevel } from './warning.js';

/** ALERT says something new, UPDATE replaces a warning in force, CANCEL ends one. */
export const RELEASE_KINDS = ['ALERT', 'UPDATE', 'CANCEL'] as const;
export type ReleaseKind = (typeof RELEASE_KINDS)[number];

export const RELEASE_STATES = ['DRAFT', 'PENDING', 'RETURNED', 'RELEASED'] as const;
export type ReleaseState = (typeof RELEASE_STATES)[number];

/** Whose consent a release needs: a releaser of the department that warns, the emergency department's duty officer. */
export const APPROVALS = ['RELEASER', 'DUTY_OFFICER'] as const satisfies readonly Role[];
export type Approval = (typeof APPROVALS)[number];

/** APPROVED: consent was given and more is needed; RELEASED: with the last one; BYPASSED: at once, without those missing. */
export const STEP_KINDS = ['DRAFTED', 'SUBMITTED', 'APPROVED', 'RETURNED', 'RELEASED', 'BYPASSED', 'REVIEWED'] as const;
export type StepKind = (typeof STEP_KINDS)[number];

export const VERDICTS = ['JUSTIFIED', 'NOT_JUSTIFIED'] as const;
export type Verdict = (typeof VERDICTS)[number];

/** One thing that someone did on the way; never changed, never taken away. */
export interface ReleaseStep {
  readonly serial: number;
  readonly kind: StepKind;
  /** Of the text, as it was then. */
  readonly version: number;
  /** The principal's id, and how it was called and where it belonged then. */
  readonly by: string;
  readonly name: string;
  readonly department: DepartmentCode | null;
  /** What it could consent as. */
  readonly approvals: readonly Approval[];
  readonly at: Date;
  /** Why: of a return, a bypass, a review. */
  readonly note: string | null;
  readonly verdict: Verdict | null;
  /** What was still missing after it. */
  readonly missing: readonly Approval[];
}

/** The way of one message of a warning from its draft to the public. */
export interface ReleaseRow {
  /** The message's identifier; of an ALERT or UPDATE also the warning's. */
  readonly id: string;
  readonly kind: ReleaseKind;
  readonly departmentCode: DepartmentCode;
  /** The warning that it releases, or ends. */
  readonly warningId: string;
  /** The warning that an UPDATE replaces. */
  readonly replaces: string | null;
  /** Why a CANCEL. */
  readonly reason: string | null;
  readonly state: ReleaseState;
  /** From 1; one more each time the text is written anew. */
  readonly version: number;
  readonly required: readonly Approval[];
  readonly submittedAt: Date | null;
  /** Of a bypass: until when someone else must have looked at it, and when someone did. */
  readonly reviewDueAt: Date | null;
  readonly reviewedAt: Date | null;
  /** In their order. */
  readonly steps: readonly ReleaseStep[];
}

/** Who a department's warnings come from. */
export interface WarningSender {
  /** 14 digits, the part of identifiers before the underscore. */
  readonly code: string;
  /** By language; that of zh-CN stands for those without. */
  readonly name: Readonly<Record<string, string>>;
}

/** What the settings say of releasing. */
export interface ReleaseRules {
  /** The 6-digit division within which this hub warns. */
  readonly area: string;
  /** Whose consent each level needs. */
  readonly levels: Readonly<Record<WarningLevel, readonly Approval[]>>;
  /** Which hazards a department warns of. */
  readonly hazards: Readonly<Record<DepartmentCode, readonly string[]>>;
  /** By hazard: for how many hours from now a warning may hold; others four times as long as they usually do. */
  readonly hours: Readonly<Record<string, number>>;
  readonly senders: Readonly<Record<DepartmentCode, WarningSender>>;
  /** Within how many hours a bypass must be reviewed. */
  readonly bypassReviewHours: number;
}

/** The feed that warnings released here belong to. */
export const RELEASES = 'releases';
