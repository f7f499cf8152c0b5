import { expect, test } from '@jest/globals';
import ExcelJS from 'exceljs';
import fc from 'fast-check';
import { DecodeError } from '../codecs/decode-error.js';
import { booleanOf, CellFault, numberOf, timeOf } from './cells.js';
import { needed, optional } from './columns.js';
import { readRows } from './read-rows.js';
import { headerKeys, neutralised } from './text.js';

const columns = {
  name: needed.text('名称', { example: '乌苏站', aliases: ['站名'] }),
  level: needed.number('水位', { example: '1.5', unit: 'm', min: 0, max: 10 }),
  count: optional.integer('人数', { example: '3' }),
  at: needed.dateTime('时间', { example: '2026-11-24 08:30' }),
  open: optional.boolean('是否开放', { example: '是' }),
  kind: optional.oneOf('类别', { 水库: 'RESERVOIR', 河道: 'RIVER' }, { example: '水库' }),
};
const context = { zone: 'Asia/Shanghai' };
const csv = (...lines: string[]): Uint8Array => Buffer.from(lines.join('\n'));
const HEADER = '名称,水位(m),人数,时间,是否开放,类别';

test('good rows are kept when others are bad, and every fault says where and what to do', () => {
  const { rows, faults, total } = readRows(
    csv(
      '汛情表,,,,,',
      HEADER,
      '甲,1.5,2,2026-11-24 08:30,是,水库',
      '乙,高,,2026-13-01 00:00,也许,湖',
      '丙,11,2.5,2026年1月2日,否,河道',
      ',1,,,,',
    ),
    columns,
    context,
  );
  expect(total).toBe(4);
  expect(rows).toMatchObject([
    {
      row: 3,
      values: {
        name: '甲',
        level: 1.5,
        count: 2,
        at: { at: new Date('2026-11-24T00:30Z') },
        open: true,
        kind: 'RESERVOIR',
      },
    },
  ]);
  expect(faults.map(({ row, column, reason }) => [row, column, reason])).toEqual([
    [4, '水位', 'not-a-number'],
    [4, '时间', 'bad-time'],
    [4, '是否开放', 'unknown-code'],
    [4, '类别', 'unknown-code'],
    [5, '水位', 'out-of-range'],
    [5, '人数', 'out-of-range'],
    [6, '名称', 'missing-field'],
    [6, '时间', 'missing-time'],
  ]);
  for (const fault of faults)
    expect([fault.en, fault.zh, fault.adviceEn, fault.adviceZh].every((text) => text.length > 2)).toBe(true);
});

test('the header is found below merged titles, in any order, under another name, with marks and brackets', async () => {
  const book = new ExcelJS.Workbook();
  book.addWorksheet('封面').addRow(['说明']);
  const sheet = book.addWorksheet('数据');
  sheet.addRow(['乌苏市汛情统计表']);
  sheet.mergeCells('A1:D1');
  sheet.addRow([]);
  sheet.addRow(['时 间※', '水位（ｍ）', '*站名', '备注']);
  sheet.addRow([46350.25, '１.５', '甲', 'x']).getCell(1).numFmt = 'yyyy-mm-dd';
  sheet.addRow(['时 间※', '水位（ｍ）', '*站名', '备注']);
  sheet.addRow([46350.25, 2, '乙']);
  const { rows, faults } = readRows(new Uint8Array(await book.xlsx.writeBuffer()), columns, context);
  expect(faults).toEqual([]);
  expect(rows.map(({ row, values }) => [row, values.name, values.level, values.at.at.toISOString()])).toEqual([
    [4, '甲', 1.5, '2026-11-23T22:00:00.000Z'],
    [6, '乙', 2, '2026-11-23T22:00:00.000Z'],
  ]);
});

test('a missing column is named, and a table without any of them is refused', () => {
  const failing = (text: string): unknown => {
    try {
      return readRows(csv(text), columns, context);
    } catch (error) {
      return error;
    }
  };
  expect(failing('名称,人数\n甲,1')).toMatchObject({
    reason: 'missing-field',
    message: expect.stringContaining('水位、时间'),
  });
  expect(failing('a,b\n1,2')).toMatchObject({ reason: 'malformed', message: expect.stringContaining('名称') });
});

