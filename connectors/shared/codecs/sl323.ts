import { instantOf, parseTime, zoneMinutes } from '../../../model/time.js';
import { DecodeError } from './decode-error.js';

/** One row of an SL 323-2011 table, its column codes in upper case, its values as texts. */
export type Sl323Row = Readonly<Record<string, string | null | undefined>>;

/** A column's text without the blanks that CHAR(n) pads with; undefined where there is none. */
export function textOf(row: Sl323Row, column: string): string | undefined {
  const text = row[column]?.trim();
  return text === undefined || text === '' ? undefined : text;
}

/** A number column; undefined where it is null. Throws DecodeError `not-a-number`. */
export function numberOf(row: Sl323Row, column: string): number | undefined {
  const text = textOf(row, column);
  if (text === undefined) return undefined;
  if (!/^[+-]?(\d+\.?\d*|\.\d+)$/.test(text)) throw new DecodeError('not-a-number', `${column} is "${shown(text)}"`);
  return Number(text);
}

/** STCD, the station's code of up to eight characters. Throws DecodeError where it is missing or no code. */
export function stationOf(row: Sl323Row): string {
  const code = textOf(row, 'STCD');
  if (code === undefined) throw new DecodeError('missing-field', 'STCD is empty');
  if (!/^[\w-]{1,20}$/.test(code)) throw new DecodeError('malformed', `STCD "${shown(code)}" is no station code`);
  return code;
}

/** TM, written without zone in SL 323; a zone that stands in the text wins. Throws DecodeError. */
export function timeOf(row: Sl323Row, zone: string, column = 'TM'): { readonly at: Date; readonly text: string } {
  const text = textOf(row, column);
  if (text === undefined) throw new DecodeError('missing-time', `${column} is empty`);
  // PostgreSQL writes whole hours of offset without their minutes.
  const at = parseTime(
    text.replace(/([+-]\d{2})$/, (offset, _digits, index) => (index > 10 ? `${offset}00` : offset)),
    zone,
  );
  if (!at) throw new DecodeError('bad-time', `${column} "${shown(text)}" is no time`);
  return { at, text };
}

/**
 * INTV, the length of a rain reading in "hours.minutes": 1.30 is an hour and a half, 0.05 five minutes, 1.5 an hour and fifty
 * minutes. Minutes; undefined where it is null. Throws DecodeError where the minutes are 60 or more.
 */
export function intervalMinutes(row: Sl323Row, column = 'INTV'): number | undefined {
  const text = textOf(row, column);
  if (text === undefined) return undefined;
  const [, hours, minutes = ''] = /^(\d{1,3})(?:\.(\d{1,2})0*)?$/.exec(text) ?? [];
  const total = Number(hours) * 60 + Number(minutes.padEnd(2, '0'));
  if (hours === undefined || Number(minutes.padEnd(2, '0')) > 59 || total === 0)
    throw new DecodeError('malformed', `${column} "${shown(text)}" is no length in hours.minutes`);
  return total;
}

/** BGMD and EDMD, the days of a year between which a level holds ("0601" to "0831"). Throws DecodeError. */
export function seasonOf(row: Sl323Row): { readonly from: string; readonly to: string } {
  return { from: monthDay(row, 'BGMD'), to: monthDay(row, 'EDMD') };
}

function monthDay(row: Sl323Row, column: string): string {
  const text = textOf(row, column);
  if (text === undefined) throw new DecodeError('missing-field', `${column} is empty: the limit's season is not known`);
  // A number column loses its leading zero.
  const digits = /^\d{3}$/.test(text) ? `0${text}` : text;
  const [month, day] = [Number(digits.slice(0, 2)), Number(digits.slice(2))];
  // 2000 had a 29 February.
  if (!/^\d{4}$/.test(digits) || !instantOf([2000, month, day], 'UTC'))
    throw new DecodeError('bad-time', `${column} "${shown(text)}" is no month and day`);
  return digits;
}

/** ADDVCD, 6, 9, 12 or 15 digits; undefined where it is null. Throws DecodeError `unknown-code`. */
export function divisionOf(row: Sl323Row): string | undefined {
  const code = textOf(row, 'ADDVCD');
  if (code === undefined) return undefined;
  if (!/^\d{6}(\d{3}){0,3}$/.test(code))
    throw new DecodeError('unknown-code', `ADDVCD "${shown(code)}" is not 6, 9, 12 or 15 digits`);
  return code;
}

/** STTP, the station's type: two letters in the standard (PP, ZZ, ZQ, RR, DD, ZG, TT …). */
export const typeOf = (row: Sl323Row): string | undefined => textOf(row, 'STTP')?.toUpperCase().slice(0, 8);

/** The clock time in a zone as SL 323 writes it. `zone` must be known. */
export const clockOf = (time: Date, zone: string): string =>
  new Date(time.getTime() + (zoneMinutes(zone) ?? 0) * 60_000).toISOString().slice(0, 19).replace('T', ' ');

const shown = (text: string): string => (text.length > 40 ? `${text.slice(0, 39)}…` : text);
