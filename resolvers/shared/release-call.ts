import { appendEntries } from '../../events/log.js';
import type { Role } from '../../model/access.js';
import type { DepartmentCode } from '../../model/department.js';
import type { NewEntry } from '../../model/entry.js';
import { HubError } from '../../model/errors.js';
import type { Approval, ReleaseRow, ReleaseStep, StepKind } from '../../model/release.js';
import { approvalsOf, type ReleaseFault } from '../../model/release-rules.js';
import { draftsSeen } from '../../model/warning-sight.js';
import { addStep, lockCall, lockRelease, saveRelease } from '../../prisma/store/write-releases.js';
import { type HubContext, refusal, renewLoaders } from '../context.js';
import { contentHash } from './canonical.js';
import { idInput, textInput } from './text-input.js';

export type Client = Parameters<Parameters<HubContext['db']['transaction']>[0]>[0];

/** It was done. */
export interface Done {
  readonly outcome: 'drafted' | 'submitted' | 'pending' | 'released' | 'returned' | 'reviewed';
  readonly release: ReleaseRow;
  /** Consents that were missing after it. */
  readonly missing: readonly Approval[];
  /** The same call had come before, and nothing was changed. */
  readonly repeated: boolean;
}

/** It was not, and nothing was changed. */
export interface Refused {
  readonly outcome: 'refused';
  readonly fault: ReleaseFault;
  readonly message: string;
  readonly field: string | null;
  /** Which it was about, where there is one. */
  readonly warningId: string | null;
}

/** What a call does, beside the rows it has written already: how the release stands now, its step, and what the log tells. */
export interface Act {
  readonly release: ReleaseRow;
  readonly step: Pick<ReleaseStep, 'kind'> & Partial<Pick<ReleaseStep, 'note' | 'verdict' | 'missing'>>;
  readonly entries?: readonly NewEntry[];
}

export interface Call {
  readonly mutation: string;
  readonly idempotencyKey: string;
}

/**
 * Does something about a release, all of it in one transaction. The same key and content of the same principal again changes nothing and
 * gives the same answer; other content under the key is CONFLICT. A refusal is kept under no key: the call may be made again.
 */
export async function callOnce(
  { mutation, idempotencyKey, ...content }: Call,
  context: HubContext,
  work: (client: Client) => Promise<Act | Refused>,
): Promise<Done | Refused> {
  const key = textInput('idempotencyKey', idempotencyKey, { most: 100 });
  const hash = contentHash({ mutation, ...content });
  const result = await context.db.transaction(async (client): Promise<Done | Refused> => {
    const earlier = await lockCall(client, context.viewer.id, key);
    if (earlier) {
      if (!earlier.inputHash.equals(hash))
        throw new HubError('CONFLICT', `idempotencyKey "${key}" was used for another call: take a new one`);
      // They may have changed departments since.
      if (!seesRelease(earlier.release, context)) throw notFound(earlier.release.id);
      const step = earlier.release.steps.find(({ serial }) => serial === earlier.serial) as ReleaseStep;
      return doneOf(earlier.release, step, true);
    }
    const act = await work(client);
    if ('outcome' in act) return act;
    const step = stepOf(act, context);
    await saveRelease(client, act.release);
    await addStep(client, act.release.id, step, { key, hash });
    // Last in the transaction: appending holds the log's head until commit.
    if (act.entries?.length) await appendEntries(client, act.entries);
    return doneOf({ ...act.release, steps: [...act.release.steps, step] }, step, false);
  });
  renewLoaders(context);
  return result;
}

function stepOf({ release, step }: Act, context: HubContext): ReleaseStep {
  const { id, name, department } = context.viewer;
  return {
    serial: release.steps.length + 1,
    version: release.version,
    by: id,
    name,
    department,
    approvals: approvalsOf(context.viewer, release.departmentCode),
    at: context.now(),
    note: null,
    verdict: null,
    missing: [],
    ...step,
  };
}

const OUTCOMES: Readonly<Record<StepKind, Done['outcome']>> = {
  DRAFTED: 'drafted',
  SUBMITTED: 'submitted',
  APPROVED: 'pending',
  RETURNED: 'returned',
  RELEASED: 'released',
  BYPASSED: 'released',
  REVIEWED: 'reviewed',
};

const doneOf = (release: ReleaseRow, { kind, missing }: ReleaseStep, repeated: boolean): Done => ({
  // What ends a warning is drafted and submitted in one.
  outcome: release.kind === 'CANCEL' && kind === 'DRAFTED' ? 'submitted' : OUTCOMES[kind],
  release,
  missing,
  repeated,
});

const MESSAGES: Readonly<Record<ReleaseFault, string>> = {
  HAZARD_NOT_OF_DEPARTMENT: 'this department does not warn of that hazard: hub.release.hazards says who does',
  DIVISION_OUTSIDE_AREA: 'a division lies outside the area that this hub warns for',
  EXPIRES_TOO_LATE: 'it would hold for longer than a warning of this hazard may',
  EXPIRED: 'its time has run out: return it, write it anew with a later expiresAt',
  STATUS_IS_FIXED: 'whether it is in earnest, an exercise or a test is said once and never changed: make a new draft',
  NOT_A_DRAFT: 'it is no longer being written: what is pending must be returned first',
  NOT_SUBMITTED: 'it is still a draft: submit it first',
  NOT_PENDING: 'it does not wait for release',
  WAS_RETURNED: 'it was returned: it must be written anew and submitted again',
  ALREADY_RELEASED: 'it is out already',
  NOT_IN_FORCE: 'what it would replace or end is not in force',
  VERSION_CHANGED: 'it was written anew meanwhile: read it again',
  SAME_PERSON: 'whoever wrote it, or did it, cannot also be the second pair of eyes',
  ALREADY_APPROVED: 'you have consented already: someone else must',
  APPROVAL_NOT_NEEDED: 'your consent is not among those that it needs',
  NOT_BYPASSED: 'it was released in the ordinary way: there is nothing to review',
  ALREADY_REVIEWED: 'it was reviewed already',
};

export const refused = (
  fault: ReleaseFault,
  warningId: string | null,
  more: { readonly field?: string; readonly message?: string } = {},
): Refused => ({
  outcome: 'refused',
  fault,
  message: more.message ?? MESSAGES[fault],
  field: more.field ?? null,
  warningId,
});

/** Throws unless the caller has one of these roles in this very department. */
export function requireOwn(context: HubContext, roles: readonly Role[], department: DepartmentCode): void {
  const { viewer } = context;
  if (viewer.department === department && viewer.roles.some((role) => roles.includes(role))) return;
  throw refusal(context, `the role ${roles.join(' or ')} of ${department}`);
}

/** The release, locked; one that the caller may not see is as one that is not there. */
export async function lockSeen(client: Client, id: string | number, context: HubContext): Promise<ReleaseRow> {
  const release = await lockRelease(client, idInput('id', id));
  if (release && seesRelease(release, context)) return release;
  throw notFound(id);
}

const notFound = (id: string | number): HubError => new HubError('NOT_FOUND', `no release "${id}"`);

/** Whoever sees a department's drafts sees how its warnings come about. */
export function seesRelease({ departmentCode }: Pick<ReleaseRow, 'departmentCode'>, { viewer }: HubContext): boolean {
  const department = draftsSeen(viewer);
  return department === undefined || department === departmentCode;
}
