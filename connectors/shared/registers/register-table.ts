import type { Reject } from '../../../model/record.js';
import { DecodeError } from '../codecs/decode-error.js';
import type { Sheet } from '../codecs/sheets.js';
import { sheetsOf, type TableFault } from '../tables/read-rows.js';
import { type TableReading, unreadable } from '../tables/read-table.js';
import { Gathering, type ListedRegister } from './register-gathering.js';
import type { RowContext } from './register-row.js';
import { faultOf, type Recognised, type Register, recognise } from './register-sheets.js';

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
    if (!sheets.some(({ found }) => isTable(found))) throw noTable(sheets, registers);
    const gathering = new Gathering(context);
    const several = sheets.filter(({ found }) => found !== 'explanation').length > 1;
    for (const { sheet, found } of sheets) {
      if (found === 'explanation') continue;
      if (found === 'other') gathering.notices.push({ ...PASSED_OVER, sheet: sheet.name });
      else if ('fault' in found) gathering.faults.push({ ...wholeSheet(found.fault), sheet: sheet.name });
      else gathering.read(found.register, found.table, several ? sheet.name : undefined);
    }
    return readingOf(gathering, name);
  } catch (error) {
    return { ...unreadable(error, bytes, name), lists: [] };
  }
}

const isTable = (found: Recognised): boolean => typeof found === 'object' && 'register' in found;

type Judged = { readonly sheet: Sheet; readonly found: Recognised };

/** Why a file holds no table: what its likeliest sheet lacks. */
function noTable(sheets: readonly Judged[], registers: readonly Register[]): DecodeError {
  const said = sheets.flatMap(({ found }) => (typeof found === 'object' && 'fault' in found ? [found.fault] : []))[0];
  if (said) return said;
  const [register, more] = registers;
  const [first] = sheets;
  if (register && first && !more) return faultOf(first.sheet, register);
  const names = registers.map(({ noun }) => noun.sheet ?? noun.zh).join('、');
  return new DecodeError('malformed', `no sheet has the columns of ${names}: use the feed's template`);
}

function readingOf(
  { records, notices, lists, inputs, total, examples, ...rest }: Gathering,
  name: string,
): RegisterReading {
  // In the order of the sheets.
  const sheets = [...new Set(rest.faults.map(({ sheet }) => sheet))];
  const faults = [...rest.faults].sort((a, b) => sheets.indexOf(a.sheet) - sheets.indexOf(b.sheet) || a.row - b.row);
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
