import { expect, test } from '@jest/globals';
import ExcelJS from 'exceljs';
import { needed, optional, type TableForm } from '../connectors/shared/tables/columns.js';
import { readRows } from '../connectors/shared/tables/read-rows.js';
import { connectors } from './connectors.js';
import { headerOf, templateBook } from './template-book.js';

const own: TableForm = {
  title: { en: 'Levels', zh: '汛情表' },
  columns: {
    name: needed.text('名称', { example: '乌苏站', note: '全称' }),
    level: needed.number('水位', { example: '1.5', unit: 'm', min: 0, max: 10 }),
    at: needed.dateTime('时间', { example: '2026-11-24 08:30' }),
    kind: optional.oneOf('类别', { 水库: 'RESERVOIR', 河道: 'RIVER' }, { example: '水库' }),
  },
};
const forms = [
  ['a table', own] as const,
  ...connectors.flatMap(({ id, table }) => (table ? [[id, table] as const] : [])),
];
const context = { zone: 'Asia/Shanghai' };

/** A template with a row under its example, `change` made to what the example says. */
async function filled(form: TableForm, change: (header: string, example: string) => string): Promise<Uint8Array> {
  const book = new ExcelJS.Workbook();
  await book.xlsx.load((await templateBook(form)) as unknown as ExcelJS.Buffer);
  const sheet = book.getWorksheet('数据');
  for (const [at, { header, example }] of Object.values(form.columns).entries()) {
    const cell = sheet?.getCell(4, at + 1);
    if (cell) cell.value = change(header, example);
  }
  return new Uint8Array(await book.xlsx.writeBuffer());
}

test.each(forms)('%s: its template, filled in as the example is, is read without a fault', async (_id, form) => {
  const { rows, faults, examples, total } = readRows(
    await filled(form, (_header, example) => example),
    form.columns,
    context,
  );
  expect([faults, rows.length, examples, total]).toEqual([[], 1, 1, 1]);
});

test.each(forms)('%s: a template as it is made brings nothing', async (_id, form) => {
  expect(readRows(await templateBook(form), form.columns, context)).toMatchObject({
    total: 0,
    faults: [],
    examples: 1,
  });
});

test.each(forms)('%s: a required cell left empty is told with its row and its column', async (_id, form) => {
  const required = Object.values(form.columns).filter((column) => column.required);
  expect(required.length).toBeGreaterThan(0);
  const bytes = await filled(form, (header, example) => (header === required.at(-1)?.header ? '' : example));
  const { faults, total } = readRows(bytes, form.columns, context);
  // A table of one required column that is left empty is an empty row.
  if (total > 0) expect(faults).toMatchObject([{ row: 4, column: required.at(-1)?.header, zh: '未填写' }]);
});

test.each(forms)('%s: its second sheet explains every column, and choices are drop-downs', async (_id, form) => {
  const book = new ExcelJS.Workbook();
  await book.xlsx.load((await templateBook(form)) as unknown as ExcelJS.Buffer);
  const [data, explained, choices] = ['数据', '填写说明', '选项'].map((name) => book.getWorksheet(name));
  for (const [at, column] of Object.values(form.columns).entries()) {
    expect(data?.getCell(2, at + 1).text).toBe(headerOf(column));
    const row = explained?.getRow(at + 2).values as string[];
    expect(row.slice(1, 3)).toEqual([column.header, column.required ? '必填' : '可空']);
    if (!column.choices) continue;
    const { type, formulae } = data?.getCell(4, at + 1).dataValidation ?? {};
    expect([type, String(formulae?.[0])]).toEqual(['list', expect.stringMatching(/^选项!\$[A-Z]+\$2:/)]);
    expect(choices?.getCell(2, at + 1).text).toBe(column.choices[0]);
  }
});
