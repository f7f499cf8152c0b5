import { DEPARTMENTS, type DepartmentCode } from '../../model/department.js';
import { HubError } from '../../model/errors.js';
import {
  classAbove,
  classNamed,
  classPrefix,
  type IncidentClass,
  type IncidentLevel,
  type IncidentState,
  isIncidentClass,
} from '../../model/incident.js';
import type { IncidentRevisionRow, IncidentRow } from '../../model/incident-rows.js';
import type { Page } from '../../model/rows.js';
import type { PageRequest } from '../../prisma/store/keyset.js';
import { readIncidents } from '../../prisma/store/read-incidents.js';
import type { HubContext } from '../context.js';
import { listInput } from './area-input.js';
import { asSeen, type ReportFilter, reportQuery } from './report.js';
import { idInput } from './text-input.js';

export interface IncidentFilter extends ReportFilter {
  readonly departments?: readonly DepartmentCode[] | null | undefined;
  readonly classes?: readonly string[] | null | undefined;
  readonly states?: readonly IncidentState[] | null | undefined;
  readonly levels?: readonly IncidentLevel[] | null | undefined;
}
export type IncidentArgs = PageRequest & {
  filter?: IncidentFilter | null | undefined;
  overdue?: boolean | null | undefined;
};

export function incidents(args: IncidentArgs, context: HubContext): Promise<Page<IncidentRow>> {
  const filter = args.filter ?? {};
  const page = readIncidents(context.db, {
    ...reportQuery(args, context),
    departments: listInput('departments', filter.departments)?.map((code) => DEPARTMENTS[code].slug),
    classPrefixes: listInput('classes', filter.classes)?.map((code) => classPrefix(classInput('classes', code))),
    states: listInput('states', filter.states),
    levels: listInput('levels', filter.levels),
    overdue: args.overdue ?? undefined,
    now: context.now(),
  });
  return asSeen(page, context);
}

export const incident = async (id: string, context: HubContext): Promise<IncidentRow | null> =>
  (await context.loaders.incident.load(idInput('id', id))) ?? null;

/** A class of GB/T 35561 from outside; anything else is BAD_INPUT. */
export function classInput(name: string, code: string): string {
  if (!isIncidentClass(code))
    throw new HubError('BAD_INPUT', `${name}: "${code.slice(0, 20)}" is no class of GB/T 35561, such as 20800`);
  return code;
}

export const classOf = (code: string | null): IncidentClass | null => (code === null ? null : classNamed(code));

export function parentOf({ code }: IncidentClass): IncidentClass | null {
  const above = classAbove(code);
  return above === undefined ? null : classNamed(above);
}

/** Newest first, the present one among them; at most 100. */
export const history = (row: IncidentRow, context: HubContext): Promise<readonly IncidentRevisionRow[]> =>
  context.loaders.revisionsOfIncident.load(row.id);
