import { DecodeError } from './decode-error.js';
import { walkXml } from './sheet-xml.js';
import { MAX_CELLS, MAX_COLUMNS, MAX_ROWS, MAX_TEXT, type Sheet, type SheetRow } from './sheets.js';
import { cellText, dateStyles } from './xlsx-cells.js';
import { openZip, type Zip } from './zip.js';

const MAX_SHEETS = 20;
const MAX_STRINGS = 400_000;
const MAX_MERGES = 20_000;
/** Rows looked at for merged cells. */
const MAX_MERGED = 5_000_000;

/** What a workbook may still hold. */
interface Budget {
  cells: number;
  merged: number;
}

/**
 * The visible sheets of an .xlsx workbook, cells as the text a person reads: the result of a formula, rich text as one, a
 * date as "2026-11-24 08:30:00" (a wall clock, no zone) or "2026-11-24", a time alone as "08:30:00", a number as written without
 * grouping. A cell merged over several rows counts for each of them. Only the parts that hold cells are unpacked; macros,
 * pictures and links are never touched. Throws DecodeError.
 */
export function readXlsx(bytes: Uint8Array): Sheet[] {
  const zip = openZip(bytes);
  const book = workbook(zip);
  const strings = sharedStrings(zip);
  const dates = dateStyles(zip.read('xl/styles.xml'));
  const budget = { cells: MAX_CELLS, merged: MAX_MERGED };
  return book.sheets.slice(0, MAX_SHEETS).map(({ name, part }) => {
    const content = zip.read(part);
    if (!content) throw new DecodeError('malformed', `the workbook lacks its sheet ${JSON.stringify(name)}`);
    return readSheet(content, name, { strings, dates, from1904: book.from1904 }, budget);
  });
}

interface Book {
  readonly sheets: readonly { readonly name: string; readonly part: string }[];
  readonly from1904: boolean;
}

function workbook(zip: Zip): Book {
  const [content, links] = [zip.read('xl/workbook.xml'), zip.read('xl/_rels/workbook.xml.rels')];
  if (!content || !links) throw new DecodeError('unsupported', 'a ZIP archive but no Excel workbook (.xlsx)');
  const targets = new Map<string, string>();
  walkXml(links, 'the list of sheets', {
    open(name, attribute) {
      const [id, target] = [attribute('Id'), attribute('Target')];
      if (name === 'Relationship' && id && target)
        targets.set(id, target.startsWith('/') ? target.slice(1) : `xl/${target}`);
    },
  });
  const sheets: { name: string; part: string }[] = [];
  let from1904 = false;
  walkXml(content, 'the workbook', {
    open(name, attribute) {
      if (name === 'workbookPr') from1904 = /^(1|true)$/.test(attribute('date1904') ?? '');
      if (name !== 'sheet' || /hidden/i.test(attribute('state') ?? '')) return;
      const part = targets.get(attribute('id') ?? '');
      if (part?.includes('worksheets/')) sheets.push({ name: (attribute('name') ?? '').slice(0, 100), part });
    },
  });
  return { sheets, from1904 };
}

/** The texts that cells refer to by number; what is spoken (rPh) is no part of them. */
function sharedStrings(zip: Zip): readonly string[] {
  const content = zip.read('xl/sharedStrings.xml');
  const strings: string[] = [];
  let text = '';
  let inText = false;
  let spoken = false;
  if (!content) return strings;
  walkXml(content, 'the list of texts', {
    open(name) {
      if (name === 'si') text = '';
      if (name === 'rPh') spoken = true;
      inText = name === 't' && !spoken;
    },
    text(piece) {
      if (inText && text.length <= MAX_TEXT) text += piece;
    },
    close(name) {
      inText = false;
      if (name === 'rPh') spoken = false;
      if (name !== 'si') return;
      if (strings.length >= MAX_STRINGS) throw new DecodeError('too-large', `more than ${MAX_STRINGS} texts`);
      strings.push(text.slice(0, MAX_TEXT));
    },
  });
  return strings;
}

interface Style {
  readonly strings: readonly string[];
  readonly dates: ReadonlySet<number>;
  readonly from1904: boolean;
}

function readSheet(content: Uint8Array, name: string, style: Style, budget: Budget): Sheet {
  const rows = new Map<number, string[]>();
  const merges: string[] = [];
  let [row, column, value, type, styleId] = [0, 0, '', '', 0];
  let inValue = false;
  let spoken = false;
  walkXml(content, `sheet ${JSON.stringify(name)}`, {
    open(element, attribute) {
      inValue = (element === 'v' || element === 't') && !spoken;
      if (element === 'rPh') spoken = true;
      if (element === 'row') [row, column] = [numberOr(attribute('r'), row + 1), 0];
      if (element === 'c') {
        const place = /^([A-Z]{1,3})(\d{1,7})$/.exec(attribute('r') ?? '');
        column = place ? columnOf(place[1] as string) : column + 1;
        [value, type, styleId] = ['', attribute('t') ?? 'n', numberOr(attribute('s'), 0)];
      }
      if (element === 'mergeCell' && merges.length < MAX_MERGES) merges.push(attribute('ref') ?? '');
    },
    text(piece) {
      if (inValue && value.length <= MAX_TEXT) value += piece;
    },
    close(element) {
      inValue = false;
      if (element === 'rPh') spoken = false;
      if (element !== 'c' || value === '' || column > MAX_COLUMNS) return;
      put(rows, row, column, cellText(value.slice(0, MAX_TEXT), type, style.dates.has(styleId), style), budget);
    },
  });
  const lastRow = [...rows.keys()].reduce((last, number) => Math.max(last, number), 0);
  for (const merge of merges) fillDown(rows, merge, lastRow, budget);
  return { name, rows: inOrder(rows) };
}

function put(rows: Map<number, string[]>, row: number, column: number, text: string, budget: Budget): void {
  if (text === '') return;
  if (--budget.cells < 0) throw new DecodeError('too-large', `more than ${MAX_CELLS} cells`);
  const cells = rows.get(row) ?? [];
  if (cells.length === 0 && rows.size >= MAX_ROWS)
    throw new DecodeError('too-large', `more than ${MAX_ROWS} rows: split the table`);
  while (cells.length < column) cells.push('');
  cells[column - 1] = text;
  rows.set(row, cells);
}

/** Only rows that hold something else as well: a merge down to the last line of the sheet is a matter of looks. */
function fillDown(rows: Map<number, string[]>, merge: string, lastRow: number, budget: Budget): void {
  const [, letters, top = '', , bottom = ''] = /^([A-Z]{1,3})(\d{1,7}):([A-Z]{1,3})(\d{1,7})$/.exec(merge) ?? [];
  const column = letters ? columnOf(letters) : 0;
  const text = rows.get(Number(top))?.[column - 1];
  if (!text) return;
  for (let row = Number(top) + 1; row <= Math.min(Number(bottom), lastRow); row++) {
    if (--budget.merged < 0)
      throw new DecodeError('too-large', 'too many merged cells: save the table without merging');
    if (rows.has(row)) put(rows, row, column, text, budget);
  }
}

const inOrder = (rows: ReadonlyMap<number, string[]>): SheetRow[] =>
  [...rows].sort(([a], [b]) => a - b).map(([number, cells]) => ({ number, cells }));

const columnOf = (letters: string): number =>
  [...letters].reduce((sum, letter) => sum * 26 + letter.charCodeAt(0) - 64, 0);

const numberOr = (text: string | undefined, otherwise: number): number =>
  text !== undefined && /^\d{1,7}$/.test(text) ? Number(text) : otherwise;
