import type { Reject } from '../../../model/record.js';
import { DecodeError } from '../codecs/decode-error.js';
import { sheetsOf, type TableFault } from '../tables/read-rows.js';
import { type TableReading, unreadable } from '../tables/read-table.js';
import { Gathering, type ListedRegister } from './register-gathering.js';
import type { RowContext } from './register-row.js';
import { type Register, recognise } from './register-sheets.js';

export interface RegisterReading extends TableReading {
  readonly lists: readonly ListedRegister[];
}

/**
 * Reads a workbook or CSV of registers: one sheet each, told apart by sheet name or header. Good rows become records, every
 * other row is one reject that can be read again alone; of a code that comes twice the first row counts. Never throws.
 */
export function readRegisters(
  registers: readonly Register[],
  bytes: Uint8Array,
  context: RowContext,
  name: string,
): RegisterReading {
  try {
    const sheets = sheetsOf(bytes).map((sheet) => ({ sheet, found: recognise(sheet, registers) }));
    if (!sheets.some(({ found }) => found && 'register' in found))
      throw sheets.flatMap(({ found }) => (found && 'fault' in found ? [found.fault] : []))[0] ?? unknown(registers);
    const gathering = new Gathering(context);
    for (const { sheet, found } of sheets) {
      const place = sheets.length > 1 ? sheet.name : undefined;
      if (found && 'register' in found) gathering.read(found.register, found.table, place);
      else if (found) gathering.faults.push({ ...wholeSheet(found.fault), sheet: sheet.name });
      else gathering.notices.push({ ...PASSED_OVER, sheet: sheet.name });
    }
    return readingOf(gathering, name);
  } catch (error) {
    return { ...unreadable(error, bytes, name), lists: [] };
  }
}

const unknown = (registers: readonly Register[]): DecodeError =>
  new DecodeError(
    'malformed',
    `no sheet has the columns of ${registers.map(({ noun }) => noun.zh).join('、')}: use the feed's template`,
  );

function readingOf(
  { records, notices, lists, inputs, total, examples, ...rest }: Gathering,
  name: string,
): RegisterReading {
  const faults = [...rest.faults].sort((a, b) => order(a.sheet, b.sheet) || a.row - b.row);
  const rows = new Map<string, TableFault[]>();
  for (const fault of faults) {
    const key = `${fault.row} ${fault.sheet ?? ''}`;
    rows.set(key, [...(rows.get(key) ?? []), fault]);
  }
  const rejects = [...rows.values()].map((own) => rejectOf(own, name, inputs));
  return {
    outcome: { records, rejects },
    faults,
    notices,
    total,
    taken: records.length,
    examples,
    lists: [...lists.values()],
  };
}

const order = (a = '', b = ''): number => (a < b ? -1 : a > b ? 1 : 0);

function rejectOf(faults: readonly TableFault[], name: string, inputs: Gathering['inputs']): Reject {
  const first = faults[0] as TableFault;
  const { row, sheet, raw, reason } = first;
  const where = [name, ...(sheet === undefined ? [] : [`sheet ${sheet}`]), ...(row === 0 ? [] : [`row ${row}`])];
  const said = faults.map(({ column, en, adviceEn }) => `${column === '' ? 'the row' : column}: ${en}; ${adviceEn}`);
  const input = inputs.get(first);
  return {
    raw: raw || JSON.stringify({ sheet }),
    reason,
    detail: `${name === '' ? '' : `${where.join(' ')}, `}${said.join(' | ')}`.slice(0, 1000),
    ...(input ? { input } : {}),
  };
}

const WHOLE_SHEET = { row: 0, column: '', raw: '' };

const PASSED_OVER: TableFault = {
  ...WHOLE_SHEET,
  reason: 'unsupported',
  en: 'this sheet is no register of this feed: passed over',
  zh: '此工作表不是本数据源的台账，已略过',
  adviceEn: '',
  adviceZh: '',
};

const wholeSheet = ({ reason, message }: DecodeError): TableFault => ({
  ...WHOLE_SHEET,
  reason,
  en: message,
  zh: '此工作表缺少必需的列',
  adviceEn: "add the column or use the feed's template",
  adviceZh: '请按模板补上缺少的列',
});
