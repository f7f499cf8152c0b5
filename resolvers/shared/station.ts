import type { Coarsening } from '../../model/access.js';
import { type DepartmentCode, departmentOfFeed } from '../../model/department.js';
import { HubError } from '../../model/errors.js';
import { PROPERTIES, PROPERTY_NAMES, type PropertyName } from '../../model/property.js';
import type { DatastreamRow, Page, StationRow, ThresholdRow } from '../../model/rows.js';
import { feedOfStation } from '../../model/sight.js';
import type { PageRequest } from '../../prisma/store/keyset.js';
import { readStations } from '../../prisma/store/read-stations.js';
import { seenPage, seenStations } from '../coarsen.js';
import type { HubContext } from '../context.js';
import { areaInput, divisionInput, listInput } from './area-input.js';
import { type Near, nearInput } from './near-input.js';
import { reachOf } from './report.js';
import { idInput } from './text-input.js';

export interface StationFilter {
  readonly departments?: readonly DepartmentCode[] | null | undefined;
  readonly divisions?: readonly string[] | null | undefined;
  readonly properties?: readonly string[] | null | undefined;
  readonly within?: unknown;
  readonly near?: Near | null | undefined;
}

export async function stations(
  args: PageRequest & { filter?: StationFilter | null | undefined },
  context: HubContext,
): Promise<Page<StationRow>> {
  const filter = args.filter ?? {};
  const place = {
    divisionPrefixes: divisionInput(context.divisions, filter.divisions),
    within: areaInput(filter.within),
    near: nearInput(filter.near),
  };
  const page = await readStations(context.db, {
    first: args.first,
    after: args.after,
    departments: listInput('departments', filter.departments),
    properties: propertyInput(filter.properties),
    ...place,
    reach: reachOf(place, context, { kind: 'property' }),
  });
  return seenPage(page, (rows) => seenStations(context.viewer.sight, rows));
}

export const station = async (id: string, context: HubContext): Promise<StationRow | null> =>
  (await context.loaders.station.load(idInput('id', id))) ?? null;

export const datastream = async (id: string, context: HubContext): Promise<DatastreamRow | null> =>
  (await context.loaders.datastream.load(idInput('id', id))) ?? null;

/** How the viewer sees a datastream's values; undefined where not at all. */
export const sightOf = ({ stationId, property }: DatastreamRow, { viewer }: HubContext): Coarsening | undefined =>
  viewer.sight.ofPart(feedOfStation(stationId), { property });

export const departmentOf = (row: StationRow): DepartmentCode => departmentOfFeed(row.feedId);

/** Property names of a filter; one that the hub does not know is BAD_INPUT. */
export function propertyInput(names: readonly string[] | null | undefined): readonly string[] | undefined {
  return listInput('properties', names)?.map((name) => {
    if (!PROPERTY_NAMES.includes(name as PropertyName))
      throw new HubError('BAD_INPUT', `properties: "${name.slice(0, 40)}" is none of ${PROPERTY_NAMES.join(', ')}`);
    return name;
  });
}

export const unitOf = (row: DatastreamRow): string => PROPERTIES[row.property as PropertyName]?.unit ?? '1';

/** Those of its property, for its sensor or for every one. */
export async function thresholdsOf(row: DatastreamRow, context: HubContext): Promise<readonly ThresholdRow[]> {
  const all = await context.loaders.thresholdsOfStation.load(row.stationId);
  return all.filter(({ property, sensor }) => property === row.property && (sensor === '' || sensor === row.sensor));
}

/** The station of a datastream; the database keeps that reference. */
export async function stationOf(row: DatastreamRow, context: HubContext): Promise<StationRow> {
  const found = await context.loaders.station.load(row.stationId);
  if (!found) throw new HubError('NOT_FOUND', `no station "${row.stationId}"`);
  return found;
}
