import type { Principal } from './access.js';
import type { WarningSnapshot } from './entry.js';
import type { WarningState, WarningStatus } from './warning.js';

/** States of what has been released. */
export const PUBLISHED: readonly WarningState[] = ['ACTIVE', 'SUPERSEDED', 'CANCELLED', 'EXPIRED'];

export interface WarningViewer extends Pick<Principal, 'kind' | 'department' | 'roles' | 'peer'> {
  readonly seesExercises: boolean;
}

/** Which statuses of published warnings a viewer sees: the public only those in earnest. */
export const statusesSeen = ({ seesExercises }: WarningViewer): readonly WarningStatus[] =>
  seesExercises ? ['ACTUAL', 'EXERCISE', 'TEST'] : ['ACTUAL'];

/** Whose unpublished warnings a viewer sees: undefined everyone's, null nobody's. The duty officer releases for all departments. */
export function draftsSeen({ kind, department, peer, roles }: WarningViewer): string | null | undefined {
  if (
    kind === 'ANONYMOUS' ||
    peer !== undefined ||
    !roles.some((role) => role !== 'AUDITOR' && role !== 'ADMINISTRATOR')
  )
    return null;
  if (department === null || roles.includes('DUTY_OFFICER')) return undefined;
  return department;
}

/** Published warnings are for everyone, drafts for the department that writes them. */
export function seesWarning(
  warning: Pick<WarningSnapshot, 'state' | 'status' | 'departmentCode'>,
  viewer: WarningViewer,
): boolean {
  if (PUBLISHED.includes(warning.state)) return statusesSeen(viewer).includes(warning.status);
  const department = draftsSeen(viewer);
  return department === undefined || department === warning.departmentCode;
}
