import { DecodeError } from './decode-error.js';

/** A day of the whole world in VIIRS is twice this: ask for a country or an area. */
export const MAX_FIRMS_BYTES = 8_000_000;
const MAX_ROWS = 60_000;
const MAX_ROW_CHARACTERS = 2000;
const NEEDED = ['latitude', 'longitude', 'acq_date', 'acq_time', 'satellite', 'confidence'] as const;

/** One row as column name (lower case) → text. */
export interface FirmsRow {
  readonly line: number;
  readonly raw: string;
  readonly columns: ReadonlyMap<string, string>;
}

export interface FirmsFault {
  readonly line: number;
  readonly raw: string;
  readonly reason: 'malformed' | 'truncated' | 'too-large';
  readonly message: string;
}

export interface FirmsTable {
  readonly header: readonly string[];
  readonly rows: readonly FirmsRow[];
  readonly faults: readonly FirmsFault[];
}

/**
 * A FIRMS active-fire CSV of any product (MODIS, VIIRS, with country_id first or not): columns go by their names, unknown ones
 * are kept. A row with too few or too many columns is a fault naming its line, and so is a last line that may have been cut.
 * Throws DecodeError where the file is no such table.
 */
export function readFirms(bytes: Uint8Array): FirmsTable {
  if (bytes.length > MAX_FIRMS_BYTES) throw new DecodeError('too-large', `more than ${MAX_FIRMS_BYTES} bytes`);
  const text = decode(bytes);
  const lines = split(text);
  const header = (lines[0]?.record ?? []).map((name) => name.toLowerCase());
  checkHeader(header, text);
  const rows: FirmsRow[] = [];
  const faults: FirmsFault[] = [];
  for (const [index, { record, number, raw }] of lines.entries()) {
    if (index === 0) continue;
    const fault = faultOf(record, header, raw, index === lines.length - 1 && !/\n\s*$/.test(text));
    if (fault) faults.push({ line: number, raw: raw.slice(0, MAX_ROW_CHARACTERS), ...fault });
    else rows.push({ line: number, raw, columns: new Map(header.map((name, at) => [name, record[at] ?? ''])) });
  }
  return { header, rows, faults };
}

function decode(bytes: Uint8Array): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    throw new DecodeError('bad-encoding', 'is not valid UTF-8');
  }
}

interface Line {
  readonly number: number;
  readonly raw: string;
  readonly record: readonly string[];
}

/** No column of any product is quoted: a stray quote costs its own row and not all that follow. Blank lines count and are left out. */
function split(text: string): Line[] {
  const lines: Line[] = [];
  for (let [at, number] = [0, 1]; at < text.length; number += 1) {
    const end = text.indexOf('\n', at);
    const raw = text.slice(at, end === -1 ? text.length : end).trim();
    at = end === -1 ? text.length : end + 1;
    if (raw === '') continue;
    if (lines.length > MAX_ROWS)
      throw new DecodeError('too-large', `more than ${MAX_ROWS} rows: ask for a smaller area`);
    // A line that is no row is not taken apart.
    const record = raw.length > MAX_ROW_CHARACTERS ? [] : raw.split(',').map((field) => field.trim());
    lines.push({ number, raw, record });
  }
  return lines;
}

function checkHeader(header: readonly string[], text: string): void {
  const missing = NEEDED.filter((name) => !header.includes(name));
  const start = JSON.stringify(text.slice(0, 60));
  if (missing.length === NEEDED.length) throw new DecodeError('malformed', `no FIRMS table, it starts with ${start}`);
  if (missing.length > 0) throw new DecodeError('missing-field', `the header lacks ${missing.join(', ')}`);
  if (new Set(header).size !== header.length) throw new DecodeError('malformed', 'the header names a column twice');
}

function faultOf(
  record: readonly string[],
  header: readonly string[],
  raw: string,
  unended: boolean,
): Pick<FirmsFault, 'reason' | 'message'> | undefined {
  if (raw.length > MAX_ROW_CHARACTERS) return { reason: 'too-large', message: `${raw.length} characters` };
  if (record.length !== header.length) {
    const message = `${record.length} columns, the header has ${header.length}`;
    return { reason: unended && record.length < header.length ? 'truncated' : 'malformed', message };
  }
  // A cut number is still a number: only a last column of one letter shows that nothing is missing.
  const whole = header.at(-1) === 'daynight' && /^[DN]$/i.test(record.at(-1) ?? '');
  if (unended && !whole) return { reason: 'truncated', message: 'the file ends within this line' };
  return undefined;
}
