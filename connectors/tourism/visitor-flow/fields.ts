import type { ComfortLevel } from '../../../model/visitor-flow.js';
import { DecodeError } from '../../shared/codecs/decode-error.js';
import type { JsonPart } from '../../shared/codecs/json-parts.js';
import { shownJson } from '../../shared/codecs/json-text.js';

/** What platforms of scenic areas call their figures; no standard names them. */
export const FIELD_NAMES = {
  code: ['areaCode', 'scenicCode', 'scenicId', 'code', '景区编码', '景区代码'],
  name: ['areaName', 'scenicName', 'name', '景区名称'],
  time: ['time', 'statTime', 'observedAt', '统计时间', '采集时间'],
  inPark: ['inPark', 'realTimeNum', 'currentNum', '在园人数', '实时在园人数'],
  enteredToday: ['enteredToday', 'todayNum', 'inNum', '今日入园', '今日入园人数', '累计入园人数'],
  capacity: ['capacity', 'maxInstant', '瞬时最大承载量', '瞬时最大承载量(人)'],
  dailyCapacity: ['dailyCapacity', 'maxDaily', '日最大承载量', '日最大承载量(人)'],
  comfort: ['comfort', 'comfortIndex', '舒适度', '舒适度指数'],
  weather: ['weather', '天气'],
  parkingPlaces: ['parkingPlaces', 'parkingTotal', '停车位', '停车位数量'],
  parkingFree: ['parkingFree', '空余停车位', '剩余停车位'],
  lon: ['lon', 'lng', 'longitude', '经度'],
  lat: ['lat', 'latitude', '纬度'],
} as const;
export type FieldName = keyof typeof FIELD_NAMES;

/** Words and figures of the usual five steps. */
export const DEFAULT_COMFORT: Readonly<Record<string, ComfortLevel>> = {
  舒适: 'COMFORTABLE',
  较舒适: 'FAIRLY_COMFORTABLE',
  一般: 'FAIR',
  较拥挤: 'FAIRLY_CROWDED',
  拥挤: 'CROWDED',
};

export type OwnNames = Readonly<Partial<Record<FieldName, readonly string[]>>>;

/** The value under the first name that holds one. */
export function given({ fields }: JsonPart, name: FieldName, own: OwnNames = {}): unknown {
  for (const each of [...(own[name] ?? []), ...FIELD_NAMES[name]]) {
    const value = Object.hasOwn(fields, each) ? fields[each] : undefined;
    if (value !== undefined && value !== null && value !== '') return value;
  }
  return undefined;
}

/** One line of text, a number as its text; "" where there is none. */
export function textOf(part: JsonPart, name: FieldName, own?: OwnNames): string {
  const value = given(part, name, own) ?? '';
  if (typeof value !== 'string' && typeof value !== 'number')
    throw new DecodeError('malformed', `${FIELD_NAMES[name][0]} is ${shownJson(value)}, neither a text nor a number`);
  return String(value).trim();
}

const LARGEST = 10_000_000;

/** A count of people or places; undefined where there is none. Numbers in quotes are what platforms often send. */
export function countOf(part: JsonPart, name: FieldName, own?: OwnNames): number | undefined {
  const value = given(part, name, own);
  if (value === undefined || (typeof value === 'string' && value.trim() === '')) return undefined;
  const number = typeof value === 'string' && /^\s*[+-]?\d{1,9}(\.0*)?\s*$/.test(value) ? Number(value) : value;
  if (typeof number !== 'number' || !Number.isInteger(number))
    throw new DecodeError('not-a-number', `${FIELD_NAMES[name][0]} is ${shownJson(value)}, not a whole number`);
  if (number < 0 || number > LARGEST)
    throw new DecodeError('out-of-range', `${FIELD_NAMES[name][0]} ${number} cannot be true: 0 to ${LARGEST} can`);
  return number;
}

/** A coordinate; undefined where there is none. */
export function degreesOf(part: JsonPart, name: 'lon' | 'lat'): number | undefined {
  const value = given(part, name);
  if (value === undefined) return undefined;
  const number = typeof value === 'string' && /^\s*[+-]?\d{1,3}(\.\d{1,15})?\s*$/.test(value) ? Number(value) : value;
  if (typeof number !== 'number') throw new DecodeError('not-a-number', `${name} is ${shownJson(value)}, not a number`);
  return number;
}
