import type { RejectReason } from '../../../model/record.js';
import { DecodeError } from '../codecs/decode-error.js';
import type { Sheet, SheetRow } from '../codecs/sheets.js';
import { readSheets } from '../codecs/table.js';
import { CellFault, type CellProblem } from './cells.js';
import type { CellContext, Column, Columns, Values } from './columns.js';
import { headerKeys, plainText } from './text.js';

/** A row whose every cell could be read. */
export interface GoodRow<C extends Columns> {
  readonly row: number;
  /** The row's cells by column, as JSON: the same row has the same text wherever it stands. */
  readonly raw: string;
  readonly values: Values<C>;
}

/** Something a person has to correct. `row` 0 is the file as a whole; `column` '' the row as a whole. */
export interface TableFault extends CellProblem {
  readonly row: number;
  readonly column: string;
  readonly raw: string;
  /** Where a workbook holds several tables. */
  readonly sheet?: string;
}

export interface ReadTable<C extends Columns> {
  readonly rows: readonly GoodRow<C>[];
  /** At least one for every row that is not in `rows`, in the table's order. */
  readonly faults: readonly TableFault[];
  /** Rows that hold something, examples and repeated headers left out. */
  readonly total: number;
  /** Example rows (示例) passed over. */
  readonly examples: number;
}

/** Rows above the header: titles, units, who to call. */
const MAX_TITLE_ROWS = 30;
/** What marks a row as the template's example. */
export const EXAMPLE = '示例';

/**
 * The rows of a table file by their columns' names, in whatever order and below whatever title. Good rows are kept when others
 * are bad; every fault names row and column and says what to do. Throws DecodeError where the file is no such table.
 */
export function readRows<C extends Columns>(bytes: Uint8Array, columns: C, context: CellContext): ReadTable<C> {
  return readHeaded(findTable(sheetsOf(bytes), columns), columns, context);
}

/** The sheets of a table file, or the one row of a rejected row that came back. Throws DecodeError. */
export const sheetsOf = (bytes: Uint8Array): readonly Sheet[] => keptRow(bytes) ?? readSheets(bytes);

/** The `raw` of a rejected row, come back to be read again. */
function keptRow(bytes: Uint8Array): readonly Sheet[] | undefined {
  if (bytes[0] !== 0x7b || bytes[1] !== 0x22) return undefined;
  try {
    const cells: unknown = JSON.parse(Buffer.from(bytes).toString());
    const entries = Object.entries(cells as object).filter(([, cell]) => typeof cell === 'string');
    const [header, row] = [entries.map(([name]) => name), entries.map(([, cell]) => String(cell))];
    return [
      {
        name: '',
        rows: [
          { number: 1, cells: header },
          { number: 2, cells: row },
        ],
      },
    ];
  } catch {
    return undefined;
  }
}

export interface HeadedTable {
  readonly headerRow: number;
  /** Field → index of its column. */
  readonly places: ReadonlyMap<string, number>;
  readonly headers: readonly string[];
  readonly rows: readonly SheetRow[];
}

/** The first sheet with a row that names all required columns. Throws DecodeError naming what the nearest row lacks. */
export function findTable(sheets: readonly Sheet[], columns: Columns): HeadedTable {
  let nearest: { row: number; missing: readonly string[]; found: number } | undefined;
  for (const { rows } of sheets)
    for (const [index, row] of rows.slice(0, MAX_TITLE_ROWS).entries()) {
      const places = placesOf(row, columns);
      const missing = Object.entries(columns).filter(([field, { required }]) => required && !places.has(field));
      if (missing.length === 0 && places.size > 0)
        return { headerRow: row.number, places, headers: row.cells, rows: rows.slice(index + 1) };
      if (places.size > (nearest?.found ?? 0))
        nearest = { row: row.number, missing: missing.map(([, { header }]) => header), found: places.size };
    }
  const names = Object.values(columns)
    .filter(({ required }) => required)
    .map(({ header }) => header);
  if (!nearest)
    throw new DecodeError('malformed', `no row names the columns ${names.join('、')}: use the feed's template`);
  throw new DecodeError(
    'missing-field',
    `the header in row ${nearest.row} lacks ${nearest.missing.join('、')}: add the column or use the feed's template`,
  );
}

