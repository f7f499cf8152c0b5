import type { MultiPolygon, Polygon } from 'geojson';
import { expand } from '../../events/live-iterator.js';
import type { DepartmentCode } from '../../model/department.js';
import { divisionPrefix } from '../../model/division.js';
import type { WarningSnapshot } from '../../model/entry.js';
import { HAZARDS } from '../../model/hazard.js';
import type { WarningText } from '../../model/record.js';
import type { DivisionRow, Page } from '../../model/rows.js';
import {
  WARNING_LEVELS,
  type WarningChangeKind,
  type WarningLevel,
  type WarningState,
  type WarningStatus,
} from '../../model/warning.js';
import { draftsSeen, seesWarning, statusesSeen } from '../../model/warning-sight.js';
import type { PageRequest } from '../../prisma/store/keyset.js';
import { readWarnings } from '../../prisma/store/read-warnings.js';
import { type HubContext, renewLoaders } from '../context.js';
import { areaInput, divisionInput, listInput } from './area-input.js';
import { idInput } from './text-input.js';
import { touching } from './touching.js';

export interface WarningFilter {
  readonly departments?: readonly DepartmentCode[] | null | undefined;
  readonly divisions?: readonly string[] | null | undefined;
  readonly hazardCodes?: readonly string[] | null | undefined;
  readonly minLevel?: WarningLevel | null | undefined;
  readonly states?: readonly WarningState[] | null | undefined;
  readonly statuses?: readonly WarningStatus[] | null | undefined;
  readonly within?: unknown;
}

/** Without `states`, those in force now. */
export function warnings(
  args: PageRequest & { filter?: WarningFilter | null | undefined },
  context: HubContext,
): Promise<Page<WarningSnapshot>> {
  const filter = args.filter ?? {};
  const within = areaInput(filter.within);
  return readWarnings(context.db, {
    first: args.first,
    after: args.after,
    departments: listInput('departments', filter.departments),
    divisionPrefixes: divisionInput(context.divisions, filter.divisions),
    hazardCodes: listInput('hazardCodes', filter.hazardCodes)?.map((code) => idInput('hazardCodes', code)),
    levels: atLeast(filter.minLevel),
    states: listInput('states', filter.states) ?? ['ACTIVE'],
    seen: { statuses: statusesSeen(context.viewer), drafts: draftsSeen(context.viewer) },
    statuses: listInput('statuses', filter.statuses),
    matches: within && touchingWarnings(within, context),
    now: context.now(),
  });
}

export const warning = async (id: string, context: HubContext): Promise<WarningSnapshot | null> =>
  (await context.loaders.warning.load(idInput('id', id))) ?? null;

const atLeast = (level: WarningLevel | null | undefined): readonly WarningLevel[] | undefined =>
  level ? WARNING_LEVELS.slice(WARNING_LEVELS.indexOf(level)) : undefined;

/** Whether the message's own polygon, or else the outline of one of its divisions, touches `within`. */
function touchingWarnings(within: Polygon | MultiPolygon, context: HubContext): (warning: WarningSnapshot) => boolean {
  const touches = touching(within);
  return (warning) => (warning.area ? touches(warning.area) : outlinesOf(warning, context).some(touches));
}

/** Time decides last: a warning past its expiry is over, whether or not that has been written down. */
export const stateOf = (warning: WarningSnapshot, context: HubContext): WarningState =>
  warning.state === 'ACTIVE' && new Date(warning.expiresAt) <= context.now() ? 'EXPIRED' : warning.state;

/** The text in the language asked for, or of the same language elsewhere, else the first there is of the hub's order, else any. */
export function textOf(
  warning: WarningSnapshot,
  language: string | null | undefined,
  { languages }: Pick<HubContext, 'languages'>,
): WarningText | undefined {
  const find = (wanted: string): WarningText | undefined =>
    warning.texts.find((text) => text.language.toLowerCase() === wanted) ??
    warning.texts.find((text) => text.language.toLowerCase().split('-')[0] === wanted.split('-')[0]);
  for (const wanted of [...(language ? [language] : []), ...languages]) {
    const found = find(wanted.toLowerCase());
    if (found) return found;
  }
  return warning.texts[0];
}

