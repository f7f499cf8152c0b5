import { DEPARTMENT_CODES, type DepartmentCode } from '../../model/department.js';
import type { WarningSnapshot } from '../../model/entry.js';
import { HubError } from '../../model/errors.js';
import type { ReleaseRow } from '../../model/release.js';
import { draftFault, longestHours, type ReleaseFault } from '../../model/release-rules.js';
import type { WarningStatus } from '../../model/warning.js';
import { seesWarning } from '../../model/warning-sight.js';
import { writeAudiences } from '../../prisma/store/audiences.js';
import { readSnapshots, saveSnapshots } from '../../prisma/store/warning-rows.js';
import { freeIdentifier, releaseFeed } from '../../prisma/store/write-releases.js';
import { type HubContext, refusal, requireRole } from '../context.js';
import { type Content, type ContentInput, checkContent } from './draft-input.js';
import {
  type Act,
  type Client,
  callOnce,
  type Done,
  lockSeen,
  type Refused,
  refused,
  requireOwn,
} from './release-call.js';
import { badInput, idInput, textInput } from './text-input.js';
import { stateOf } from './warning.js';

type Id = string | number;

export interface DraftInput extends ContentInput {
  readonly idempotencyKey: string;
  /** Writes this one anew. */
  readonly draft?: Id | null | undefined;
  readonly hazardCode: string;
  readonly status: WarningStatus;
}

export interface UpdateInput extends ContentInput {
  readonly idempotencyKey: string;
  readonly draft?: Id | null | undefined;
  /** The warning in force that it is to replace. */
  readonly id: Id;
}

/** Writes a warning of the caller's department down, or writes a draft or what was returned anew. Nobody outside is told. */
export function draftWarning(input: DraftInput, context: HubContext): Promise<Done | Refused> {
  requireRole(context, ['FORECASTER']);
  const department = departmentOf(context);
  const hazardCode = textInput('hazardCode', input.hazardCode, { most: 20 });
  const content = checkContent(input, hazardCode, context.release.senders[department], context);
  const draft = { department, hazardCode, status: input.status, content, replaces: null };
  return callOnce({ mutation: 'draftWarning', ...input }, context, async (client) =>
    write(client, draft, input.draft, context),
  );
}

/** The same for what is to replace a warning in force of the same department: of the same hazard and status. */
export function updateWarning(input: UpdateInput, context: HubContext): Promise<Done | Refused> {
  requireRole(context, ['FORECASTER']);
  return callOnce({ mutation: 'updateWarning', ...input }, context, async (client) => {
    const old = await ownWarning(client, input.id, ['FORECASTER'], context);
    const { identifier, hazardCode, status } = old;
    if (stateOf(old, context) !== 'ACTIVE') return refused('NOT_IN_FORCE', identifier);
    const department = departmentOf(context);
    const content = checkContent(input, hazardCode, context.release.senders[department], context);
    return write(client, { department, hazardCode, status, content, replaces: identifier }, input.draft, context);
  });
}

/** A warning that the caller may see, being of their own department. */
export async function ownWarning(
  client: Client,
  id: Id,
  roles: Parameters<typeof requireOwn>[1],
  context: HubContext,
): Promise<WarningSnapshot> {
  const identifier = idInput('id', id);
  const found = (await readSnapshots(client, [identifier])).get(identifier);
  if (!found || !seesWarning(found, context.viewer)) throw new HubError('NOT_FOUND', `no warning "${identifier}"`);
  requireOwn(context, roles, found.departmentCode as DepartmentCode);
  return found;
}

interface Draft {
  readonly department: DepartmentCode;
  readonly hazardCode: string;
  readonly status: WarningStatus;
  readonly content: Content;
  readonly replaces: string | null;
}

function departmentOf(context: HubContext): DepartmentCode {
  const { department } = context.viewer;
  if (department === null) throw refusal(context, 'a department');
  return department;
}

