import { AUDIT_KINDS, type AuditKind } from '../../model/audit.js';
import type { AccessRow, ChainedEntry } from '../../model/audit-rows.js';
import { DEPARTMENTS, type DepartmentCode } from '../../model/department.js';
import { HubError } from '../../model/errors.js';
import type { Page } from '../../model/rows.js';
import type { PageRequest } from '../../prisma/store/keyset.js';
import { readAccess, readAudit } from '../../prisma/store/read-audit.js';
import { type HubContext, hasRole, refusal, requireRole } from '../context.js';
import { listInput } from './area-input.js';
import { idInput } from './text-input.js';

type Maybe<T> = T | null | undefined;
interface When {
  readonly since?: Maybe<Date>;
  readonly until?: Maybe<Date>;
}

export interface AuditFilter extends When {
  readonly principals?: Maybe<readonly string[]>;
  readonly departments?: Maybe<readonly DepartmentCode[]>;
  readonly kinds?: Maybe<readonly AuditKind[]>;
  readonly fields?: Maybe<readonly string[]>;
  readonly results?: Maybe<readonly string[]>;
  readonly feeds?: Maybe<readonly string[]>;
  readonly requestId?: Maybe<string>;
}

const idList = (name: string, list: Maybe<readonly string[]>): readonly string[] | undefined =>
  listInput(name, list)?.map((id) => idInput(name, id));

function whenInput({ since, until }: When): { since: Date | undefined; until: Date | undefined } {
  if (since && until && until <= since) throw new HubError('BAD_INPUT', 'until: must be after since');
  return { since: since ?? undefined, until: until ?? undefined };
}

/** For auditors alone: those of a department see what its own principals did. */
export function auditEntries(
  args: PageRequest & { readonly filter?: Maybe<AuditFilter> },
  context: HubContext,
): Promise<Page<ChainedEntry>> {
  requireRole(context, ['AUDITOR']);
  const filter = args.filter ?? {};
  const { department } = context.viewer;
  const asked = listInput('departments', filter.departments);
  return readAudit(context.db, {
    ...whenInput(filter),
    first: args.first,
    after: args.after,
    departments: department === null ? asked : [department].filter((own) => asked?.includes(own) ?? true),
    principals: idList('principals', filter.principals),
    kinds: listInput('kinds', filter.kinds)?.filter((kind) => AUDIT_KINDS.includes(kind)),
    fields: idList('fields', filter.fields),
    results: idList('results', filter.results),
    feeds: idList('feeds', filter.feeds),
    requestId: filter.requestId == null ? undefined : idInput('requestId', filter.requestId),
  });
}

export interface AccessFilter extends When {
  readonly feeds?: Maybe<readonly string[]>;
  readonly readers?: Maybe<readonly DepartmentCode[]>;
  readonly own?: Maybe<boolean>;
}

/** Whether the caller may ask who saw the data of its department. */
export const mayAskForAccess = (context: HubContext): boolean =>
  context.viewer.department !== null && hasRole(context, ['READER', 'DUTY_OFFICER', 'ADMINISTRATOR', 'AUDITOR']);

/** Who saw data of the caller's own department, for whoever reads, administers or audits there. */
export function accessToMyData(
  args: PageRequest & { readonly filter?: Maybe<AccessFilter> },
  context: HubContext,
): Promise<Page<AccessRow>> {
  const { department } = context.viewer;
  if (department === null || !mayAskForAccess(context))
    throw refusal(context, 'the role READER, DUTY_OFFICER, ADMINISTRATOR or AUDITOR of a department');
  const filter = args.filter ?? {};
  return readAccess(context.db, {
    ...whenInput(filter),
    first: args.first,
    after: args.after,
    owner: department,
    prefix: `${DEPARTMENTS[department].slug}/`,
    own: filter.own ?? false,
    feeds: idList('feeds', filter.feeds),
    readers: listInput('readers', filter.readers),
  });
}