/** Which columns a row names, as a header does: field → index. */
export function placesOf({ cells }: SheetRow, columns: Columns): ReadonlyMap<string, number> {
  const places = new Map<string, number>();
  const written = cells.map(headerKeys);
  for (const [field, { header, aliases }] of Object.entries(columns)) {
    const wanted = new Set([header, ...aliases].flatMap(headerKeys));
    // A name as a whole comes before one that fits only without its brackets.
    const exact = written.findIndex(([whole]) => whole !== undefined && whole !== '' && wanted.has(whole));
    const at = exact >= 0 ? exact : written.findIndex((keys) => keys.some((key) => key !== '' && wanted.has(key)));
    if (at >= 0) places.set(field, at);
  }
  return places;
}

/** The rows below a header that `findTable` found. */
export function readHeaded<C extends Columns>(table: HeadedTable, columns: C, context: CellContext): ReadTable<C> {
  const rows: GoodRow<C>[] = [];
  const faults: TableFault[] = [];
  let [total, examples] = [0, 0];
  const header = table.headers.map(plainText).join('\t');
  for (const row of table.rows) {
    const filled = row.cells.map(plainText);
    const first = filled.find((cell) => cell !== '');
    if (first === undefined || filled.join('\t') === header) continue;
    if (first.startsWith(EXAMPLE)) {
      examples++;
      continue;
    }
    total++;
    const { values, faults: own } = readRow(row, table, columns, context);
    if (own.length === 0) rows.push({ row: row.number, raw: rawOf(row, table), values: values as Values<C> });
    else faults.push(...own);
  }
  return { rows, faults, total, examples };
}

function readRow(
  row: SheetRow,
  table: HeadedTable,
  columns: Columns,
  context: CellContext,
): { values: Record<string, unknown>; faults: TableFault[] } {
  const values: Record<string, unknown> = {};
  const faults: TableFault[] = [];
  for (const [field, column] of Object.entries(columns)) {
    const cell = row.cells[table.places.get(field) ?? -1]?.trim() ?? '';
    const problem =
      cell === ''
        ? emptyProblem(column)
        : readCell(cell, column, context, (value) => {
            values[field] = value;
          });
    if (cell === '') values[field] = null;
    if (problem) faults.push({ row: row.number, column: column.header, raw: rawOf(row, table), ...problem });
  }
  return { values, faults };
}

function readCell(
  cell: string,
  column: Column,
  context: CellContext,
  keep: (value: unknown) => void,
): CellProblem | undefined {
  if (/^#(N\/A|REF!|VALUE!|DIV\/0!|NAME\?|NULL!|NUM!)$/.test(cell)) return EXCEL_ERROR(cell);
  try {
    keep(column.parse(cell, context));
    return undefined;
  } catch (error) {
    if (error instanceof CellFault) return error.problem;
    throw error;
  }
}

const EXCEL_ERROR = (cell: string): CellProblem => ({
  reason: 'malformed',
  en: `its formula gives the error ${cell}`,
  zh: `公式出错：${cell}`,
  adviceEn: 'correct the formula or write the value',
  adviceZh: '请改正公式或直接填写数值',
});

function emptyProblem({ required, example, type }: Column): CellProblem | undefined {
  if (!required) return undefined;
  const reason: RejectReason = type === 'date' || type === 'date-time' ? 'missing-time' : 'missing-field';
  return {
    reason,
    en: 'is empty',
    zh: '未填写',
    adviceEn: `fill it in, for example ${example}`,
    adviceZh: `请填写，例如 ${example}`,
  };
}

/** Only named columns: two unnamed ones could not be told apart. */
function rawOf(row: SheetRow, { headers }: HeadedTable): string {
  const named: Record<string, string> = Object.create(null);
  for (const [at, header] of headers.entries()) {
    const cell = row.cells[at];
    if (header !== '' && cell !== undefined && cell !== '') named[header] = cell;
  }
  return JSON.stringify(named);
}
