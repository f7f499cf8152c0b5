import type { Coarsening } from '../model/access.js';
import type { RegisterFields } from '../model/register.js';
import { registerOf } from '../model/registers.js';
import type { Page, RegisterRow } from '../model/rows.js';
import { feedOfStation, type Sight } from '../model/sight.js';

/** What tells a place more closely than its township does. Free text of a report may name the very house. */
const PLACE = ['lon', 'lat', 'originalLon', 'originalLat', 'originalCrs', 'geometry', 'address', 'placeNote'] as const;
const STAKES = ['startStake', 'endStake', 'startStakeMetres', 'endStakeMetres'] as const;
/** Figures; what they are graded by stays where there is a grade (an air quality's category). */
const FIGURES = [
  'magnitude',
  'depthKm',
  'brightnessKelvin',
  'radiativePowerMegawatts',
  'confidencePercent',
  'runHours',
  'sourceAqi',
] as const;
const NAMES = ['contactName', 'contactPhone', 'preparedBy', 'reviewedBy'] as const;

/** GB/T 2260 with its extension: the first nine digits are the township's. */
const TOWNSHIP_DIGITS = 9;
export const townshipOf = (code: string | null): string | null =>
  code === null ? null : code.slice(0, TOWNSHIP_DIGITS);

interface Row {
  readonly feedId: string;
}

/** A report as a grant lets it be seen; the very row where nothing is left out. */
export function coarsenReport<R extends Row>(row: R, { position, value, names }: Coarsening): R {
  if (!position && !value && !names) return row;
  const shown: Record<string, unknown> = Object.fromEntries(Object.entries(row));
  const hide = (keys: readonly string[]): void => {
    for (const key of keys) if (key in shown) shown[key] = null;
  };
  if (position) {
    hide([...PLACE, ...STAKES]);
    if (typeof shown.description === 'string') shown.description = '';
    if ('divisionCode' in shown) shown.divisionCode = townshipOf(shown.divisionCode as string | null);
  }
  if (value) {
    hide(FIGURES);
    if ('pollutants' in shown) shown.pollutants = [];
    shown.graded = true;
  }
  if (names) hide(NAMES);
  return shown as unknown as R;
}

/** The same of an entry of a register, by the description of its fields. */
export function coarsenEntry<R extends RegisterRow>(row: R, { position, value, names }: Coarsening): R {
  if (!position && !value && !names) return row;
  const noun = registerOf(row.noun);
  const fields = [...(noun?.fields ?? []), ...(noun?.derived?.fields ?? [])];
  const hidden = fields.filter(
    (field) =>
      (names && (field.personal || field.name.endsWith('Name'))) ||
      (value && (field.type === 'number' || field.type === 'integer' || field.type === 'parts')) ||
      (position && /address|location/i.test(field.name)),
  );
  const kept = Object.entries(row.fields).filter(([name]) => !hidden.some((field) => field.name === name));
  // Of people themselves, the entry's own name is a person's.
  const name = names && noun?.name.zh === '姓名' ? '' : row.name;
  const placed = position ? coarsenReport(row, { position, value: false, names: false }) : row;
  return { ...placed, name, fields: Object.fromEntries(kept) as RegisterFields };
}

/** Of rows that a feed brought, those that the viewer may see, as they may see them. */
export function seen<R extends Row>(sight: Sight, rows: readonly R[]): readonly R[] {
  if (sight.all) return rows;
  return rows.flatMap((row) => {
    const how = sight.ofFeed(row.feedId);
    return how ? [coarsenReport(row, how)] : [];
  });
}

export function seenEntries<R extends RegisterRow>(sight: Sight, rows: readonly R[]): readonly R[] {
  if (sight.all) return rows;
  return rows.flatMap((row) => {
    const how = sight.ofPart(row.feedId, { register: row.noun });
    return how ? [coarsenEntry(row, how)] : [];
  });
}

/** Stations are placed by whatever of their feed is seen. */
export function seenStations<R extends Row>(sight: Sight, rows: readonly R[]): readonly R[] {
  if (sight.all) return rows;
  return rows.flatMap((row) => {
    const how = sight.ofStation(row.feedId);
    return how ? [coarsenReport(row, { ...how, value: false, names: false })] : [];
  });
}

/** A page of a list, each of its items as it is seen. The statement has left out the rest: no item goes missing here. */
export const seenPage = <R>(page: Page<R>, see: (rows: readonly R[]) => readonly R[]): Page<R> => {
  const items = see(page.items);
  return items === page.items ? page : { ...page, items };
};

/** Earlier revisions are shown to those who see all of a report: they would tell what is left out of it. */
export const seesHistory = (sight: Sight, reportId: string): boolean => {
  const how = sight.ofFeed(feedOfStation(reportId));
  return how !== undefined && !how.position && !how.value && !how.names;
};
