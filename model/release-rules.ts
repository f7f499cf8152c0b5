import type { Principal } from './access.js';
import type { DepartmentCode } from './department.js';
import { divisionPrefix } from './division.js';
import { HAZARDS, UNKNOWN_HAZARD_HOURS } from './hazard.js';
import type { Approval, ReleaseRow, ReleaseRules, ReleaseState, ReleaseStep } from './release.js';
import type { WarningState } from './warning.js';

/** Why something was not done, though whoever asked might have: the state of things, or a rule of the settings. */
export const RELEASE_FAULTS = [
  'HAZARD_NOT_OF_DEPARTMENT',
  'DIVISION_OUTSIDE_AREA',
  'EXPIRES_TOO_LATE',
  'EXPIRED',
  'STATUS_IS_FIXED',
  'NOT_A_DRAFT',
  'NOT_SUBMITTED',
  'NOT_PENDING',
  'WAS_RETURNED',
  'ALREADY_RELEASED',
  'NOT_IN_FORCE',
  'VERSION_CHANGED',
  'SAME_PERSON',
  'ALREADY_APPROVED',
  'APPROVAL_NOT_NEEDED',
  'NOT_BYPASSED',
  'ALREADY_REVIEWED',
] as const;
export type ReleaseFault = (typeof RELEASE_FAULTS)[number];

/** Four times as long as a warning of this hazard usually holds. */
const LONGEST = 4;
const HOUR_MS = 3_600_000;

export type Actor = Pick<Principal, 'id' | 'department' | 'roles'>;

/** What someone may consent as, to a warning of this department. */
export const approvalsOf = ({ department, roles }: Actor, of: DepartmentCode): Approval[] => [
  ...(roles.includes('RELEASER') && department === of ? ['RELEASER' as const] : []),
  ...(roles.includes('DUTY_OFFICER') && department === 'EMERGENCY' ? ['DUTY_OFFICER' as const] : []),
];

/** What is still missing when each of these gives one of the consents that they can, in the way that leaves least. */
export function missingApprovals(
  required: readonly Approval[],
  given: readonly { readonly approvals: readonly Approval[] }[],
): readonly Approval[] {
  const [one, ...others] = given;
  if (!one || required.length === 0) return required;
  const ways = one.approvals
    .filter((approval) => required.includes(approval))
    .map((approval) => missingApprovals(without(required, approval), others));
  return [...ways, missingApprovals(required, others)].reduce((best, way) => (way.length < best.length ? way : best));
}

const without = (list: readonly Approval[], one: Approval): Approval[] => {
  const at = list.indexOf(one);
  return list.filter((_, index) => index !== at);
};

/** Whose hand wrote any version of it: they do not release it. */
export const writersOf = ({ steps }: Pick<ReleaseRow, 'steps'>): readonly string[] =>
  steps.filter(({ kind }) => kind === 'DRAFTED').map(({ by }) => by);

/** Consents to the text as it is now. */
export const consents = ({ steps, version }: Pick<ReleaseRow, 'steps' | 'version'>): readonly ReleaseStep[] =>
  steps.filter((step) => step.version === version && ['APPROVED', 'RELEASED', 'BYPASSED'].includes(step.kind));

/** How long from now on a warning of this hazard may hold. */
export const longestHours = (hazardCode: string, rules: ReleaseRules): number =>
  rules.hours[hazardCode] ?? LONGEST * (HAZARDS[hazardCode]?.defaultHours ?? UNKNOWN_HAZARD_HOURS);

export interface DraftTerms {
  readonly department: DepartmentCode;
  readonly hazardCode: string;
  readonly divisions: readonly string[];
  readonly expiresAt: Date;
}

/** What the settings have against such a warning, or undefined. */
export function draftFault(terms: DraftTerms, rules: ReleaseRules, now: Date): ReleaseFault | undefined {
  const area = divisionPrefix(rules.area);
  if (!rules.hazards[terms.department].includes(terms.hazardCode)) return 'HAZARD_NOT_OF_DEPARTMENT';
  if (!terms.divisions.every((code) => divisionPrefix(code).startsWith(area))) return 'DIVISION_OUTSIDE_AREA';
  if (terms.expiresAt <= now) return 'EXPIRED';
  const until = now.getTime() + longestHours(terms.hazardCode, rules) * HOUR_MS;
  return terms.expiresAt.getTime() > until ? 'EXPIRES_TOO_LATE' : undefined;
}

