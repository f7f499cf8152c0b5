import { DEPARTMENTS, type DepartmentCode } from './department.js';

/** What a principal may do. READER sees; FEEDER pushes feeds and keeps registers; FORECASTER drafts warnings; RELEASER releases them;
 *  DUTY_OFFICER is the emergency department's officer on duty; AUDITOR reads the audit; ADMINISTRATOR manages keys, grants and feeds;
 *  PEER is the platform of another tier, and sees what was granted to it. */
export const ROLES = [
  'READER',
  'FEEDER',
  'FORECASTER',
  'RELEASER',
  'DUTY_OFFICER',
  'AUDITOR',
  'ADMINISTRATOR',
  'PEER',
] as const;
export type Role = (typeof ROLES)[number];

/** Permissions that no role brings by itself. PERSONAL: data that lead to a person; INTROSPECT: to ask GraphQL for the schema; GATEWAY: to ask
 *  as a gateway of the federated graph, for callers who bring credentials of their own. */
export const SCOPES = ['PERSONAL', 'INTROSPECT', 'GATEWAY'] as const;
export type Scope = (typeof SCOPES)[number];

/** Who asks: a person of an identity provider, a system with an API key, or nobody known. */
export interface Principal {
  /** "key:<id>", "person:<issuer>#<subject>", "administrator" (the hub's own admin key) or "anonymous". */
  readonly id: string;
  readonly kind: 'PERSON' | 'SYSTEM' | 'ANONYMOUS';
  readonly name: string;
  /** Null: the hub's own staff, the platform of another tier, or nobody known. */
  readonly department: DepartmentCode | null;
  /** Of a platform of another tier: its name in the settings. */
  readonly peer?: string | undefined;
  readonly roles: readonly Role[];
  readonly scopes: readonly Scope[];
  /** When its credential ends; null where it does not. */
  readonly expiresAt: Date | null;
}

export const ANONYMOUS: Principal = {
  id: 'anonymous',
  kind: 'ANONYMOUS',
  name: 'anonymous',
  department: null,
  roles: [],
  scopes: [],
  expiresAt: null,
};

/** The bearer of the hub's own admin key. It reads and administers; it audits, drafts and releases nothing. */
export const ROOT: Principal = {
  id: 'administrator',
  kind: 'SYSTEM',
  name: 'administrator',
  department: null,
  roles: ['READER', 'ADMINISTRATOR'],
  scopes: ['PERSONAL', 'INTROSPECT', 'GATEWAY'],
  expiresAt: null,
};

/** Why a principal cannot have these roles, or undefined. Whoever runs the hub must not be who checks on that. */
export function roleFault(
  roles: readonly Role[],
  department: DepartmentCode | null,
  peer: string | null = null,
): string | undefined {
  if (roles.includes('PEER') && (peer === null || roles.length > 1 || department !== null))
    return 'PEER goes with no other role and no department, and with the name of the platform';
  if (peer !== null && !roles.includes('PEER')) return 'a platform of another tier has the role PEER';
  if (roles.includes('AUDITOR') && roles.some((role) => role !== 'AUDITOR' && role !== 'READER'))
    return 'AUDITOR goes with READER only: whoever acts does not audit';
  if (roles.includes('DUTY_OFFICER') && department !== 'EMERGENCY')
    return 'DUTY_OFFICER is of the emergency department';
  const acting = roles.find((role) => role === 'FORECASTER' || role === 'RELEASER' || role === 'FEEDER');
  if (acting && department === null) return `${acting} acts for a department: name it`;
  return undefined;
}

/** A department's data set that can be shared: what a feed brings, or one property or one register of it. */
export interface Dataset {
  readonly feed: string;
  /** A property of model/property.ts: its stations, datastreams and observations of that feed. */
  readonly property: string | null;
  /** A noun of model/registers.ts: its entries of that feed. */
  readonly register: string | null;
}

/** What a grant leaves out. `position`: nothing finer than the township; `value`: its grade only; `names`: no persons. */
export interface Coarsening {
  readonly position: boolean;
  readonly value: boolean;
  readonly names: boolean;
}
export const WHOLE: Coarsening = { position: false, value: false, names: false };

/** A department lets another one, or the platform of another tier, see a data set, for a time. */
export interface AccessGrant {
  readonly id: string;
  readonly owner: DepartmentCode;
  /** Null where it is a platform. */
  readonly grantee: DepartmentCode | null;
  /** The platform's name in the settings, where it is one. */
  readonly peer?: string | null | undefined;
  readonly dataset: Dataset;
  readonly coarsening: Coarsening;
  readonly validFrom: Date;
  /** Exclusive; null: until revoked. */
  readonly validUntil: Date | null;
}

/** Whom grants are read and told by: a department's code, or "peer:" and a platform's name; undefined for who is granted nothing. */
export const granteeOf = ({ department, peer }: Pick<Principal, 'department' | 'peer'>): string | undefined =>
  peer === undefined ? (department ?? undefined) : `peer:${peer}`;

export const slugOf = (department: DepartmentCode): string => DEPARTMENTS[department].slug;
