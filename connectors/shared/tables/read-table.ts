import { messageOf } from '../../../model/errors.js';
import type { FeedRecord, Outcome, Reject } from '../../../model/record.js';
import { guard } from '../../guard.js';
import { DecodeError } from '../codecs/decode-error.js';
import { withInput } from '../with-input.js';
import { CellFault, type CellProblem } from './cells.js';
import type { Columns, TableForm } from './columns.js';
import { type GoodRow, readRows, type TableFault } from './read-rows.js';

/** A fault that shows only when a row is seen as a whole; `column` is the header to look at. */
export class RowFault extends CellFault {
  constructor(
    readonly column: string,
    problem: CellProblem,
  ) {
    super(problem);
  }
}

/** Says something of a row that is taken, to who filled it in; `column` is the header to look at. */
export type Tell = (column: string, notice: CellProblem) => void;

/** What a row means. Throws RowFault or CellFault where it means nothing. `raw` of the records must be the row's. */
export type ReadRow<C extends Columns, S> = (
  row: GoodRow<C>,
  settings: S,
  now: Date,
  tell: Tell,
) => FeedRecord | readonly FeedRecord[];

/** What became of one table. */
export interface TableReading {
  readonly outcome: Outcome;
  /** Of refused rows, in order; at least one each. */
  readonly faults: readonly TableFault[];
  /** Of rows that are taken, or that a later row of the same table speaks over. */
  readonly notices: readonly TableFault[];
  readonly total: number;
  readonly taken: number;
  readonly examples: number;
}

/**
 * Reads a table file row by row: good rows become records that the guard lets pass, every other row is one reject. `name` is the
 * file's, for the rejects; empty for the `raw` of a rejected row that came back. Never throws.
 */
export function readTable<C extends Columns, S extends { readonly zone: string }>(
  form: TableForm<C>,
  read: ReadRow<C, S>,
  bytes: Uint8Array,
  settings: S,
  now: Date,
  name: string,
): TableReading {
  try {
    const table = readRows(bytes, form.columns, settings);
    const records: FeedRecord[] = [];
    const faults = [...table.faults];
    const last = new Map<string, number>();
    const notices: TableFault[] = [];
    for (const row of table.rows) {
      const told: TableFault[] = [];
      const made = recordsOf(row, settings, now, (...given) =>
        read(...given, (column, notice) => void told.push({ row: row.row, column, raw: row.raw, ...notice })),
      );
      if ('fault' in made) {
        faults.push(made.fault);
        continue;
      }
      notices.push(...told);
      const input = (): string => row.raw;
      records.push(...made.records.map((record) => ({ ...record, input })));
      for (const key of new Set(made.records.flatMap(keyOf))) {
        const before = last.get(key);
        if (before !== undefined) notices.push(spokenOver(before, row.row, row.raw));
        last.set(key, row.row);
      }
    }
    faults.sort((a, b) => a.row - b.row);
    const rejects = rejectsOf(faults, name);
    const { total, examples } = table;
    return { outcome: { records, rejects }, faults, notices, total, taken: total - rejects.length, examples };
  } catch (error) {
    return unreadable(error, bytes, name);
  }
}

function recordsOf<C extends Columns, S>(
  row: GoodRow<C>,
  settings: S,
  now: Date,
  read: (row: GoodRow<C>, settings: S, now: Date) => ReturnType<ReadRow<C, S>>,
): { records: readonly FeedRecord[] } | { fault: TableFault } {
  const place = { row: row.row, raw: row.raw };
  try {
    const made = read(row, settings, now);
    const records = Array.isArray(made) ? (made as readonly FeedRecord[]) : [made as FeedRecord];
    // The runtime checks again; here the answer file learns of it.
    const [refused] = guard(records, now, { keepObservationsDays: Number.POSITIVE_INFINITY, exercise: false }).rejects;
    return refused ? { fault: { ...place, column: '', ...guarded(refused) } } : { records };
  } catch (error) {
    if (!(error instanceof CellFault)) throw error;
    return { fault: { ...place, column: error instanceof RowFault ? error.column : '', ...error.problem } };
  }
}

const guarded = ({ reason, detail }: Reject): CellProblem => ({
  reason,
  en: detail,
  zh: reason === 'future-date' ? '时间晚于当前时间 10 分钟以上' : `此行内容不被接受（${detail}）`,
  adviceEn: 'correct the row',
  adviceZh: '请改正后重新放入',
});

function keyOf(record: FeedRecord): string[] {
  if ('sourceId' in record) return [`${record.kind} ${record.sourceId}`];
  return record.kind === 'register' ? [`${record.noun} ${record.code}`] : [];
}

const spokenOver = (row: number, later: number, raw: string): TableFault => ({
  row,
  column: '',
  raw,
  reason: 'malformed',
  en: `row ${later} tells of the same thing`,
  zh: `第 ${later} 行说的是同一对象`,
  adviceEn: 'the last row counts: keep one of them',
  adviceZh: '以最后一行为准，请只保留一行',
});

/** One for each refused row. */
function rejectsOf(faults: readonly TableFault[], name: string): Reject[] {
  const byRow = new Map<number, TableFault[]>();
  for (const fault of faults) byRow.set(fault.row, [...(byRow.get(fault.row) ?? []), fault]);
  return [...byRow.values()].map((own) => {
    const { row, raw, reason } = own[0] as TableFault;
    const where = name === '' ? '' : `${name} row ${row}, `;
    const said = own.map(({ column, en, adviceEn }) => `${column === '' ? 'the row' : column}: ${en}; ${adviceEn}`);
    return { raw, reason, detail: `${where}${said.join(' | ')}`.slice(0, 1000), input: () => raw };
  });
}

/** A file of which nothing could be read. */
export function unreadable(error: unknown, bytes: Uint8Array, name: string): TableReading {
  const known = error instanceof DecodeError;
  const detail = known ? error.message : `its reader failed, which is a fault of the hub: ${messageOf(error)}`;
  const reason = known ? error.reason : 'cannot-be-stored';
  const reject: Reject = { raw: bytes, reason, detail: `${name || 'the table'}: ${detail}`.slice(0, 1000) };
  const fault: TableFault = { row: 0, column: '', raw: '', ...(WHOLE[reason] ?? WHOLE_FILE), reason, en: detail };
  const outcome = withInput({ records: [], rejects: [reject] }, () => bytes);
  return { outcome, faults: [fault], notices: [], total: 0, taken: 0, examples: 0 };
}

const WHOLE_FILE = {
  zh: '整个文件无法读取',
  adviceEn: "use the feed's template, saved as .xlsx or CSV",
  adviceZh: '请使用本数据源的模板填写，保存为 .xlsx 或 CSV',
};
const WHOLE: Readonly<Record<string, typeof WHOLE_FILE>> = {
  'missing-field': { zh: '表头缺少必需的列', adviceEn: 'add the column', adviceZh: '请按模板补上缺少的列' },
  'too-large': { zh: '表格过大', adviceEn: 'split it', adviceZh: '请拆分后分别放入' },
  'bad-encoding': {
    zh: '文字编码无法识别',
    adviceEn: 'save it as .xlsx or "CSV UTF-8"',
    adviceZh: '请另存为 .xlsx 或 “CSV UTF-8”',
  },
  unsupported: {
    zh: '不支持这种文件',
    adviceEn: 'save it as .xlsx without a password, or as CSV',
    adviceZh: '请另存为不加密码的 .xlsx 或 CSV',
  },
  'cannot-be-stored': { zh: '本平台处理此文件时出错', adviceEn: 'tell who runs the hub', adviceZh: '请告知平台管理员' },
};
