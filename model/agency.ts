import type { DepartmentCode } from './department.js';

/** GB/T 4657 agency codes, the digits 7–9 of a 12379 sender code, that stand for departments of the hub. */
const AGENCIES: Readonly<Record<string, DepartmentCode>> = { '416': 'WEATHER', '332': 'WATER' };

const IDENTIFIER = /^\d{6}(\d{3})\d{5}_\d{14}/;

/** The department that sent a warning with such an identifier; undefined where the identifier or its agency is not known. */
export function departmentOfAgency(identifier: string): DepartmentCode | undefined {
  const agency = IDENTIFIER.exec(identifier)?.[1];
  return agency === undefined ? undefined : AGENCIES[agency];
}
