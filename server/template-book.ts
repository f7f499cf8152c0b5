import ExcelJS from 'exceljs';
import type { Column, TableForm } from '../connectors/shared/tables/columns.js';
import { EXAMPLE } from '../connectors/shared/tables/read-rows.js';

/** Rows that a template prepares for filling in. */
const ROWS = 500;
const FIRST_ROW = 4;
const TYPE_ZH: Readonly<Record<Column['type'], string>> = {
  text: '文字',
  number: '数字',
  integer: '整数',
  'date-time': '日期时间',
  date: '日期',
  boolean: '是 / 否',
  'one-of': '选填一项',
};
const FORMATS: Partial<Record<Column['type'], string>> = { 'date-time': 'yyyy-mm-dd hh:mm', date: 'yyyy-mm-dd' };

/** The name over a column, with its unit; `*` where it must be filled in. The reader knows it with or without both. */
export const headerOf = ({ header, required, unit }: Column): string =>
  `${required ? '*' : ''}${header}${unit && !/[（(]/.test(header) ? `（${unit}）` : ''}`;

/**
 * The .xlsx that people fill in for a feed: 数据 with title, header and an example row (passed over when read), drop-downs and
 * ranges on the rows below; 填写说明 with what each column means.
 */
export async function templateBook(form: TableForm): Promise<Uint8Array> {
  const book = new ExcelJS.Workbook();
  const columns = Object.values(form.columns);
  addData(book, form, columns);
  addExplanations(book, form, columns);
  addChoices(book, columns);
  return new Uint8Array(await book.xlsx.writeBuffer());
}

function addData(book: ExcelJS.Workbook, form: TableForm, columns: readonly Column[]): void {
  const sheet = book.addWorksheet('数据', { views: [{ state: 'frozen', ySplit: FIRST_ROW - 2 }] });
  sheet.columns = columns.map((column) => ({ width: Math.min(40, 8 + 2 * headerOf(column).length) }));
  sheet.addRow([form.title.zh]).font = { bold: true, size: 14 };
  if (columns.length > 1) sheet.mergeCells(1, 1, 1, columns.length);
  sheet.getCell(1, 1).alignment = { horizontal: 'center' };
  sheet.addRow(columns.map(headerOf)).font = { bold: true };
  const example = sheet.addRow(
    columns.map((column, at) => (at === 0 ? `${EXAMPLE}：${column.example}` : column.example)),
  );
  example.font = { italic: true, color: { argb: 'FF808080' } };
  for (const [at, column] of columns.entries())
    for (let row = FIRST_ROW; row < FIRST_ROW + ROWS; row++) {
      const cell = sheet.getCell(row, at + 1);
      // As text, or Excel turns "0012" into 12 and "12-1" into a date.
      cell.numFmt = FORMATS[column.type] ?? (/^(number|integer)$/.test(column.type) ? 'General' : '@');
      const validation = validationOf(column, at);
      if (validation) cell.dataValidation = validation;
    }
}

function validationOf(column: Column, at: number): ExcelJS.DataValidation | undefined {
  const told = {
    allowBlank: true,
    showErrorMessage: true,
    errorStyle: 'warning',
    errorTitle: column.header,
    error: (column.note || `例如 ${column.example}`).slice(0, 200),
  };
  if (column.choices) {
    const letter = letterOf(at);
    return { ...told, type: 'list', formulae: [`选项!$${letter}$2:$${letter}$${column.choices.length + 1}`] };
  }
  const { type, min, max } = column;
  if ((type !== 'number' && type !== 'integer') || (min === undefined && max === undefined)) return undefined;
  const bounds = { ...told, type: type === 'integer' ? ('whole' as const) : ('decimal' as const) };
  if (max === undefined) return { ...bounds, operator: 'greaterThanOrEqual', formulae: [min] };
  if (min === undefined) return { ...bounds, operator: 'lessThanOrEqual', formulae: [max] };
  return { ...bounds, operator: 'between', formulae: [min, max] };
}

function addExplanations(book: ExcelJS.Workbook, form: TableForm, columns: readonly Column[]): void {
  const sheet = book.addWorksheet('填写说明');
  sheet.columns = [16, 10, 12, 18, 50, 24, 60].map((width) => ({ width }));
  sheet.addRow(['列名', '是否必填', '类型', '单位和范围', '可选值', '示例', '说明']).font = { bold: true };
  for (const column of columns) {
    const { header, required, type, unit = '', min, max, choices = [], example, note } = column;
    const range = min === undefined && max === undefined ? '' : ` ${min ?? '…'} 至 ${max ?? '…'}`;
    sheet.addRow([
      header,
      required ? '必填' : '可空',
      TYPE_ZH[type],
      `${unit}${range}`.trim(),
      choices.join('、'),
      example,
      note,
    ]).alignment = { wrapText: true, vertical: 'top' };
  }
  sheet.addRow([]);
  const general = [
    '首行灰色斜体为示例，读取时跳过；请从其下一行开始填写。带 * 的列必填。',
    '请勿改动列名；列的顺序可以调整，不需要的可空列可以删除。保存为 .xlsx 或 CSV，不要加密码。',
    '放入后，答复文件（文件名.answer.csv）逐行说明哪一行、哪一列、为什么、怎样改；正确的行已采纳，改正后可整表重新放入。',
  ];
  for (const note of [...(form.notes ?? []), ...general]) sheet.addRow([note]);
}

/** A list inside a validation may have 255 characters, one on a sheet any number. */
function addChoices(book: ExcelJS.Workbook, columns: readonly Column[]): void {
  const sheet = book.addWorksheet('选项', { state: 'veryHidden' });
  for (const [at, { header, choices }] of columns.entries())
    for (const [row, label] of choices ? [header, ...choices].entries() : [])
      sheet.getCell(row + 1, at + 1).value = label;
}

function letterOf(index: number): string {
  const rest = Math.floor(index / 26);
  return `${rest > 0 ? letterOf(rest - 1) : ''}${String.fromCharCode(65 + (index % 26))}`;
}