/** The hazard's name from the code list, else as the message has it. */
export function hazardOf(warning: WarningSnapshot, language: string, context: Pick<HubContext, 'languages'>): string {
  const known = HAZARDS[warning.hazardCode];
  if (known && language.startsWith('zh')) return known.zh;
  if (known && language.startsWith('en')) return known.en;
  return textOf(warning, language, context)?.hazard ?? warning.hazardCode;
}

/** The divisions that the message names and the hub knows. */
export const divisionsOf = (warning: WarningSnapshot, context: HubContext): DivisionRow[] => [
  ...new Set(warning.divisionCodes.flatMap((code) => context.divisions.get(code) ?? [])),
];

/** The message's own polygon, else the outlines of its divisions; null where neither is known. */
export function area(warning: WarningSnapshot, context: HubContext): Polygon | MultiPolygon | null {
  if (warning.area) return warning.area;
  const coordinates = outlinesOf(warning, context).flatMap((each) =>
    each.type === 'Polygon' ? [each.coordinates] : each.coordinates,
  );
  return coordinates.length > 0 ? { type: 'MultiPolygon', coordinates } : null;
}

const outlinesOf = (warning: WarningSnapshot, context: HubContext): (Polygon | MultiPolygon)[] => [
  ...new Set(divisionsOf(warning, context).flatMap((row) => context.divisions.outline(row.code) ?? [])),
];

export async function supersedes(warning: WarningSnapshot, context: HubContext): Promise<WarningSnapshot[]> {
  const identifiers = await context.loaders.supersedes.load(warning.identifier);
  const found = await Promise.all(identifiers.map((identifier) => context.loaders.warning.load(identifier)));
  return found.filter((each) => each !== undefined);
}

/** A change as subscribers get it: the warning as it stood then. */
export interface WarningChange {
  readonly cursor: string;
  readonly kind: WarningChangeKind;
  readonly at: Date;
  readonly warning: WarningSnapshot;
}

/** With a cursor first everything missed, in order, then live: no gap, no duplicate. */
export async function warningChanged(
  args: { after?: string | null | undefined; filter?: WarningFilter | null | undefined },
  context: HubContext,
): Promise<AsyncIterableIterator<WarningChange>> {
  const matches = matcher(args.filter ?? {}, context);
  const source = await context.hub.subscribe(['warning'], { after: args.after, onSlow: () => context.onSlow() });
  return expand(source, ({ cursor, entry }) => {
    if (!seesWarning(entry.payload.warning, context.viewer) || !matches(entry.payload.warning)) return [];
    renewLoaders(context);
    return [{ cursor, kind: entry.payload.kind, at: entry.at, warning: entry.payload.warning }];
  });
}

function matcher(filter: WarningFilter, context: HubContext): (warning: WarningSnapshot) => boolean {
  const within = areaInput(filter.within);
  const touches = within && touchingWarnings(within, context);
  const prefixes = divisionInput(context.divisions, filter.divisions);
  const departments: readonly string[] | undefined = listInput('departments', filter.departments);
  const hazardCodes = listInput('hazardCodes', filter.hazardCodes)?.map((code) => idInput('hazardCodes', code));
  const levels = atLeast(filter.minLevel);
  const states = listInput('states', filter.states);
  const statuses = listInput('statuses', filter.statuses);
  return (warning) =>
    (!departments || departments.includes(warning.departmentCode)) &&
    (!hazardCodes || hazardCodes.includes(warning.hazardCode)) &&
    (!levels || levels.includes(warning.level)) &&
    (!states || states.includes(stateOf(warning, context))) &&
    (!statuses || statuses.includes(warning.status)) &&
    (!prefixes ||
      warning.divisionCodes.some((code) => prefixes.some((prefix) => overlaps(divisionPrefix(code), prefix)))) &&
    (!touches || touches(warning));
}

const overlaps = (a: string, b: string): boolean => a.startsWith(b) || b.startsWith(a);
