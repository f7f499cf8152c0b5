import { DecodeError } from './decode-error.js';
import { hex } from './sl651.js';

/** One element of a body, with what it holds. Arrays have several values, `minutesApart`. */
export interface Element {
  readonly id: string;
  readonly start: number;
  readonly dataStart: number;
  readonly end: number;
  readonly values: readonly (string | null)[];
  readonly minutesApart: number;
  /** Its length is sound, its content is not: the elements after it stand. */
  readonly fault?: DecodeError;
}

/** Twelve readings of one hour, binary: F4 rain in 0.1 mm, F5 to FC levels above the station's base in 0.01 m. */
const ARRAY_LENGTH = 12;
const RAIN_ARRAY = 0xf4;
const LEVEL_ARRAYS = { first: 0xf5, last: 0xfc } as const;
/** State and alarms, 32 bits. */
const STATUS = 0x45;
/** The second byte is the code: the maker's own. */
const EXTENDED = 0xff;

/**
 * The element at `at`: code, descriptor (high 5 bits the bytes, low 3 bits the decimals), data (clause 6.6.2). Throws DecodeError
 * where its end cannot be known.
 */
export function readElement(body: Uint8Array, at: number): Element {
  const own = body[at] === EXTENDED;
  const code = body[own ? at + 1 : at];
  const descriptor = body[own ? at + 2 : at + 1];
  if (code === undefined || descriptor === undefined) throw new DecodeError('malformed', 'ends within an element');
  const id = own ? `FF${hex(code, 2)}` : hex(code, 2);
  const [length, decimals] = [descriptor >> 3, descriptor & 7];
  const dataStart = at + (own ? 3 : 2);
  const end = dataStart + length;
  if (!own && (code === 0 || code > LEVEL_ARRAYS.last || (code >= 0xf0 && code < RAIN_ARRAY)))
    throw new DecodeError('malformed', `${id} is no element here: it and what follows is not read`);
  if (length === 0) throw new DecodeError('malformed', `${id} has no length: it and what follows is not read`);
  if (end > body.length)
    throw new DecodeError('malformed', `${id} says ${length} bytes, ${body.length - dataStart} are left`);
  const data = body.subarray(dataStart, end);
  const place = { id, start: at, dataStart, end };
  const size = own ? 0 : arrayItemBytes(code);
  if (size > 0) return { ...place, ...arrayOf(id, data, size) };
  try {
    const value = !own && code === STATUS ? bits(data) : bcd(id, data, decimals);
    return { ...place, values: [value], minutesApart: 0 };
  } catch (error) {
    if (!(error instanceof DecodeError)) throw error;
    return { ...place, values: [], minutesApart: 0, fault: error };
  }
}

const arrayItemBytes = (code: number): number =>
  code === RAIN_ARRAY ? 1 : code >= LEVEL_ARRAYS.first && code <= LEVEL_ARRAYS.last ? 2 : 0;

function arrayOf(id: string, data: Uint8Array, size: number): Pick<Element, 'values' | 'minutesApart'> {
  if (data.length !== ARRAY_LENGTH * size)
    throw new DecodeError('malformed', `${id} has ${data.length} bytes where ${ARRAY_LENGTH * size} belong`);
  const bytes = Buffer.from(data);
  const values = Array.from({ length: ARRAY_LENGTH }, (_, index) => {
    const item = bytes.readUIntBE(index * size, size);
    return item === 256 ** size - 1 ? null : decimal(String(item), size);
  });
  return { values, minutesApart: 5 };
}

/** A number's digits with the decimal point put in. */
function decimal(digits: string, decimals: number): string {
  const padded = digits.replace(/^0+/, '').padStart(decimals + 1, '0');
  return decimals === 0 ? padded : `${padded.slice(0, -decimals)}.${padded.slice(-decimals)}`;
}

/** All FF: no value. One FF before digits: less than zero. */
function bcd(id: string, data: Uint8Array, decimals: number): string | null {
  if (data.every((byte) => byte === 0xff)) return null;
  const negative = data[0] === 0xff;
  const digits = Buffer.from(negative ? data.subarray(1) : data).toString('hex');
  if (!/^\d+$/.test(digits))
    throw new DecodeError('not-a-number', `${id} holds ${digits.toUpperCase()}, which is not BCD`);
  return `${negative ? '-' : ''}${decimal(digits, decimals)}`;
}

function bits(data: Uint8Array): string | null {
  if (data.length > 4) throw new DecodeError('malformed', `45 has ${data.length} bytes where 4 belong`);
  if (data.every((byte) => byte === 0xff)) return null;
  return String(Buffer.from(data).readUIntBE(0, data.length));
}