async function write(
  client: Client,
  draft: Draft,
  rewrites: Id | null | undefined,
  context: HubContext,
): Promise<Act | Refused> {
  const { department, hazardCode, content } = draft;
  const before = rewrites ? await rewritten(client, rewrites, draft, context) : undefined;
  if (before && 'outcome' in before) return before;
  const { release: rules } = context;
  const all = [...content.divisions, ...content.audiences.map(({ division }) => division)];
  const terms = { department, hazardCode, divisions: all, expiresAt: content.expiresAt };
  const fault = draftFault(terms, rules, context.now());
  if (fault) return termsRefused(fault, terms, before?.warningId ?? null, context);
  const id = before?.id ?? (await freeIdentifier(client, rules.senders[department].code, context.now()));
  if (!id) throw new HubError('CONFLICT', 'no identifier is free: wait a while');
  await saveSnapshots(client, [snapshotOf(id, draft, context.now())]);
  await writeAudiences(client, id, content.audiences);
  const release: ReleaseRow = {
    ...(before ?? begun(id, draft)),
    state: 'DRAFT',
    version: (before?.version ?? 0) + 1,
    required: rules.levels[content.level],
    submittedAt: null,
  };
  return { release, step: { kind: 'DRAFTED' } };
}

/** The draft that is written anew, where it may be. */
async function rewritten(client: Client, id: Id, draft: Draft, context: HubContext): Promise<ReleaseRow | Refused> {
  const release = await lockSeen(client, id, context);
  requireOwn(context, ['FORECASTER'], release.departmentCode);
  if (release.kind !== (draft.replaces === null ? 'ALERT' : 'UPDATE') || release.replaces !== draft.replaces)
    badInput('draft', 'is a draft of another kind, or replaces another warning');
  const old = (await readSnapshots(client, [release.warningId])).get(release.warningId);
  const open = release.state === 'DRAFT' || release.state === 'RETURNED';
  if (!open || (old?.state !== 'DRAFT' && old?.state !== 'REJECTED')) return refused('NOT_A_DRAFT', release.warningId);
  return old.status === draft.status ? release : refused('STATUS_IS_FIXED', release.warningId, { field: 'status' });
}

const begun = (id: string, { department, replaces }: Draft): ReleaseRow => ({
  id,
  kind: replaces === null ? 'ALERT' : 'UPDATE',
  departmentCode: department,
  warningId: id,
  replaces,
  reason: null,
  state: 'DRAFT',
  version: 1,
  required: [],
  submittedAt: null,
  reviewDueAt: null,
  reviewedAt: null,
  steps: [],
});

const FIELDS: Partial<Record<ReleaseFault, string>> = {
  HAZARD_NOT_OF_DEPARTMENT: 'hazardCode',
  DIVISION_OUTSIDE_AREA: 'divisions',
  EXPIRES_TOO_LATE: 'expiresAt',
  EXPIRED: 'expiresAt',
};

/** What the settings have against a draft, with what they allow. */
export function termsRefused(
  fault: ReleaseFault,
  { department, hazardCode }: { readonly department: DepartmentCode; readonly hazardCode: string },
  warningId: string | null,
  { release: rules }: Pick<HubContext, 'release'>,
): Refused {
  const field = FIELDS[fault];
  const of = DEPARTMENT_CODES.filter((code) => rules.hazards[code].includes(hazardCode)).join(', ') || 'nobody';
  const messages: Partial<Record<ReleaseFault, string>> = {
    HAZARD_NOT_OF_DEPARTMENT: `${department} does not warn of ${hazardCode}; by hub.release.hazards it belongs to ${of}`,
    DIVISION_OUTSIDE_AREA: `every division must lie in ${rules.area}`,
    EXPIRES_TOO_LATE: `a warning of ${hazardCode} may hold for ${longestHours(hazardCode, rules)} hours from now`,
    EXPIRED: 'expiresAt has passed',
  };
  const message = messages[fault];
  return refused(fault, warningId, { ...(field ? { field } : {}), ...(message ? { message } : {}) });
}

const snapshotOf = (identifier: string, draft: Draft, now: Date): WarningSnapshot => ({
  identifier,
  departmentCode: draft.department,
  feedId: releaseFeed(draft.department),
  hazardCode: draft.hazardCode,
  level: draft.content.level,
  state: 'DRAFT',
  status: draft.status,
  issuedAt: now.toISOString(),
  effectiveAt: draft.content.effectiveAt?.toISOString() ?? null,
  onsetAt: draft.content.onsetAt?.toISOString() ?? null,
  expiresAt: draft.content.expiresAt.toISOString(),
  cancelledAt: null,
  receivedAt: now.toISOString(),
  divisionCodes: draft.content.divisions,
  area: null,
  revision: 0,
  supersededById: null,
  texts: draft.content.texts,
});
