import type { AuditEntry, AuditKind } from './audit.js';
import type { DepartmentCode } from './department.js';

/** A row as it lies in the table: the text of its variables to the letter, and the hash beside it. */
export interface ChainedEntry {
  readonly entry: AuditEntry;
  readonly variables: string;
  readonly hash: string;
}

/** Someone who saw data of a department. */
export interface AccessRow {
  readonly position: number;
  readonly at: Date;
  readonly kind: AuditKind;
  readonly principal: string;
  readonly principalKind: string;
  readonly principalName: string;
  readonly department: DepartmentCode | null;
  /** Of the asked department's feeds alone. */
  readonly feeds: readonly string[];
  /** That this department had given. */
  readonly grants: readonly string[];
  readonly times: number;
}
