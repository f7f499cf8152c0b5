import { parse } from 'csv-parse/sync';
import { DecodeError } from './decode-error.js';
import { MAX_CELLS, MAX_COLUMNS, MAX_ROWS, MAX_TEXT, type Sheet, type SheetRow } from './sheets.js';

const DELIMITERS = [',', '\t', ';'] as const;
/** What only a wrong encoding puts into a text: replacement and private characters, and controls other than tab, CR and LF. */
const IMPLAUSIBLE = /[\0-\b\v\f\x0e-\x1f\x7f\ufffd\ue000-\uf8ff]/;

/**
 * A table of text: UTF-8 with or without mark, GB18030 (what Chinese Excel saves as "CSV"), or UTF-16 with its mark ("Unicode
 * text"); comma, tab or semicolon, whichever the first lines use. Bytes that fit no encoding throw `bad-encoding`: a
 * wrong character is never let through.
 */
export function readCsv(bytes: Uint8Array): Sheet {
  const text = decodeTable(bytes);
  const rows = split(text, delimiterOf(text));
  if (rows.length > MAX_ROWS) throw new DecodeError('too-large', `more than ${MAX_ROWS} rows: split the table`);
  let cells = 0;
  for (const row of rows) {
    cells += row.cells.length;
    if (row.cells.length > MAX_COLUMNS)
      throw new DecodeError('too-large', `row ${row.number} has more than ${MAX_COLUMNS} columns`);
  }
  if (cells > MAX_CELLS) throw new DecodeError('too-large', `more than ${MAX_CELLS} cells`);
  return { name: '', rows: rows.filter((row) => row.cells.some((cell) => cell !== '')) };
}

export function decodeTable(bytes: Uint8Array): string {
  const wide =
    bytes[0] === 0xff && bytes[1] === 0xfe ? 'utf-16le' : bytes[0] === 0xfe && bytes[1] === 0xff ? 'utf-16be' : '';
  const text = wide ? strict(bytes, wide) : (strict(bytes, 'utf-8') ?? gb18030(bytes));
  if (text === undefined || IMPLAUSIBLE.test(text))
    throw new DecodeError(
      'bad-encoding',
      'is neither UTF-8 nor GB18030 text: save it again as "CSV UTF-8" or as .xlsx',
    );
  return text;
}

function strict(bytes: Uint8Array, encoding: string): string | undefined {
  try {
    return new TextDecoder(encoding, { fatal: true }).decode(bytes);
  } catch {
    return undefined;
  }
}

/** Nearly any bytes are some GB18030: UTF-8 with a few damaged bytes must not pass for it. */
function gb18030(bytes: Uint8Array): string | undefined {
  const loose = new TextDecoder('utf-8').decode(bytes);
  const broken = loose.match(/\ufffd/g)?.length ?? 0;
  const sound = loose.match(/[\u2e80-\ufaff]/g)?.length ?? 0;
  return sound > 0 && sound * 2 >= broken ? undefined : strict(bytes, 'gb18030');
}

/** The one that stands most often in the first lines. */
function delimiterOf(text: string): string {
  const head = text.slice(0, 4000);
  const count = (delimiter: string): number => head.split(delimiter).length;
  return DELIMITERS.reduce((best, delimiter) => (count(delimiter) > count(best) ? delimiter : best));
}

function split(text: string, delimiter: string): SheetRow[] {
  try {
    const rows = parse(text, {
      delimiter,
      relax_column_count: true,
      relax_quotes: true,
      skip_empty_lines: true,
      trim: true,
      info: true,
      max_record_size: MAX_COLUMNS * MAX_TEXT,
      to: MAX_ROWS + 1,
    }) as unknown as { record: string[]; info: { lines: number } }[];
    return rows.map(({ record, info }) => ({ number: info.lines, cells: record }));
  } catch (error) {
    const message = error instanceof Error ? error.message.slice(0, 200) : 'cannot be parsed';
    throw new DecodeError('malformed', message);
  }
}
