import type { RegisterRecord } from '../../../model/record.js';
import type { RegisterFields, RegisterNoun } from '../../../model/register.js';
import { checkFields, labelFaults } from '../../../model/register-check.js';
import { ENTERPRISE, MAJOR_HAZARD } from '../../../model/registers/industry.js';
import { DecodeError } from '../../shared/codecs/decode-error.js';
import { isJsonObject, shownJson } from '../../shared/codecs/json-text.js';
import type { PlantItem } from '../../shared/codecs/plant-json.js';
import type { PlantSettings } from './config.js';
import { neededText, numberOf, textOf } from './fields.js';
import type { Refuse } from './points.js';
import { placed } from './registry.js';

/** What gateways call a field, the first that is there counts; null and "" take it back. */
type Names = Readonly<Record<string, readonly string[]>>;

const ENTERPRISE_NAMES: Names = {
  creditCode: ['creditCode', 'unifiedSocialCreditCode', 'socialCreditCode'],
  address: ['address', 'companyAddress'],
  legalRepresentative: ['legalRepresentative', 'legalPerson'],
  safetyContactPost: ['safetyContactPost', 'safetyPost'],
  dutyPhone: ['dutyPhone'],
  chemicals: ['chemicals'],
};
const HAZARD_NAMES: Names = {
  kind: ['kind', 'hazardType'],
  chemicals: ['chemicals'],
  exposedPersons: ['exposedPersons', 'population500'],
  equipment: ['equipCodes'],
  sourceLevel: ['rLevel', 'hazardLevel'],
  sourceGradingIndex: ['rValue'],
};
const CHEMICAL_NAMES: Names = {
  name: ['name', 'chemicalName'],
  cas: ['cas', 'casNo'],
  un: ['un', 'unNo'],
  hazardClass: ['hazardClass'],
  thresholdTonnes: ['threshold', 'criticalQuantity'],
  factor: ['beta', 'β'],
};

type Given = Record<string, unknown>;

function named(source: Given, names: Names): Given {
  const found = Object.entries(names).flatMap(([field, keys]) => {
    const key = keys.find((each) => Object.hasOwn(source, each));
    return key === undefined ? [] : [[field, source[key]] as const];
  });
  return Object.fromEntries(found);
}

/** A company's base data. */
export function enterpriseRecord(item: PlantItem, settings: PlantSettings, refuse: Refuse): RegisterRecord {
  const given = named(item.fields, ENTERPRISE_NAMES);
  const { chemicals } = given;
  if (Array.isArray(chemicals))
    given.chemicals = (chemicals as unknown[]).map((each) =>
      isJsonObject(each) ? (each.name ?? each.chemicalName) : each,
    );
  const code = neededText(item, 'companyCode');
  return {
    ...entryOf(
      ENTERPRISE,
      { code, name: neededText(item, 'companyName', 'name') },
      checked(ENTERPRISE, given, settings),
    ),
    ...placeOf(item, settings, refuse),
    raw: JSON.stringify({ enterprise: [timeless(item)] }),
  };
}

/**
 * A hazard's base data. The source's own verdict may be wrong or odd: it is then left out and told of. Anything else that is
 * wrong refuses the whole: a level reckoned without one of the chemicals would be too low.
 */
export function hazardRecord(item: PlantItem, settings: PlantSettings, refuse: Refuse): RegisterRecord {
  const { sourceLevel, sourceGradingIndex, ...rest } = named(item.fields, HAZARD_NAMES);
  const given: Given = { ...rest, enterprise: neededText(item, 'companyCode') };
  if (Object.hasOwn(given, 'kind')) given.kind = KINDS.get(String(given.kind)) ?? given.kind;
  if (isJsonObject(given.chemicals) || Array.isArray(given.chemicals))
    given.chemicals = [given.chemicals].flat().map(chemicalOf);
  const fields = checked(MAJOR_HAZARD, given, settings);
  const said = Object.entries({ sourceLevel: levelOf(sourceLevel), sourceGradingIndex }).flatMap(([name, value]) => {
    if (value === undefined) return [];
    const { faults, ...read } = checkFields(MAJOR_HAZARD, { enterprise: given.enterprise, [name]: value });
    for (const { reason, detail } of faults ?? [])
      refuse(reason, `${HAZARD_NAMES[name]?.[0]} ${detail}: kept without it`, item.raw);
    return read.fields ? [[name, read.fields[name] ?? null] as const] : [];
  });
  const code = neededText(item, 'hazardCode');
  return {
    ...entryOf(
      MAJOR_HAZARD,
      { code, name: neededText(item, 'hazardName', 'name') },
      { ...fields, ...Object.fromEntries(said) },
    ),
    ...placeOf(item, settings, refuse),
    raw: JSON.stringify({ hazards: [timeless(item)] }),
  };
}

