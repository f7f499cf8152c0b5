import type { TableFault } from './read-rows.js';
import type { TableReading } from './read-table.js';
import { neutralised } from './text.js';

const HEADER = ['行号', '列名', '结果', '问题', '怎样改', 'Problem', 'What to do'];

/** The answer to who filled in a table, as CSV: a line for the whole, then one for each fault: which row, which column, why, what to do. */
export function answerCsv(reading: TableReading): string {
  const { total, taken, examples, faults, notices } = reading;
  const refused = total - taken;
  const whole = total === 0 && faults.find(({ row }) => row === 0);
  const lines = [HEADER];
  if (!whole) {
    const [zhMore, enMore] =
      examples > 0 ? [`（示例 ${examples} 行未计）`, ` (examples left out: ${examples})`] : ['', ''];
    lines.push([
      '合计',
      '',
      refused > 0 ? '部分采纳' : '采纳',
      `共 ${total} 行${zhMore}：采纳 ${taken} 行，退回 ${refused} 行`,
      total === 0 ? '请在表头下方填写数据' : refused > 0 ? '请改正退回的行，重新放入；已采纳的行再放入不会重复' : '',
      `${total} rows${enMore}: ${taken} taken, ${refused} refused`,
      total === 0
        ? 'fill in rows below the header'
        : refused > 0
          ? 'correct the refused rows and drop the file again; rows already taken change nothing'
          : '',
    ]);
    if (refused > 0 && taken === 0) (lines[1] as string[])[2] = '退回';
  }
  const lineOf = (result: string) => (fault: TableFault) => [
    placeOf(fault),
    fault.column || (fault.row === 0 ? '' : '整行'),
    result,
    fault.zh,
    fault.adviceZh,
    fault.en,
    fault.adviceEn,
  ];
  lines.push(...faults.map(lineOf('退回')), ...notices.map(lineOf('提示')));
  return lines.map((cells) => `${cells.map(quoted).join(',')}\r\n`).join('');
}

/** "储备库!5", as Excel names a row of a sheet. */
const placeOf = ({ row, sheet }: TableFault): string => {
  if (row === 0) return sheet ?? '文件';
  return sheet === undefined ? String(row) : `${sheet}!${row}`;
};

const quoted = (text: string): string => `"${neutralised(text).replaceAll('"', '""')}"`;
