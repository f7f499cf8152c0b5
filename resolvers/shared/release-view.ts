import type { Audience } from '../../model/audience.js';
import type { WarningSnapshot } from '../../model/entry.js';
import type { Approval, ReleaseRow, ReleaseStep, StepKind } from '../../model/release.js';
import { awaits, consents, missingApprovals } from '../../model/release-rules.js';
import type { Page } from '../../model/rows.js';
import type { PageRequest } from '../../prisma/store/keyset.js';
import { pendingReleases, unreviewedBypasses } from '../../prisma/store/read-releases.js';
import { type HubContext, hasRole, requireRole } from '../context.js';

/** How the warning came about, or is coming about; null where it was not written here, or not for the caller to know. */
export const releaseOf = async (
  { identifier }: Pick<WarningSnapshot, 'identifier'>,
  context: HubContext,
): Promise<ReleaseRow | null> =>
  (await context.loaders.releasesOfWarning.load(identifier)).find(({ kind }) => kind !== 'CANCEL') ?? null;

/** What was last asked for to end it. */
export const cancellationOf = async (
  { identifier }: Pick<WarningSnapshot, 'identifier'>,
  context: HubContext,
): Promise<ReleaseRow | null> =>
  (await context.loaders.releasesOfWarning.load(identifier)).find(({ kind }) => kind === 'CANCEL') ?? null;

export const audiencesOf = (warning: WarningSnapshot, context: HubContext): Promise<readonly Audience[]> =>
  context.loaders.audiences.load(warning.identifier);

/** The last step of a kind; of the text as it is now where `current`. */
export const lastStep = (
  { steps, version }: ReleaseRow,
  kinds: readonly StepKind[],
  current = false,
): ReleaseStep | null =>
  steps.findLast((step) => kinds.includes(step.kind) && (!current || step.version === version)) ?? null;

/** Consents to the text as it is now; a return makes them void. */
export const consentsTo = (release: ReleaseRow): readonly ReleaseStep[] =>
  release.state === 'RETURNED' ? [] : consents(release);

/** Consents that are still needed, or were passed over. */
export const missingOf = (release: ReleaseRow): readonly Approval[] =>
  missingApprovals(release.required, consentsTo(release));

export interface Bypass {
  readonly release: ReleaseRow;
  readonly step: ReleaseStep;
}

export function bypassOf(release: ReleaseRow): Bypass | null {
  const step = lastStep(release, ['BYPASSED']);
  return step && { release, step };
}

/** Whether nobody has reviewed it in time. */
export const isOverdue = ({ reviewDueAt, reviewedAt }: ReleaseRow, context: HubContext): boolean =>
  reviewDueAt !== null && reviewedAt === null && reviewDueAt <= context.now();

/** Of the caller's own department, or of all for the duty officer. */
const department = (context: HubContext): string | undefined =>
  hasRole(context, ['DUTY_OFFICER']) ? undefined : (context.viewer.department ?? undefined);

/** What waits for the caller's own consent, longest waiting first. */
export function warningsToRelease(args: PageRequest, context: HubContext): Promise<Page<ReleaseRow>> {
  requireRole(context, ['RELEASER', 'DUTY_OFFICER']);
  const matches = (release: ReleaseRow): boolean => awaits(release, context.viewer);
  return pendingReleases(context.db, { ...args, department: department(context), matches });
}

/** Bypasses that nobody has reviewed yet, the one due first first; only those whose time is over with `overdue`. */
export function bypassesToReview(
  { overdue, ...page }: PageRequest & { readonly overdue?: boolean | null | undefined },
  context: HubContext,
): Promise<Page<ReleaseRow>> {
  requireRole(context, ['RELEASER', 'DUTY_OFFICER']);
  const dueBefore = overdue ? context.now() : undefined;
  return unreviewedBypasses(context.db, { ...page, department: department(context), dueBefore });
}
