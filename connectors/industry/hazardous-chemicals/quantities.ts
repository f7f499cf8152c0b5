import type { PropertyName } from '../../../model/property.js';
import type { Quality } from '../../../model/record.js';

/** Names in lower case. No standard fixes them. */
export const DEFAULT_QUANTITIES: Readonly<Record<string, PropertyName>> = {
  level: 'tank-level',
  液位: 'tank-level',
  'tank-level': 'tank-level',
  filling: 'tank-filling',
  充装率: 'tank-filling',
  'tank-filling': 'tank-filling',
  pressure: 'tank-pressure',
  压力: 'tank-pressure',
  'tank-pressure': 'tank-pressure',
  temperature: 'tank-temperature',
  temp: 'tank-temperature',
  温度: 'tank-temperature',
  'tank-temperature': 'tank-temperature',
  combustible: 'combustible-gas',
  'combustible-gas': 'combustible-gas',
  combustible_gas: 'combustible-gas',
  可燃气体: 'combustible-gas',
  可燃气体浓度: 'combustible-gas',
  toxic: 'toxic-gas',
  'toxic-gas': 'toxic-gas',
  toxic_gas: 'toxic-gas',
  有毒气体: 'toxic-gas',
  有毒气体浓度: 'toxic-gas',
};

/** Marks in lower case; 192, 64 and 0 are OPC's good, uncertain and bad. */
export const DEFAULT_QUALITIES: Readonly<Record<string, Quality>> = {
  good: 'GOOD',
  '192': 'GOOD',
  正常: 'GOOD',
  uncertain: 'SUSPECT',
  '64': 'SUSPECT',
  可疑: 'SUSPECT',
  bad: 'ERRONEOUS',
  '0': 'ERRONEOUS',
  异常: 'ERRONEOUS',
  故障: 'ERRONEOUS',
};

/** To the property's own unit: value × factor + offset. Units in lower case, without blanks. */
const UNITS: Readonly<Partial<Record<PropertyName, Readonly<Record<string, readonly [number, number]>>>>> = {
  'tank-level': { m: [1, 0], 米: [1, 0], cm: [0.01, 0], 厘米: [0.01, 0], mm: [0.001, 0], 毫米: [0.001, 0] },
  'tank-filling': { '%': [1, 0], '1': [100, 0] },
  'tank-pressure': {
    kpa: [1, 0],
    pa: [0.001, 0],
    hpa: [0.1, 0],
    mbar: [0.1, 0],
    bar: [100, 0],
    mpa: [1000, 0],
    'kgf/cm2': [98.0665, 0],
    'kgf/cm²': [98.0665, 0],
  },
  'tank-temperature': {
    '℃': [1, 0],
    '°c': [1, 0],
    c: [1, 0],
    cel: [1, 0],
    摄氏度: [1, 0],
    k: [1, -273.15],
    '℉': [5 / 9, -160 / 9],
    '°f': [5 / 9, -160 / 9],
    f: [5 / 9, -160 / 9],
  },
  'combustible-gas': { '%lel': [1, 0], 'lel%': [1, 0], lel: [1, 0], '%{lel}': [1, 0] },
  'toxic-gas': {
    ppm: [1, 0],
    '[ppm]': [1, 0],
    'umol/mol': [1, 0],
    'μmol/mol': [1, 0],
    'µmol/mol': [1, 0],
    ppb: [0.001, 0],
    '%vol': [10_000, 0],
  },
};

export interface Measure {
  readonly property: PropertyName;
  /** A value in the sent unit, in the property's. */
  convert(value: number): number;
}

/** What a quantity in a unit is; a level in per cent is a filling. Else why it cannot be known, as the end of a sentence. */
export function measureOf(
  quantity: string,
  unit: string,
  quantities: Readonly<Record<string, PropertyName>>,
): Measure | string {
  const name = quantity.trim().toLowerCase();
  const named = Object.hasOwn(quantities, name) ? quantities[name] : undefined;
  if (named === undefined)
    return `quantity ${JSON.stringify(quantity.slice(0, 60))} is not known: add it to the setting "quantities"`;
  const key = unit.replaceAll(/\s/g, '').toLowerCase();
  const property = named === 'tank-level' && key === '%' ? 'tank-filling' : named;
  const units = UNITS[property];
  const [factor, offset] = (units && Object.hasOwn(units, key) ? units[key] : undefined) ?? [];
  if (factor === undefined || offset === undefined)
    return `unit ${JSON.stringify(unit.slice(0, 40))} is none of ${named}: ${hint(property, key)}`;
  return { property, convert: (value) => clean(value * factor + offset) };
}

/** What conversion leaves in the last digits is not of the source. */
const clean = (value: number): number => Number(value.toPrecision(12));

function hint(property: PropertyName, unit: string): string {
  if (property === 'toxic-gas' && /mg\/m/.test(unit))
    return 'mg/m³ needs the molar mass of the gas; have the gateway send ppm';
  if (property === 'combustible-gas' && unit === '%vol')
    return '%VOL needs the explosive limit of the gas; have the gateway send %LEL';
  return `send one of ${Object.keys(UNITS[property] ?? {}).join(', ') || "the property's own unit"}`;
}
