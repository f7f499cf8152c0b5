import ExcelJS from 'exceljs';
import type { Connector } from '../connectors/connector.js';
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
 * The .xlsx that people fill in for a feed: for every table a sheet with title, header and an example row (passed over when read),
 * drop-downs and ranges on the rows below (数据, or of several the table's name); 填写说明 with what each column means.
 */
export async function templateBook(forms: readonly TableForm[]): Promise<Uint8Array> {
  const book = new ExcelJS.Workbook();
  const choices = new Choices();
  for (const form of forms) addData(book, form, sheetOf(form, forms), choices);
  addExplanations(book, forms);
  choices.add(book);
  return new Uint8Array(await book.xlsx.writeBuffer());
}

/** The tables that people fill in for a feed; none of most. */
export const formsOf = ({ table, tables = [] }: Pick<Connector, 'table' | 'tables'>): readonly TableForm[] =>
  table ? [table] : tables;

/** The sheet that holds one of `forms`. */
export const sheetOf = ({ title }: TableForm, forms: readonly TableForm[]): string =>
  forms.length === 1 ? '数据' : title.zh.replace(/[*?:\\/[\]]/g, ' ').slice(0, 31);

function addData(book: ExcelJS.Workbook, form: TableForm, name: string, choices: Choices): void {
  const columns = Object.values(form.columns);
  const sheet = book.addWorksheet(name, { views: [{ state: 'frozen', ySplit: FIRST_ROW - 2 }] });
  sheet.columns = columns.map((column) => ({ width: Math.min(40, 8 + 2 * headerOf(column).length) }));
  sheet.addRow([form.title.zh]).font = { bold: true, size: 14 };
  if (columns.length > 1) sheet.mergeCells(1, 1, 1, columns.length);
  sheet.getCell(1, 1).alignment = { horizontal: 'center' };
  sheet.addRow(columns.map(headerOf)).font = { bold: true };
  const example = sheet.addRow(
    columns.map((column, at) => (at === 0 ? `${EXAMPLE}：${column.example}` : column.example)),
  );
  example.font = { italic: true, color: { argb: 'FF808080' } };
  for (const [at, column] of columns.entries()) {
    const validation = validationOf(column, choices);
    for (let row = FIRST_ROW; row < FIRST_ROW + ROWS; row++) {
      const cell = sheet.getCell(row, at + 1);
      // As text, or Excel turns "0012" into 12 and "12-1" into a date.
      cell.numFmt = FORMATS[column.type] ?? (/^(number|integer)$/.test(column.type) ? 'General' : '@');
      if (validation) cell.dataValidation = validation;
    }
  }
}

function validationOf(column: Column, choices: Choices): ExcelJS.DataValidation | undefined {
  const told = {
    allowBlank: true,
    showErrorMessage: true,
    errorStyle: 'warning',
    errorTitle: column.header,
    error: (column.note || `例如 ${column.example}`).slice(0, 200),
  };
  if (column.choices) return { ...told, type: 'list', formulae: [choices.range(column.header, column.choices)] };
  const { type, min, max } = column;
  if ((type !== 'number' && type !== 'integer') || (min === undefined && max === undefined)) return undefined;
  const bounds = { ...told, type: type === 'integer' ? ('whole' as const) : ('decimal' as const) };
  if (max === undefined) return { ...bounds, operator: 'greaterThanOrEqual', formulae: [min] };
  if (min === undefined) return { ...bounds, operator: 'lessThanOrEqual', formulae: [max] };
  return { ...bounds, operator: 'between', formulae: [min, max] };
}

const GENERAL = [
  '首行灰色斜体为示例，读取时跳过；请从其下一行开始填写。带 * 的列必填。',
  '请勿改动列名；列的顺序可以调整，不需要的可空列可以删除。保存为 .xlsx 或 CSV，不要加密码。',
  '放入后，答复文件（文件名.answer.csv）逐行说明哪一行、哪一列、为什么、怎样改；正确的行已采纳，改正后可整表重新放入。',
];

function addExplanations(book: ExcelJS.Workbook, forms: readonly TableForm[]): void {
  const sheet = book.addWorksheet('填写说明');
  sheet.columns = [20, 16, 10, 12, 18, 50, 24, 60].map((width) => ({ width }));
  const heads = ['工作表', '列名', '是否必填', '类型', '单位和范围', '可选值', '示例', '说明'];
  sheet.addRow(heads).font = { bold: true };
  for (const form of forms)
    for (const { header, required, type, unit = '', min, max, choices = [], example, note } of Object.values(
      form.columns,
    )) {
      const range = min === undefined && max === undefined ? '' : ` ${min ?? '…'} 至 ${max ?? '…'}`;
      const must = required ? '必填' : '可空';
      const told = [TYPE_ZH[type], `${unit}${range}`.trim(), choices.join('、'), example, note];
      const row = sheet.addRow([sheetOf(form, forms), header, must, ...told]);
      row.alignment = { wrapText: true, vertical: 'top' };
    }
  sheet.addRow([]);
  for (const note of new Set([...forms.flatMap(({ notes = [] }) => notes), ...GENERAL])) sheet.addRow([note]);
}

/** The lists of drop-downs, on a hidden sheet: inside a validation they may have 255 characters. */
class Choices {
  readonly #lists: (readonly string[])[] = [];

  range(header: string, choices: readonly string[]): string {
    this.#lists.push([header, ...choices]);
    const letter = letterOf(this.#lists.length - 1);
    return `选项!$${letter}$2:$${letter}$${choices.length + 1}`;
  }

  add(book: ExcelJS.Workbook): void {
    const sheet = book.addWorksheet('选项', { state: 'veryHidden' });
    for (const [at, list] of this.#lists.entries())
      for (const [row, label] of list.entries()) sheet.getCell(row + 1, at + 1).value = label;
  }
}

function letterOf(index: number): string {
  const rest = Math.floor(index / 26);
  return `${rest > 0 ? letterOf(rest - 1) : ''}${String.fromCharCode(65 + (index % 26))}`;
}
