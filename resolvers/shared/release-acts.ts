import type { WarningSnapshot } from '../../model/entry.js';
import { HubError } from '../../model/errors.js';
import type { ReleaseRow, Verdict } from '../../model/release.js';
import { approvalsOf, draftFault, reviewFault } from '../../model/release-rules.js';
import { readSnapshots } from '../../prisma/store/warning-rows.js';
import { freeIdentifier, moveDraft } from '../../prisma/store/write-releases.js';
import { type HubContext, refusal, requireRole } from '../context.js';
import { ownWarning, termsRefused } from './draft-warning.js';
import { type Client, callOnce, type Done, lockSeen, type Refused, refused, requireOwn } from './release-call.js';
import { textInput } from './text-input.js';
import { stateOf } from './warning.js';

export interface ActInput {
  readonly idempotencyKey: string;
  readonly id: string | number;
}
export interface ReasonedInput extends ActInput {
  readonly reason: string;
}
export interface ReviewInput extends ActInput {
  readonly verdict: Verdict;
  readonly note: string;
}

const REASON = { most: 500, lines: true };

/** Hands a draft over for release. */
export function submitWarning(input: ActInput, context: HubContext): Promise<Done | Refused> {
  requireRole(context, ['FORECASTER']);
  return callOnce({ mutation: 'submitWarning', ...input }, context, async (client) => {
    const release = await lockSeen(client, input.id, context);
    const { departmentCode: department, warningId } = release;
    requireOwn(context, ['FORECASTER'], department);
    const draft = await warningOf(client, warningId);
    if (release.state === 'RETURNED') return refused('WAS_RETURNED', warningId);
    if (release.state !== 'DRAFT' || draft.state !== 'DRAFT') return refused('NOT_A_DRAFT', warningId);
    const { hazardCode, divisionCodes: divisions } = draft;
    const terms = { department, hazardCode, divisions, expiresAt: new Date(draft.expiresAt) };
    const fault = draftFault(terms, context.release, context.now());
    if (fault) return termsRefused(fault, terms, warningId, context);
    await moveDraft(client, warningId, 'PENDING');
    const required = context.release.levels[draft.level];
    return {
      release: { ...release, state: 'PENDING', submittedAt: context.now(), required },
      step: { kind: 'SUBMITTED', missing: required },
    };
  });
}

/** Sends what is pending back, with the reason; consents given are void. A returned cancellation is over. */
export function returnWarning(input: ReasonedInput, context: HubContext): Promise<Done | Refused> {
  requireRole(context, ['RELEASER', 'DUTY_OFFICER']);
  const note = textInput('reason', input.reason, REASON);
  return callOnce({ mutation: 'returnWarning', ...input }, context, async (client) => {
    const release = await lockSeen(client, input.id, context);
    const mine = requireConsent(release, context);
    if (release.state !== 'PENDING') return refused('NOT_PENDING', release.warningId);
    if (!mine.some((approval) => release.required.includes(approval)))
      return refused('APPROVAL_NOT_NEEDED', release.warningId);
    if (release.kind !== 'CANCEL') await moveDraft(client, release.warningId, 'REJECTED');
    return { release: { ...release, state: 'RETURNED', submittedAt: null }, step: { kind: 'RETURNED', note } };
  });
}

/** Asks that a warning in force of the caller's department be ended; it is released as any other, by the warning's level. */
export function cancelWarning(input: ReasonedInput, context: HubContext): Promise<Done | Refused> {
  requireRole(context, ['FORECASTER', 'RELEASER']);
  const reason = textInput('reason', input.reason, REASON);
  return callOnce({ mutation: 'cancelWarning', ...input }, context, async (client) => {
    const warning = await ownWarning(client, input.id, ['FORECASTER', 'RELEASER'], context);
    if (stateOf(warning, context) !== 'ACTIVE') return refused('NOT_IN_FORCE', warning.identifier);
    const department = context.viewer.department as ReleaseRow['departmentCode'];
    const id = await freeIdentifier(client, context.release.senders[department].code, context.now());
    if (!id) throw new HubError('CONFLICT', 'no identifier is free: wait a while');
    return asked(id, department, warning, reason, context);
  });
}

function asked(
  id: string,
  departmentCode: ReleaseRow['departmentCode'],
  { identifier, level }: WarningSnapshot,
  reason: string,
  context: HubContext,
) {
  const required = context.release.levels[level];
  const release: ReleaseRow = {
    id,
    kind: 'CANCEL',
    departmentCode,
    warningId: identifier,
    replaces: null,
    reason,
    state: 'PENDING',
    version: 1,
    required,
    submittedAt: context.now(),
    reviewDueAt: null,
    reviewedAt: null,
    steps: [],
  };
  return { release, step: { kind: 'DRAFTED' as const, missing: required } };
}

/** Says whether a bypass was justified. The warning itself is not touched. */
export function reviewBypass(input: ReviewInput, context: HubContext): Promise<Done | Refused> {
  requireRole(context, ['RELEASER', 'DUTY_OFFICER']);
  const note = textInput('note', input.note, REASON);
  return callOnce({ mutation: 'reviewBypass', ...input }, context, async (client) => {
    const release = await lockSeen(client, input.id, context);
    requireConsent(release, context);
    const fault = reviewFault(release, context.viewer);
    if (fault) return refused(fault, release.warningId);
    return {
      release: { ...release, reviewedAt: context.now() },
      step: { kind: 'REVIEWED', note, verdict: input.verdict },
    };
  });
}

/** What the caller may consent as; throws where that is nothing. */
export function requireConsent(release: ReleaseRow, context: HubContext): ReturnType<typeof approvalsOf> {
  const mine = approvalsOf(context.viewer, release.departmentCode);
  if (mine.length > 0) return mine;
  throw refusal(context, `the role RELEASER of ${release.departmentCode}, or DUTY_OFFICER`);
}

async function warningOf(client: Client, identifier: string): Promise<WarningSnapshot> {
  const found = (await readSnapshots(client, [identifier])).get(identifier);
  if (!found) throw new Error(`release without its warning "${identifier}"`);
  return found;
}
