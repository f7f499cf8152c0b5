import { DEPARTMENT_CODES, type DepartmentCode } from './department.js';

/** Digits 7–9 of a 12379 sender code. GB/T 4657: 416 weather, 332 water. The nine hundreds are the hub's own numbers, to be replaced
 *  by the department's code in the settings. */
export const AGENCY_OF: Readonly<Record<DepartmentCode, string>> = {
  WEATHER: '416',
  SEISMIC: '901',
  WATER: '332',
  NATURAL_RESOURCES: '902',
  FORESTRY: '903',
  PUBLIC_SECURITY: '904',
  INDUSTRY: '905',
  HOUSING: '906',
  TRANSPORT: '907',
  TOURISM: '908',
  ECOLOGY: '909',
  EMERGENCY: '910',
};

const IDENTIFIER = /^\d{6}(\d{3})\d{5}_\d{14}/;

/** The department that sent a warning with such an identifier; undefined where the identifier or its agency is not known. */
export function departmentOfAgency(identifier: string): DepartmentCode | undefined {
  const agency = IDENTIFIER.exec(identifier)?.[1];
  return DEPARTMENT_CODES.find((code) => AGENCY_OF[code] === agency);
}
