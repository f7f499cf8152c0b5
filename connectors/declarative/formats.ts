import { DecodeError } from '../shared/codecs/decode-error.js';
import { readJson } from '../shared/codecs/json-text.js';
import type { Sheet, SheetRow } from '../shared/codecs/sheets.js';
import { readSheets } from '../shared/codecs/table.js';
import { readXml } from '../shared/codecs/xml.js';
import { plainText } from '../shared/tables/text.js';
import type { Row } from './mapper.js';

export const FORMATS = ['json', 'csv', 'xlsx', 'xml', 'rows'] as const;
export type Format = (typeof FORMATS)[number];

/** Of a JSON text, and of rows as they are kept. */
export const MAX_JSON_BYTES = 4_000_000;
const MAX_DEPTH = 40;
export const MAX_INPUT_ROWS = 50_000;
/** A number of more digits is not kept exactly by arithmetic: it stays text. */
const EXACT_DIGITS = 15;

export interface TableOptions {
  /** Of a workbook; its first sheet with anything in it otherwise. */
  readonly sheet?: string | undefined;
  /** The row that names the columns, as a spreadsheet numbers it; the first that holds anything otherwise. */
  readonly headerRow?: number | undefined;
}

/** An input as the mapping gets it: a document as a whole, or rows. */
export type Opened =
  | { readonly document: unknown; readonly rows?: undefined }
  | { readonly rows: readonly Row[]; readonly document?: undefined };

/**
 * Bytes as JSON values. Cells and XML stay text, as do numbers of JSON that have more than 15 digits ("654202000000000123" is a
 * code). Throws DecodeError.
 */
export function openInput(bytes: Uint8Array, format: Format, table: TableOptions): Opened {
  switch (format) {
    case 'json':
      return { document: readJson(exactNumbers(bytes), { maxBytes: MAX_JSON_BYTES * 2, maxDepth: MAX_DEPTH }) };
    case 'xml':
      return { document: readXml(bytes, { attributes: true, maxBytes: MAX_JSON_BYTES }) };
    case 'csv':
    case 'xlsx':
      return { rows: tableRows(readSheets(bytes), table) };
    case 'rows':
      return { rows: listed(readJson(bytes, { maxBytes: 16_000_000, maxDepth: MAX_DEPTH })) };
  }
}

/** The items of a list, else the value itself as the only one. */
export function listed(value: unknown): Row[] {
  const items: readonly unknown[] = Array.isArray(value) ? (value as unknown[]) : [value];
  if (items.length > MAX_INPUT_ROWS)
    throw new DecodeError('too-large', `${items.length} items, at most ${MAX_INPUT_ROWS} are read at once`);
  return items.map((item, i) => ({ value: item, number: i + 1 }));
}

/** By hand and not by an expression: an unclosed string full of quotes would take one for ever. */
function exactNumbers(bytes: Uint8Array): Uint8Array {
  if (bytes.length > MAX_JSON_BYTES) throw new DecodeError('too-large', `more than ${MAX_JSON_BYTES} bytes`);
  const text = Buffer.from(bytes).toString('latin1');
  const kept: string[] = [];
  let from = 0;
  for (let at = 0; at < text.length; at += 1) {
    if (text[at] === '"') at = endOfString(text, at);
    else if (isDigit(text, at)) {
      const start = text[at - 1] === '-' ? at - 1 : at;
      while (/[\d.eE+-]/.test(text[at + 1] ?? '')) at += 1;
      const token = text.slice(start, at + 1);
      if (token.replace(/[eE].*$|\D/g, '').length <= EXACT_DIGITS) continue;
      kept.push(text.slice(from, start), '"', token, '"');
      from = at + 1;
    }
  }
  return kept.length === 0 ? bytes : Buffer.from(kept.join('') + text.slice(from), 'latin1');
}

const isDigit = (text: string, at: number): boolean => text.charCodeAt(at) >= 48 && text.charCodeAt(at) <= 57;

function endOfString(text: string, from: number): number {
  let at = from + 1;
  while (at < text.length && text[at] !== '"') at += text[at] === '\\' ? 2 : 1;
  return at;
}

function tableRows(sheets: readonly Sheet[], { sheet: name, headerRow }: TableOptions): Row[] {
  const sheet = name === undefined ? sheets.find(({ rows }) => rows.length > 0) : sheets.find((s) => s.name === name);
  if (!sheet)
    throw new DecodeError(
      'missing-field',
      name === undefined ? 'the table is empty' : `no sheet "${name}"; it has ${sheets.map((s) => s.name).join(', ')}`,
    );
  const at = headerRow === undefined ? 0 : sheet.rows.findIndex(({ number }) => number === headerRow);
  const header = sheet.rows[at];
  if (!header) throw new DecodeError('missing-field', `row ${headerRow ?? 1}, which should name the columns, is empty`);
  const names = header.cells.map(plainText);
  const twice = names.find((each, i) => each !== '' && names.indexOf(each) !== i);
  if (twice !== undefined) throw new DecodeError('malformed', `two columns are named "${twice.slice(0, 40)}"`);
  return sheet.rows.slice(at + 1).map((row) => ({ value: named(names, row), number: row.number }));
}

/** Every named column, also where its cell is empty. */
function named(names: readonly string[], { cells }: SheetRow): Record<string, string> {
  const row: Record<string, string> = Object.create(null);
  for (const [at, name] of names.entries()) if (name !== '') row[name] = (cells[at] ?? '').trim();
  return row;
}
