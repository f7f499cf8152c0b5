import type { AccessGrant, Role, Scope } from './access.js';
import type { DepartmentCode } from './department.js';

/** An API key without its secret. */
export interface ApiKeyRow {
  readonly id: string;
  readonly name: string;
  readonly department: DepartmentCode | null;
  /** The platform of another tier that it is for, by its name in the settings. */
  readonly peer: string | null;
  readonly roles: readonly Role[];
  readonly scopes: readonly Scope[];
  readonly createdAt: Date;
  readonly createdBy: string;
  readonly expiresAt: Date;
  readonly rotatedAt: Date | null;
  /** Until when the secret before the last rotation still opens. */
  readonly formerUntil: Date | null;
  readonly revokedAt: Date | null;
}

/** A grant as it is shown: with why, by whom, and whether it has been revoked. */
export interface GrantRow extends AccessGrant {
  readonly reason: string;
  readonly grantedAt: Date;
  readonly grantedBy: string;
  readonly revokedAt: Date | null;
}
