import type { Coarsening } from './access.js';
import { classNamed } from './incident.js';
import type { LiveAnswer } from './live.js';
import { liveNounOf } from './live-nouns.js';
import type { RegisterField, RegisterFields } from './register.js';
import { registerOf } from './registers.js';
import type { RegisterRow } from './rows.js';

/** What tells a place more closely than its township does. */
const PLACE = ['lon', 'lat', 'originalLon', 'originalLat', 'originalCrs', 'geometry', 'address', 'placeNote'] as const;
const STAKES = ['startStake', 'endStake', 'startStakeMetres', 'endStakeMetres', 'direction'] as const;
/** Free text of a report, which may name the very house: null, or '' where the schema has a text always. */
const FREE_TEXT = ['impact', 'causeText', 'measures', 'reopenReason'] as const;
const EMPTIED = ['description', 'section', 'text', 'place'] as const;
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

/** What a feed brought. */
export interface Brought {
  readonly feedId: string;
}

/** A report as a grant lets it be seen; the very row where nothing is left out. */
export function coarsenReport<R extends Brought>(row: R, { position, value, names }: Coarsening): R {
  if (!position && !value && !names) return row;
  const shown: Record<string, unknown> = Object.fromEntries(Object.entries(row));
  const hide = (keys: readonly string[]): void => {
    for (const key of keys) if (key in shown) shown[key] = null;
  };
  if (position) {
    hide([...PLACE, ...STAKES, ...FREE_TEXT]);
    for (const key of EMPTIED) if (typeof shown[key] === 'string') shown[key] = '';
    // The title of an incident is free text as well: in its stead the name of its class.
    if ('title' in shown) shown.title = typeof shown.classCode === 'string' ? classNamed(shown.classCode).zh : '';
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

/** Of described fields those that are left in. */
function coarsenFields(
  described: readonly RegisterField[],
  fields: RegisterFields,
  { position, value, names }: Coarsening,
): RegisterFields {
  const hidden = described.filter(
    (field) =>
      (names && (field.personal || field.ofPerson || field.name.endsWith('Name'))) ||
      (value && (field.type === 'number' || field.type === 'integer' || field.type === 'parts')) ||
      (position && /address|location/i.test(field.name)),
  );
  return Object.fromEntries(
    Object.entries(fields).filter(([name]) => !hidden.some((field) => field.name === name)),
  ) as RegisterFields;
}

/** The same of an entry of a register, by the description of its fields. */
export function coarsenEntry<R extends RegisterRow>(row: R, how: Coarsening): R {
  const { position, value, names } = how;
  if (!position && !value && !names) return row;
  const noun = registerOf(row.noun);
  const fields = coarsenFields([...(noun?.fields ?? []), ...(noun?.derived?.fields ?? [])], row.fields, how);
  const name = names && noun?.ofPeople ? '' : row.name;
  const placed = position ? coarsenReport(row, { position, value: false, names: false }) : row;
  return { ...placed, name, fields };
}

/** The same of what a department's own service answers. */
export function coarsenLive(noun: string, answer: LiveAnswer, how: Coarsening): LiveAnswer {
  if (!answer.value?.fields) return answer;
  const fields = coarsenFields(liveNounOf(noun)?.fields ?? [], answer.value.fields, how);
  return { ...answer, value: { ...answer.value, fields } };
}
