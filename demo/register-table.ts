import ExcelJS from 'exceljs';
import iconv from 'iconv-lite';
import type { RegisterNoun } from '../model/register.js';

type Cell = string | number;
/** An entry by the names of its fields, beside `code`, `name`, `division`, `lon`, `lat` and `retired`. */
export type Entry = Readonly<Record<string, Cell>>;

/** One register as a clerk's sheet: the columns are those that the first entry speaks of, called as the register calls them. */
export interface RegisterSheet {
  readonly noun: RegisterNoun;
  readonly entries: readonly Entry[];
}

const PLACE: Readonly<Record<string, string>> = { division: '所在区划', lon: '经度', lat: '纬度', retired: '停用' };

function rowsOf({ noun, entries }: RegisterSheet): Cell[][] {
  const keys = Object.keys(entries[0] ?? {});
  const titles: Readonly<Record<string, string>> = {
    code: noun.code.zh,
    name: noun.name.zh,
    ...PLACE,
    ...Object.fromEntries(noun.fields.map(({ name, zh }) => [name, zh])),
  };
  return [keys.map((key) => titles[key] ?? key), ...entries.map((entry) => keys.map((key) => entry[key] ?? ''))];
}

/** A workbook with a title over each table. */
export async function registerBook(sheets: readonly RegisterSheet[]): Promise<Uint8Array> {
  const book = new ExcelJS.Workbook();
  for (const each of sheets) {
    const rows = rowsOf(each);
    const name = each.noun.sheet ?? each.noun.type;
    const sheet = book.addWorksheet(name);
    sheet.addRow([`演练·${name}`]);
    sheet.mergeCells(1, 1, 1, rows[0]?.length ?? 1);
    sheet.addRows(rows);
  }
  return new Uint8Array(await book.xlsx.writeBuffer());
}

/** CSV as Chinese Excel saves it: GBK, with CR LF. */
export function registerCsv(sheet: RegisterSheet): Uint8Array {
  const quoted = (cell: Cell): string =>
    /[",\n]/.test(String(cell)) ? `"${String(cell).replaceAll('"', '""')}"` : String(cell);
  return iconv.encode(
    rowsOf(sheet)
      .map((row) => `${row.map(quoted).join(',')}\r\n`)
      .join(''),
    'gbk',
  );
}
