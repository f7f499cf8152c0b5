import { DecodeError } from '../../shared/codecs/decode-error.js';
import { shownJson } from '../../shared/codecs/json-text.js';
import type { PlantItem } from '../../shared/codecs/plant-json.js';

/** A text or a number as text, trimmed; "" where there is none. */
export function textOf({ fields }: PlantItem, ...names: readonly string[]): string {
  for (const name of names) {
    const value = Object.hasOwn(fields, name) ? fields[name] : undefined;
    if (value === undefined || value === null) continue;
    if (typeof value !== 'string' && typeof value !== 'number')
      throw new DecodeError('malformed', `${name} is ${shownJson(value)}, neither a text nor a number`);
    const text = String(value).trim();
    if (text !== '') return text;
  }
  return '';
}

export function neededText(item: PlantItem, ...names: readonly string[]): string {
  const text = textOf(item, ...names);
  if (text === '') throw new DecodeError('missing-field', `no ${names.join(' or ')}`);
  return text;
}

/** Undefined for null, an empty text and nothing at all. Numbers in quotes are what gateways often send. */
export function numberOf(value: unknown, name: string): number | undefined {
  if (value === null || value === undefined || (typeof value === 'string' && value.trim() === '')) return undefined;
  const text = typeof value === 'string' ? value.trim() : undefined;
  const number =
    text === undefined
      ? value
      : /^[+-]?(\d{1,15})(\.\d{1,15})?(e[+-]?\d{1,2})?$/i.test(text)
        ? Number(text)
        : undefined;
  if (typeof number !== 'number' || !Number.isFinite(number))
    throw new DecodeError('not-a-number', `${name} is ${shownJson(value)}, not a number`);
  return number;
}

/** "<company>/<equipment, else hazard source>": the station's code within the feed. */
export function stationCode(item: PlantItem): string {
  const company = neededText(item, 'companyCode');
  const part = neededText(item, 'equipCode', 'hazardCode');
  const code = `${company}/${part}`;
  if (code.length > 120 || /\p{Cc}/u.test(code))
    throw new DecodeError(
      'malformed',
      'companyCode and equipCode together are longer than 120 characters, or hold control characters',
    );
  return code;
}
