import { readCsv } from './csv.js';
import { DecodeError } from './decode-error.js';
import type { Sheet } from './sheets.js';
import { readXlsx } from './xlsx.js';

/** Of a table file as it lies in the folder. */
export const MAX_TABLE_BYTES = 16_000_000;

/** The sheets of an .xlsx workbook or of a CSV, told apart by their first bytes, never by name. Throws DecodeError. */
export function readSheets(bytes: Uint8Array): readonly Sheet[] {
  if (bytes.length > MAX_TABLE_BYTES) throw new DecodeError('too-large', `more than ${MAX_TABLE_BYTES / 1e6} MB`);
  if (bytes.length === 0) throw new DecodeError('malformed', 'the file is empty');
  const start = Buffer.from(bytes.subarray(0, 512)).toString('latin1');
  if (start.startsWith('PK\x03\x04') || start.startsWith('PK\x05\x06')) return readXlsx(bytes);
  if (start.startsWith('\xd0\xcf\x11\xe0'))
    throw new DecodeError(
      'unsupported',
      'an old Excel workbook (.xls), or one with a password: save it as .xlsx without a password, or as CSV',
    );
  if (/^(\xef\xbb\xbf)?\s*<(\?xml|!doctype|html|table|meta)/i.test(start))
    throw new DecodeError(
      'unsupported',
      'a web page named like a workbook: open it in Excel and save it as .xlsx, or as CSV',
    );
  if (start.startsWith('%PDF') || start.startsWith('{\\rtf'))
    throw new DecodeError('unsupported', 'a document, not a table: send the table as .xlsx or CSV');
  return [readCsv(bytes)];
}