type Entry = Pick<RegisterRecord, 'kind' | 'noun' | 'code' | 'name' | 'fields' | 'status'>;

function entryOf({ noun }: RegisterNoun, label: { code: string; name: string }, fields: RegisterFields): Entry {
  const fault = labelFaults(label)[0];
  if (fault) throw new DecodeError('malformed', `${fault.field} ${fault.detail}`);
  return { kind: 'register', noun, ...label, fields, status: 'ACTUAL' };
}

function checked(noun: RegisterNoun, given: Given, { zone }: PlantSettings): RegisterFields {
  const { fields, faults } = checkFields(noun, given, zone);
  if (fields) return fields;
  const reason = faults[0]?.reason ?? 'malformed';
  throw new DecodeError(reason, faults.map(({ field, detail }) => `${field} ${detail}`).join('; '));
}

/** A company's code begins with the division it is registered in. */
function placeOf(
  item: PlantItem,
  settings: PlantSettings,
  refuse: Refuse,
): Pick<RegisterRecord, 'position' | 'divisionCode'> {
  const position = placed(item, settings, refuse);
  const divisionCode = textOf(item, 'division') || (/^(\d{6})\d+$/.exec(textOf(item, 'companyCode'))?.[1] ?? '');
  return { ...(position ? { position } : {}), ...(divisionCode === '' ? {} : { divisionCode }) };
}

/** When it was sent is no part of what is said: the same base data again must be the same. */
const timeless = ({ fields: { time: _time, ...fields } }: PlantItem): Given => fields;

const KINDS: ReadonlyMap<string, string> = new Map([
  ['罐区', 'TANK_FARM'],
  ['生产装置', 'INSTALLATION'],
  ['生产单元', 'INSTALLATION'],
  ['仓库', 'STORAGE'],
  ['储存单元', 'STORAGE'],
]);
const NUMERALS: Readonly<Record<string, number>> = { 一: 1, 二: 2, 三: 3, 四: 4, I: 1, II: 2, III: 3, IV: 4 };

/** 1, "1", "一级", "Ⅰ级", "一级重大危险源" as the code of the level; anything else as it is. */
function levelOf(said: unknown): unknown {
  if (typeof said !== 'string' && typeof said !== 'number') return said;
  const text = String(said).normalize('NFKC').trim().toUpperCase();
  const bare = text.replace(/重大危险源$/, '').replace(/级$/, '');
  const level = Object.hasOwn(NUMERALS, bare) ? NUMERALS[bare] : Number(bare || Number.NaN);
  return [1, 2, 3, 4].includes(level ?? 0) ? `LEVEL_${level}` : said;
}

const TONNES: Readonly<Record<string, number>> = { '': 1, t: 1, 吨: 1, kg: 0.001, 千克: 0.001 };

function chemicalOf(each: unknown): unknown {
  if (!isJsonObject(each)) return each;
  const unit = String(each.unit ?? '')
    .trim()
    .toLowerCase();
  const tonnes = Object.hasOwn(TONNES, unit) ? TONNES[unit] : undefined;
  if (tonnes === undefined)
    throw new DecodeError('unsupported', `unit ${shownJson(each.unit)} of a chemical is neither t nor kg`);
  const quantity = numberOf(each.quantity, 'quantity');
  return {
    ...named(each, CHEMICAL_NAMES),
    quantityTonnes: quantity === undefined ? null : Number((quantity * tonnes).toPrecision(12)),
  };
}
