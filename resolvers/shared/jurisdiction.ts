import { HubError } from '../../model/errors.js';
import type {
  JurisdictionAreaRow,
  JurisdictionKind,
  JurisdictionRow,
  Jurisdictions,
  Spot,
} from '../../model/jurisdiction.js';
import { assignArea, endArea, saveJurisdiction as save } from '../../prisma/store/jurisdictions.js';
import { type HubContext, renewLoaders, requireAdmin } from '../context.js';
import { areaInput } from './area-input.js';
import { idInput, lineInput } from './text-input.js';

const all = (context: HubContext): Promise<Jurisdictions> => context.loaders.jurisdictions.load('all');

export const jurisdictions = async (at: Date | null | undefined, context: HubContext): Promise<JurisdictionRow[]> =>
  (await all(context)).at(at ?? context.now());

export const jurisdiction = async (id: string, context: HubContext): Promise<JurisdictionRow | null> =>
  (await all(context)).get(idInput('id', id)) ?? null;

/** Who answers for a spot, now if no moment is given; null where nobody is known to. */
export const answerable = async (
  spot: Spot,
  at: Date | null | undefined,
  context: HubContext,
): Promise<JurisdictionRow | null> => (await all(context)).answerable(spot, at ?? context.now()) ?? null;

export const parentOf = async (row: JurisdictionRow, context: HubContext): Promise<JurisdictionRow | null> =>
  row.parentId === null ? null : ((await all(context)).get(row.parentId) ?? null);

export const areasOf = async (
  row: JurisdictionRow,
  at: Date | null | undefined,
  context: HubContext,
): Promise<JurisdictionAreaRow[]> => (await all(context)).areasOf(row.id, at ?? context.now());

/** A GeoJSON point as a spot, in the smallest division that is known to hold it. */
export function pointInput(value: unknown, context: HubContext): Spot {
  const { type, coordinates } = value as { type?: unknown; coordinates?: unknown };
  const [lon, lat] = Array.isArray(coordinates) ? (coordinates as unknown[]) : [];
  const fits = typeof lon === 'number' && typeof lat === 'number' && Math.abs(lon) <= 180 && Math.abs(lat) <= 90;
  if (type !== 'Point' || !fits)
    throw new HubError('BAD_INPUT', 'position: a GeoJSON Point of [longitude, latitude] is needed');
  return { lon, lat, divisionCode: context.divisions.at(lon, lat) ?? null };
}

export interface JurisdictionInput {
  readonly id: string;
  readonly kind: JurisdictionKind;
  readonly nameZh: string;
  readonly nameEn?: string | null | undefined;
  readonly parent?: string | number | null | undefined;
  readonly validFrom: Date;
  readonly validTo?: Date | null | undefined;
}

export async function saveJurisdiction(input: JurisdictionInput, context: HubContext): Promise<JurisdictionRow> {
  requireAdmin(context);
  const id = idInput('id', input.id);
  if (!/^(city|xpcc|army|other):[\w.-]{1,60}$/.test(id))
    throw new HubError('BAD_INPUT', 'id: write it as "<kind>:<code>", e.g. "xpcc:07-123"');
  const nameZh = lineInput('nameZh', input.nameZh, 200);
  const { validFrom, validTo = null } = input;
  if (validTo && validTo <= validFrom) throw new HubError('BAD_INPUT', 'validTo: must be after validFrom');
  const parentId = input.parent == null ? null : String(input.parent);
  const known = await all(context);
  if (parentId !== null && !known.get(parentId))
    throw new HubError('BAD_INPUT', `parent: no jurisdiction "${parentId.slice(0, 80)}"`);
  for (let above = parentId; above !== null; above = known.get(above)?.parentId ?? null)
    if (above === id) throw new HubError('BAD_INPUT', 'parent: a jurisdiction cannot lie above itself');
  const nameEn = input.nameEn == null ? null : lineInput('nameEn', input.nameEn, 200);
  const saved = await save(context.db, {
    id,
    kind: input.kind,
    nameZh,
    nameEn,
    parentId,
    validFrom: dayOf(validFrom),
    validTo: validTo && dayOf(validTo),
  });
  renewLoaders(context);
  return saved;
}

export interface AssignInput {
  readonly jurisdiction: string;
  readonly division?: string | null | undefined;
  readonly area?: unknown;
  readonly from: Date;
  readonly source: string;
}

/** Returns the jurisdiction as it is then. */
export async function assignJurisdiction(input: AssignInput, context: HubContext): Promise<JurisdictionRow> {
  requireAdmin(context);
  const jurisdictionId = idInput('jurisdiction', input.jurisdiction);
  if ((input.division == null) === (input.area == null))
    throw new HubError('BAD_INPUT', 'give either a division or an area, and not both');
  const area = areaInput(input.area, 'area') ?? null;
  const divisionCode = input.division == null ? null : context.divisions.get(input.division)?.code;
  if (divisionCode === undefined)
    throw new HubError('BAD_INPUT', `division: no division "${String(input.division).slice(0, 20)}"`);
  const assigned = await assignArea(context.db, {
    jurisdictionId,
    divisionCode,
    area,
    from: dayOf(input.from),
    source: lineInput('source', input.source, 200),
  });
  renewLoaders(context);
  if ('id' in assigned) return (await jurisdiction(jurisdictionId, context)) as JurisdictionRow;
  if (assigned.refused === 'unknown') throw new HubError('NOT_FOUND', `no jurisdiction "${jurisdictionId}"`);
  throw new HubError('CONFLICT', `division ${divisionCode} is assigned from a later day already: end that first`);
}

export async function endJurisdictionArea(id: string, to: Date, context: HubContext): Promise<boolean> {
  requireAdmin(context);
  const ended = await endArea(context.db, idInput('id', id), dayOf(to));
  renewLoaders(context);
  if (!ended) throw new HubError('NOT_FOUND', 'no assignment with this id holds on that day');
  return true;
}

/** The calendar day in Asia/Shanghai, as the midnight of UTC that a date column keeps. */
const dayOf = (moment: Date): Date =>
  new Date(`${new Date(moment.getTime() + 8 * 3_600_000).toISOString().slice(0, 10)}T00:00:00Z`);
