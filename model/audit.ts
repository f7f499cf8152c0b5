import { createHash } from 'node:crypto';
import type { Principal } from './access.js';
import { type DepartmentCode, departmentOfFeed } from './department.js';

/** QUERY, MUTATION and SUBSCRIPTION are operations; PUSH: data brought to a feed; EXCHANGE: bundles and
 *  receipts of platforms of other tiers; DOOR: a credential that was refused; INVALID: a request that was not carried out because
 *  it is wrong in itself; LOST: reads that were answered while nothing could be written down. */
export const AUDIT_KINDS = [
  'QUERY',
  'MUTATION',
  'SUBSCRIPTION',
  'PUSH',
  'EXCHANGE',
  'DOOR',
  'INVALID',
  'LOST',
] as const;
export type AuditKind = (typeof AUDIT_KINDS)[number];

/** What is written down of one operation, before it has its place in the chain. */
export interface AuditDraft {
  readonly at: Date;
  readonly kind: AuditKind;
  readonly principal: Pick<Principal, 'id' | 'kind' | 'name' | 'department' | 'roles'>;
  readonly operation: string | null;
  /** SHA-256 of the operation's text, in hex. */
  readonly document: string | null;
  /** Of a push, and of a credential refused at a push door, the feed. */
  readonly rootFields: readonly string[];
  /** Without personal data and secrets; a small object or null. */
  readonly variables: Readonly<Record<string, unknown>> | null;
  /** Ids of the grants by which another department's data were seen. */
  readonly grants: readonly string[];
  /** Of whose data something was shown. */
  readonly feeds: readonly string[];
  /** "OK", or the code of the error; "BEGUN" of what is done outside a transaction, before it is done. */
  readonly result: string;
  /** What came of it where that is no error, e.g. "out-of-order". */
  readonly outcome: string | null;
  /** Objects with data of feeds in the answer; of a subscription's last row, how often it was told something; of a push, records taken. */
  readonly rowCount: number;
  readonly times: number;
  readonly requestId: string | null;
  readonly address: string | null;
  readonly milliseconds: number;
}

/** A row of the chain. */
export interface AuditEntry extends AuditDraft {
  readonly position: number;
  /** The day on which it was written, in Asia/Shanghai, "2026-11-26". */
  readonly day: string;
  readonly owners: readonly string[];
  readonly previous: string;
}

/** Before the first row. */
export const NO_HASH = '0'.repeat(64);

/** The calendar day in Asia/Shanghai, which has no summer time. */
export const auditDay = (moment: Date): string => new Date(moment.getTime() + 8 * 3_600_000).toISOString().slice(0, 10);

/** Whoever bears a push feed's own key. */
export const feedKey = (feedId: string): AuditDraft['principal'] => ({
  id: `feed:${feedId}`,
  kind: 'SYSTEM',
  name: feedId,
  department: departmentOfFeed(feedId),
  roles: [],
});

export const isFeedKey = ({ id }: Pick<Principal, 'id'>): boolean => id.startsWith('feed:');

/** The departments whose feeds these are. */
export const ownersOf = (feeds: readonly string[]): DepartmentCode[] =>
  [...new Set(feeds.map(departmentOfFeed))].sort();

/** The one text of an entry that its hash covers: JSON without spaces, the names in this order (docs/audit.md). */
export function auditText(entry: AuditEntry, variables = textOf(entry.variables)): string {
  const { principal } = entry;
  const fields: readonly (readonly [string, unknown])[] = [
    ['position', entry.position],
    ['day', entry.day],
    ['at', entry.at.toISOString()],
    ['kind', entry.kind],
    ['principal', principal.id],
    ['principalKind', principal.kind],
    ['principalName', principal.name],
    ['department', principal.department],
    ['roles', principal.roles],
    ['operation', entry.operation],
    ['document', entry.document],
    ['rootFields', entry.rootFields],
    ['variables', undefined],
    ['grants', entry.grants],
    ['feeds', entry.feeds],
    ['owners', entry.owners],
    ['result', entry.result],
    ['outcome', entry.outcome],
    ['rowCount', entry.rowCount],
    ['times', entry.times],
    ['requestId', entry.requestId],
    ['address', entry.address],
    ['milliseconds', entry.milliseconds],
    ['previous', entry.previous],
  ];
  const parts = fields.map(([name, value]) => `"${name}":${value === undefined ? variables : JSON.stringify(value)}`);
  return `{${parts.join(',')}}`;
}

const textOf = (variables: AuditDraft['variables']): string =>
  variables === null ? 'null' : JSON.stringify(variables);

/** SHA-256 in hex. */
export const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex');

/** A day that is over. */
export interface AuditDay {
  readonly day: string;
  readonly first: number;
  readonly last: number;
  /** The hash before its first row, which is that of the day before. */
  readonly previous: string;
  readonly head: string;
  readonly signedAt: Date;
}

/** The text of a day that is signed. */
export const dayText = ({ day, first, last, previous, head, signedAt }: AuditDay): string =>
  JSON.stringify({ day, first, last, previous, head, signedAt: signedAt.toISOString() });
