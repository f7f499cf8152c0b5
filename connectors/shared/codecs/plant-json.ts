import { DecodeError } from './decode-error.js';
import { isJsonObject, readJson, shownJson } from './json-text.js';

/** A message of every point of a large plant is a tenth of it. */
export const MAX_PLANT_BYTES = 1_048_576;
const MAX_ITEMS = 10_000;
/** What a message may hold, by key; several spellings of one thing. */
const SECTIONS = {
  points: ['points', 'point'],
  equipment: ['equipment', 'equipments', 'equips'],
  enterprises: ['enterprise', 'enterprises', 'company', 'companies'],
  hazards: ['hazards', 'hazard', 'majorHazards'],
} as const;
type Section = keyof typeof SECTIONS;
const SECTION_OF: ReadonlyMap<string, Section> = new Map(
  Object.entries(SECTIONS).flatMap(([section, keys]) => keys.map((key) => [key, section as Section] as const)),
);
/** Base data may also come without a section, known by the name it gives. */
const sectionOf = (part: unknown): Section => {
  if (!isJsonObject(part) || 'pointCode' in part) return 'points';
  return 'hazardName' in part ? 'hazards' : 'companyName' in part ? 'enterprises' : 'points';
};
/** Said once for all that a message holds. */
const COMMON = ['companyCode', 'hazardCode', 'equipCode', 'time'];

/** One part of a message: its own fields over those said for the whole. */
export interface PlantItem {
  readonly fields: Readonly<Record<string, unknown>>;
  /** This part alone, as a message of its own. */
  readonly raw: string;
}

/** A part that is no object; the others stand. */
export interface PlantFault {
  readonly raw: string;
  readonly message: string;
}

export type PlantMessage = Readonly<Record<Section, readonly PlantItem[]>> & { readonly faults: readonly PlantFault[] };

/**
 * A message of a plant's gateway: one point, an array of points, or an object of `points`, `equipment`, `enterprise` and `hazards`,
 * each one object or an array; a company's or a hazard's base data also alone, or in the array. Throws DecodeError where the whole cannot be trusted, and for an object that holds none of them.
 */
export function readPlant(bytes: Uint8Array): PlantMessage {
  const value = readJson(bytes, { maxBytes: MAX_PLANT_BYTES, maxDepth: 10 });
  const found = { points: [], equipment: [], enterprises: [], hazards: [] } as Record<Section, PlantItem[]>;
  const faults: PlantFault[] = [];
  let items = 0;
  const add = (section: Section, part: unknown, common: Readonly<Record<string, unknown>>): void => {
    items += 1;
    if (items > MAX_ITEMS) throw new DecodeError('too-large', `more than ${MAX_ITEMS} parts: send them in several`);
    if (!isJsonObject(part)) {
      faults.push({
        raw: JSON.stringify({ ...common, [section]: part }),
        message: `${shownJson(part)} in ${section} is no object`,
      });
      return;
    }
    const fields = { ...common, ...part };
    found[section].push({ fields, raw: JSON.stringify(section === 'points' ? fields : { [section]: [fields] }) });
  };
  const all = (section: Section, part: unknown, common: Readonly<Record<string, unknown>> = {}): void => {
    if (Array.isArray(part)) for (const each of part as unknown[]) add(section, each, common);
    else add(section, part, common);
  };
  if (isJsonObject(value) && !('pointCode' in value)) {
    const common = Object.fromEntries(COMMON.flatMap((key) => (key in value ? [[key, value[key]]] : [])));
    const sections = Object.keys(value).filter((key) => SECTION_OF.has(key));
    const alone = sectionOf(value);
    if (alone !== 'points' && !sections.some((key) => SECTION_OF.get(key) === 'points'))
      add(alone, Object.fromEntries(Object.entries(value).filter(([key]) => !SECTION_OF.has(key))), {});
    else if (sections.length === 0)
      throw new DecodeError(
        'unsupported',
        `${shownJson(value)} holds neither a pointCode nor points, equipment, enterprise or hazards`,
      );
    for (const key of sections) all(SECTION_OF.get(key) as Section, value[key], common);
  } else if (Array.isArray(value)) for (const each of value as unknown[]) add(sectionOf(each), each, {});
  else add('points', value, {});
  return { ...found, faults };
}