test('a rejected row reads alike when it comes back alone', () => {
  const bad = readRows(csv(HEADER, '甲,高,2,2026-11-24 08:30,,'), columns, context);
  const again = readRows(Buffer.from(bad.faults[0]!.raw), columns, context);
  expect(again.faults).toMatchObject([{ column: '水位', raw: bad.faults[0]!.raw }]);
  const corrected = readRows(Buffer.from(bad.faults[0]!.raw.replace('高', '2')), columns, context);
  expect(corrected.rows).toMatchObject([{ values: { name: '甲', level: 2 } }]);
});

test('an example row is passed over and counted', () => {
  const read = readRows(csv(HEADER, '示例：乌苏站,1,,2026-01-01,,', '甲,1,,2026-01-01,,'), columns, context);
  expect(read).toMatchObject({ total: 1, examples: 1, rows: [{ row: 3 }], faults: [] });
});

test.each([
  ['2026-11-24 08:30', '2026-11-24T00:30:00.000Z'],
  ['2026/1/4 8:05', '2026-01-04T00:05:00.000Z'],
  ['2026.11.24', '2026-11-23T16:00:00.000Z'],
  ['2026年11月24日8时30分', '2026-11-24T00:30:00.000Z'],
  ['2026年11月24日 8时', '2026-11-24T00:00:00.000Z'],
  ['２０２６-11-24　08:30:15', '2026-11-24T00:30:15.000Z'],
  ['20261124083000', '2026-11-24T00:30:00.000Z'],
  ['20261124', '2026-11-23T16:00:00.000Z'],
  ['46350.35416666667', '2026-11-24T00:30:00.000Z'],
  ['2026-11-24T08:30:00+06:00', '2026-11-24T02:30:00.000Z'],
])('%s is %s', (text, iso) => expect(timeOf(text, 'Asia/Shanghai').at.toISOString()).toBe(iso));

test.each(['2026-02-30', '24/11/2026', '昨天', '08:30', '2026-11-24 25:00', '99999'])('%s is no time', (text) =>
  expect(() => timeOf(text, 'Asia/Shanghai')).toThrow(CellFault));

test('numbers are read with grouping, full width and their unit, and nothing else is', () => {
  expect(
    ['1,234.5', '１２', '-3e2', '12.5 m', '7米'].map((text) => numberOf(text, text.endsWith('米') ? '米' : 'm')),
  ).toEqual([1234.5, 12, -300, 12.5, 7]);
  for (const text of ['', '1,23', '12 km', '0x10', 'Infinity', '1-2', '=1'])
    expect(() => numberOf(text, 'm')).toThrow(CellFault);
  expect([booleanOf('√'), booleanOf(' 否 ')]).toEqual([true, false]);
});

test('a cell that would run as a formula is made text', () => {
  expect(['=1', '+1', '-1', '@a', '\tx', '\rx', 'a=1'].map(neutralised)).toEqual([
    "'=1",
    "'+1",
    "'-1",
    "'@a",
    "'\tx",
    "'\rx",
    'a=1',
  ]);
  expect(headerKeys(' ※水 位（m）')).toEqual(['水位(m)', '水位']);
});

test('whatever stands in the cells, rows come out or faults do, and every row is counted', () => {
  const cell = fc.oneof(
    fc.string({ unit: 'grapheme', maxLength: 12 }),
    fc.constantFrom('甲', '1.5', '2026-11-24', '是', '水库', ''),
  );
  fc.assert(
    fc.property(fc.array(fc.array(cell, { minLength: 6, maxLength: 6 }), { maxLength: 8 }), (cells) => {
      const quote = (text: string): string => `"${text.replace(/[\0-\x1f"\x7f\ud800-\uf8ff]/g, '')}"`;
      const text = [HEADER, ...cells.map((row) => row.map(quote).join(','))].join('\n');
      try {
        const { rows, faults, total } = readRows(Buffer.from(text), columns, context);
        expect(rows.length + new Set(faults.map(({ row }) => row)).size).toBe(total);
      } catch (error) {
        expect(error).toBeInstanceOf(DecodeError);
      }
    }),
  );
});
