import type { RegisterRecord } from '../../../model/record.js';
import { DecodeError } from '../codecs/decode-error.js';
import type { Columns } from '../tables/columns.js';
import { type HeadedTable, readHeaded, readRows, type TableFault } from '../tables/read-rows.js';
import { entryOf, type RowContext } from './register-row.js';
import { NOUN_MARK, type Register } from './register-sheets.js';

/** What a file says of one register, over all the sheets that hold it. */
export interface ListedRegister {
  readonly register: Register;
  /** Every code that can be read, those of refused rows included. */
  readonly codes: Set<string>;
  /** Rows whose code cannot be read. */
  nameless: number;
}

interface Label {
  readonly code: string;
  readonly retired?: unknown;
}

/** The rows of a file's sheets, gathered: entries by code, and what is wrong with every other row. */
export class Gathering {
  readonly records: RegisterRecord[] = [];
  readonly faults: TableFault[] = [];
  readonly notices: TableFault[] = [];
  readonly lists = new Map<string, ListedRegister>();
  /** What to keep of a refused row, to read it again alone. */
  readonly inputs = new Map<TableFault, () => string>();
  total = 0;
  examples = 0;
  /** Where each noun and code was first read. */
  readonly #seen = new Map<string, string>();

  constructor(private readonly context: RowContext) {}

  /** Reads one table; `sheet` where the file has several. */
  read(register: Register, table: HeadedTable, sheet: string | undefined): void {
    const { noun } = register;
    const list = this.lists.get(noun.noun) ?? { register, codes: new Set<string>(), nameless: 0 };
    this.lists.set(noun.noun, list);
    const rows = readHeaded(table, register.columns, this.context);
    this.total += rows.total;
    this.examples += rows.examples;
    const here: Here = { list, table, sheet };
    for (const { row, values, raw } of rows.rows) {
      const entry = entryOf(noun, values, (key) => table.places.has(key), raw, this.context);
      if ('record' in entry) {
        this.#keep(here, row, entry.record);
        continue;
      }
      list.codes.add(String(values.code));
      for (const { column, problem } of entry.problems) this.#refuse(here, { row, column, raw, ...problem });
    }
    for (const faults of byRow(rows.faults)) this.#faulty(here, faults);
  }

  /** A row that some cell spoils: what only takes an entry out of use needs no more than its code and name. */
  #faulty(here: Here, faults: readonly TableFault[]): void {
    const { row, raw } = faults[0] as TableFault;
    const label = this.#labelOf(here.list.register, raw);
    if (label) here.list.codes.add(label.code);
    else here.list.nameless += 1;
    const retiring = label?.retired === true && faults.every(({ reason }) => reason.startsWith('missing-'));
    const entry = retiring
      ? entryOf(here.list.register.noun, { ...label }, () => false, raw, this.context)
      : { problems: [] };
    if ('record' in entry) this.#keep(here, row, entry.record);
    else for (const fault of faults) this.#refuse(here, fault);
  }

  #keep(here: Here, row: number, record: RegisterRecord): void {
    const { list, sheet } = here;
    const raw = String(record.raw);
    const key = `${record.noun} ${record.code}`;
    const before = this.#seen.get(key);
    if (before !== undefined) {
      const column = list.register.columns.code?.header ?? '';
      // Read again alone it would be right, and speak over the row that counts.
      this.#refuse(here, { row, column, raw, ...twice(record.code, before) }, false);
      return;
    }
    this.#seen.set(key, sheet === undefined ? String(row) : `${sheet}!${row}`);
    list.codes.add(record.code);
    this.records.push({ ...record, input: () => keptText(here, raw) });
  }

  #refuse(here: Here, fault: TableFault, alone = true): void {
    const placed = here.sheet === undefined ? fault : { ...fault, sheet: here.sheet };
    this.faults.push(placed);
    if (alone) this.inputs.set(placed, () => keptText(here, fault.raw));
  }

  /** The code of a refused row, where it has one, and whether it takes the entry out of use. */
  #labelOf({ columns }: Register, raw: string): Label | undefined {
    const { code, name, retired } = columns as Required<Columns>;
    const tries: readonly Columns[] = [{ code, name, retired } as Columns, { code } as Columns];
    for (const each of tries)
      try {
        const [row] = readRows(Buffer.from(raw), each, this.context).rows;
        if (row) return row.values as unknown as Label;
      } catch (error) {
        if (!(error instanceof DecodeError)) throw error;
      }
    return undefined;
  }
}

interface Here {
  readonly list: ListedRegister;
  readonly table: HeadedTable;
  readonly sheet: string | undefined;
}

function byRow(faults: readonly TableFault[]): Iterable<TableFault[]> {
  const rows = new Map<number, TableFault[]>();
  for (const fault of faults) {
    const own = rows.get(fault.row);
    if (own) own.push(fault);
    else rows.set(fault.row, [fault]);
  }
  return rows.values();
}

/** A row with all the names of its header, so that it is recognised, and refused, alike when it comes back alone. */
function keptText({ list, table }: Here, raw: string): string {
  const cells = JSON.parse(raw) as Record<string, string>;
  const named = table.headers.filter((header) => header !== '').map((header) => [header, cells[header] ?? '']);
  return JSON.stringify({ [NOUN_MARK]: list.register.noun.noun, ...Object.fromEntries(named) });
}

const twice = (code: string, before: string) => ({
  reason: 'malformed' as const,
  en: `row ${before} has the code ${JSON.stringify(code.slice(0, 60))} already`,
  zh: `编号 ${JSON.stringify(code.slice(0, 60))} 与第 ${before} 行重复`,
  adviceEn: 'keep one of the two rows, or correct the code; the first counts',
  adviceZh: '请只保留一行或改正编号；本次以先出现的一行为准',
});
