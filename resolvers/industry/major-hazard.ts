import { departmentOfFeed } from '../../model/department.js';
import { MAJOR_HAZARD } from '../../model/registers/industry.js';
import type { RegisterRow, StationRow } from '../../model/rows.js';
import type { HubContext } from '../context.js';

const DEPARTMENT = 'INDUSTRY';
const MAX_LISTED = 200;

/** A plant's stations have the code "<company>/<equipment, else hazard>" within whichever feed brings them. */
const under = (company: string, context: HubContext): Promise<readonly StationRow[]> =>
  context.loaders.stationsUnder.load({ department: DEPARTMENT, prefix: company });
const partOf = (station: StationRow): string => station.code.slice(station.code.indexOf('/') + 1);

/** Every station of a company, by id; at most 1000. */
export const stationsOfEnterprise = (row: RegisterRow, context: HubContext): Promise<readonly StationRow[]> =>
  under(row.code, context);

/** Of the company's stations those that the unit names as its equipment, and one that stands for the unit itself. */
export async function stationsOfHazard(row: RegisterRow, context: HubContext): Promise<StationRow[]> {
  const { enterprise } = row.fields;
  if (typeof enterprise !== 'string') return [];
  return (await under(enterprise, context)).filter((station) => belongs(station, row));
}

function belongs(station: StationRow, hazard: RegisterRow): boolean {
  const { equipment } = hazard.fields;
  const part = partOf(station);
  return part === hazard.code || (Array.isArray(equipment) && (equipment as readonly unknown[]).includes(part));
}

const companyOf = ({ feedId, code }: StationRow): string | undefined =>
  departmentOfFeed(feedId) === DEPARTMENT && code.includes('/') ? code.slice(0, code.indexOf('/')) : undefined;

/** The company of a plant's station, as its own feed describes it if it does; null for any other station. */
export async function enterpriseOf(station: StationRow, context: HubContext): Promise<RegisterRow | null> {
  const code = companyOf(station);
  if (code === undefined) return null;
  const found = await context.loaders.entriesOfCode.load({ noun: 'enterprise', code });
  return found.find(({ feedId }) => feedId === station.feedId) ?? found[0] ?? null;
}

/** The units in use that a plant's station is equipment of, by id; none for any other station. */
export async function hazardsOf(station: StationRow, context: HubContext): Promise<RegisterRow[]> {
  const code = companyOf(station);
  if (code === undefined) return [];
  const found = await context.loaders.referring.load({ noun: MAJOR_HAZARD.noun, field: 'enterprise', code });
  return found.filter((hazard) => belongs(station, hazard)).slice(0, MAX_LISTED);
}