const NOT_PENDING: Readonly<Record<Exclude<ReleaseState, 'PENDING'>, ReleaseFault>> = {
  DRAFT: 'NOT_SUBMITTED',
  RETURNED: 'WAS_RETURNED',
  RELEASED: 'ALREADY_RELEASED',
};

/** What surrounds a release at the moment of the act. */
export interface ReleaseMoment {
  /** The state of its own warning by the clock; of a CANCEL that of what it ends. */
  readonly warning: WarningState;
  readonly expiresAt: Date;
  /** The state by the clock of what an UPDATE replaces. */
  readonly replaces: WarningState | null;
  readonly now: Date;
}

/** Why this may not go out now, whoever asks: what was pending has run out, or what it replaces or ends is over. */
export function outFault(release: Pick<ReleaseRow, 'kind' | 'state'>, moment: ReleaseMoment): ReleaseFault | undefined {
  if (release.state !== 'PENDING') return NOT_PENDING[release.state];
  if (release.kind === 'CANCEL') return moment.warning === 'ACTIVE' ? undefined : 'NOT_IN_FORCE';
  // Another message under the same identifier has come meanwhile.
  if (moment.warning !== 'PENDING') return 'ALREADY_RELEASED';
  if (moment.expiresAt <= moment.now) return 'EXPIRED';
  return release.kind === 'UPDATE' && moment.replaces !== 'ACTIVE' ? 'NOT_IN_FORCE' : undefined;
}

export type Consent =
  | { readonly fault: ReleaseFault }
  /** `missing`: after it. `bypassed`: it goes out in spite of that. */
  | { readonly missing: readonly Approval[]; readonly bypassed: boolean };

/**
 * What becomes of a pending release when someone consents: one who wrote it does not, nobody does twice, and each must be needed.
 * With a bypass whoever may consent at all lets it out at once, be it the writer; one that was not needed is none.
 */
export function consent(
  release: Pick<ReleaseRow, 'departmentCode' | 'required' | 'steps' | 'version'>,
  actor: Actor,
  bypass: boolean,
): Consent {
  const approvals = approvalsOf(actor, release.departmentCode);
  const given = consents(release);
  const before = missingApprovals(release.required, given);
  const writer = writersOf(release).includes(actor.id);
  const again = given.some(({ by }) => by === actor.id);
  const missing = writer || again ? before : missingApprovals(release.required, [...given, { approvals }]);
  if (writer && !bypass) return { fault: 'SAME_PERSON' };
  if (missing.length === 0) return { missing, bypassed: writer };
  if (bypass) return { missing, bypassed: true };
  if (again) return { fault: 'ALREADY_APPROVED' };
  return missing.length === before.length ? { fault: 'APPROVAL_NOT_NEEDED' } : { missing, bypassed: false };
}

/** Whether someone's consent would bring it nearer to the public. */
export function awaits(release: Parameters<typeof consent>[0] & Pick<ReleaseRow, 'state'>, actor: Actor): boolean {
  return release.state === 'PENDING' && !('fault' in consent(release, actor, false));
}

const HANDS: readonly ReleaseStep['kind'][] = ['DRAFTED', 'APPROVED', 'BYPASSED'];

/** Why someone may not review a bypass: there is none, it was reviewed, or they had a hand in it: wrote any version, consented to one, or let it out. */
export function reviewFault(release: ReleaseRow, actor: Actor): ReleaseFault | undefined {
  if (!release.steps.some(({ kind }) => kind === 'BYPASSED')) return 'NOT_BYPASSED';
  if (release.reviewedAt !== null) return 'ALREADY_REVIEWED';
  return release.steps.some(({ kind, by }) => by === actor.id && HANDS.includes(kind)) ? 'SAME_PERSON' : undefined;
}
