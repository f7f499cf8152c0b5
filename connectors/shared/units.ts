import { PROPERTIES, type PropertyName } from '../../model/property.js';

/** A unit as its kind's base unit has it: base = value × factor + offset. */
interface Unit {
  readonly kind: string;
  readonly factor: number;
  readonly offset: number;
}

const kind = (
  name: string,
  units: Readonly<Record<string, number | readonly [factor: number, offset: number]>>,
): (readonly [string, Unit])[] =>
  Object.entries(units).flatMap(([names, size]) => {
    const [factor, offset] = typeof size === 'number' ? [size, 0] : size;
    return names.split(' ').map((each) => [each, { kind: name, factor, offset }] as const);
  });

/** What sources write, by kind: UCUM's codes first, then the signs and words people use. */
const UNITS: ReadonlyMap<string, Unit> = new Map([
  ...kind('temperature', { 'Cel °C ℃ C': 1, K: [1, -273.15], '[degF] °F ℉ F': [5 / 9, -160 / 9] }),
  ...kind('length', {
    'm 米': 1,
    'km 公里': 1000,
    dm: 0.1,
    'cm 厘米': 0.01,
    'mm 毫米': 0.001,
    'um μm': 1e-6,
    '[in_i] in': 0.0254,
    '[ft_i] ft': 0.3048,
  }),
  ...kind('speed', {
    'm/s 米/秒': 1,
    'km/h 公里/小时': 1 / 3.6,
    '[kn_i] kn kt': 1852 / 3600,
    mph: 0.44704,
    'cm/s': 0.01,
  }),
  ...kind('pressure', {
    Pa: 1,
    'hPa mbar 百帕': 100,
    'kPa 千帕': 1000,
    MPa: 1e6,
    bar: 1e5,
    'mm[Hg] mmHg': 133.322387415,
    atm: 101325,
  }),
  ...kind('share', { '% 百分比': 1, '1': 100 }),
  ...kind('angle', { 'deg ° 度': 1, rad: 180 / Math.PI }),
  ...kind('flow', { 'm3/s m³/s': 1, 'L/s l/s': 0.001, 'm3/h m³/h': 1 / 3600, 'm3/d m³/d': 1 / 86400 }),
  ...kind('volume', {
    '10*6.m3 百万立方米 百万m³': 1,
    '10*4.m3 万立方米 万m³': 0.01,
    '10*8.m3 亿立方米 亿m³': 100,
    'm3 m³': 1e-6,
  }),
  ...kind('voltage', { V: 1, mV: 0.001 }),
  ...kind('acceleration', { 'm/s2 m/s²': 1, 'Gal gal': 0.01, '[g] g': 9.80665 }),
  ...kind('share of LEL', { '%{LEL} %LEL': 1 }),
  ...kind('share by volume', { '[ppm] ppm': 1, '[ppb] ppb': 0.001, '%{vol} %vol %VOL': 10_000 }),
]);

/** Why a value in `unit` cannot be one of `property`; undefined where it can. */
export function unitFault(property: PropertyName, unit: string): string | undefined {
  const wanted = PROPERTIES[property].unit;
  if (unit === wanted) return undefined;
  const [from, to] = [UNITS.get(unit), UNITS.get(wanted)];
  // A plain number is no percentage, though it may be written for one.
  if (from && to && from.kind === to.kind && wanted !== '1') return undefined;
  const known = to ? [...UNITS].filter(([, each]) => each.kind === to.kind).map(([name]) => name) : [wanted];
  return `"${unit.slice(0, 30)}" is no unit of ${property}: write one of ${known.join(', ')}`;
}

/** A value in `unit`, for which `unitFault` found nothing, in the property's own unit; to twelve digits. */
export function converted(value: number, property: PropertyName, unit: string): number {
  const [from, to] = [UNITS.get(unit), UNITS.get(PROPERTIES[property].unit)];
  if (unit === PROPERTIES[property].unit || !from || !to) return value;
  return Number(((value * from.factor + from.offset - to.offset) / to.factor).toPrecision(12));
}
