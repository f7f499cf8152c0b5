import type { RegisterRecord, Reject } from '../../../model/record.js';
import type { HeldEntry } from '../../hub-view.js';
import type { TableFault } from '../tables/read-rows.js';
import type { ListedRegister } from './register-gathering.js';
import type { RegisterReading } from './register-table.js';

/** The entries of a register that the feed brought and that are in use. */
export type Held = (list: ListedRegister) => readonly HeldEntry[];

/**
 * A reading of lists that hold every entry in use: what they leave out is retired, in the same transaction. A list that would
 * retire more than `maxShare` (0 to 1) of what is in use, or that has rows without a readable code, retires nothing; that is
 * one reject, while its rows are taken.
 */
export function withAbsences(reading: RegisterReading, held: Held, maxShare: number, name: string): RegisterReading {
  const records: RegisterRecord[] = [];
  const rejects: Reject[] = [];
  const faults: TableFault[] = [];
  const notices: TableFault[] = [];
  for (const list of reading.lists) {
    const inUse = held(list);
    const absent = inUse.filter(({ code }) => !list.codes.has(code));
    if (absent.length === 0) continue;
    const { noun, zh } = list.register.noun;
    const raw = JSON.stringify({ register: noun, absent: absent.map(({ code }) => code) });
    const fault = refusal(list, absent, inUse.length, maxShare);
    if (fault) {
      faults.push({ ...fault, raw });
      rejects.push({ raw, reason: fault.reason, detail: `${name}, ${zh}: ${fault.en}; ${fault.adviceEn}` });
    } else {
      notices.push({ ...retired(zh, absent), raw });
      records.push(...absent.map((entry) => retirement(noun, entry)));
    }
  }
  const outcome = {
    ...reading.outcome,
    records: [...reading.outcome.records, ...records],
    rejects: [...reading.outcome.rejects, ...rejects],
  };
  return { ...reading, outcome, faults: [...faults, ...reading.faults], notices: [...reading.notices, ...notices] };
}

const WHOLE = { row: 0, column: '' };
const percent = (share: number): string => `${Math.round(share * 100)} %`;
const some = (absent: readonly HeldEntry[]): string =>
  absent
    .slice(0, 20)
    .map(({ code }) => code)
    .join('、') + (absent.length > 20 ? ' ……' : '');

function refusal(
  { register, nameless }: ListedRegister,
  absent: readonly HeldEntry[],
  inUse: number,
  maxShare: number,
): Omit<TableFault, 'raw'> | undefined {
  const { zh } = register.noun;
  const missing = `${absent.length} of ${inUse} entries in use are not in the list (${some(absent)})`;
  const lacking = `在用 ${inUse} 条中有 ${absent.length} 条不在表中（${some(absent)}）`;
  if (nameless > 0)
    return {
      ...WHOLE,
      reason: 'missing-field',
      en: `${missing}, but ${nameless} rows have no readable code: nothing was retired`,
      zh: `${zh}：${lacking}，但有 ${nameless} 行编号无法读取，未停用任何记录`,
      adviceEn: 'correct the codes and drop the list again',
      adviceZh: '请改正编号后重新放入',
    };
  if (absent.length <= inUse * maxShare) return undefined;
  return {
    ...WHOLE,
    reason: 'out-of-range',
    en: `${missing}, more than the ${percent(maxShare)} that one list may retire: nothing was retired`,
    zh: `${zh}：${lacking}，超过一次可停用的比例 ${percent(maxShare)}，未停用任何记录`,
    adviceEn:
      'if they really are out of use, mark them in the column 停用, or raise maxRetiredShare and drop the list again',
    adviceZh: '如确已停用，请在“停用”列逐条填“是”，或由管理员调高 maxRetiredShare 后重新放入',
  };
}

const retired = (zh: string, absent: readonly HeldEntry[]): Omit<TableFault, 'raw'> => ({
  ...WHOLE,
  reason: 'missing-field',
  en: `${absent.length} entries that the list leaves out are retired: ${some(absent)}`,
  zh: `${zh}：表中未列出的 ${absent.length} 条已停用：${some(absent)}`,
  adviceEn: 'an entry comes back when a list has it again',
  adviceZh: '如需恢复，请在表中重新列出',
});

/** Told apart from any row by its raw: the row that comes back later brings the entry back. */
const retirement = (noun: string, { code, name }: HeldEntry): RegisterRecord => ({
  kind: 'register',
  noun,
  code,
  name,
  fields: {},
  retired: true,
  status: 'ACTUAL',
  raw: JSON.stringify({ register: noun, code, retired: 'absent from the whole list' }),
});
