import { describe, expect, test } from '@jest/globals';
import ExcelJS from 'exceljs';
import fc from 'fast-check';
import iconv from 'iconv-lite';
import { REGISTERS, registerOf } from '../../../model/registers.js';
import { NO_VIEW } from '../../hub-view.js';
import { registerColumns } from './register-columns.js';
import { registersOf } from './register-sheets.js';
import { type RegisterReading, readRegisters } from './register-table.js';
import { withAbsences } from './whole-list.js';

const NAMED: Readonly<Record<string, string[]>> = {
  八十四户乡: ['654202200'],
  东村: ['654202200001', '654202201001'],
};
const context = {
  zone: 'Asia/Shanghai',
  crs: 'CGCS2000' as const,
  divisionNames: { 老街: '654202001' },
  view: { ...NO_VIEW, divisionsNamed: (name: string) => NAMED[name] ?? [] },
};
const registers = registersOf(REGISTERS);
const of = (...nouns: string[]) => registersOf(nouns.map((noun) => registerOf(noun)!));
const read = (text: string | Uint8Array, ...nouns: string[]): RegisterReading =>
  readRegisters(nouns.length > 0 ? of(...nouns) : registers, Buffer.from(text), context, 'a.csv');
const first = (reading: RegisterReading) => reading.outcome.records[0];
const told = ({ faults }: RegisterReading) => faults.map(({ row, column, reason, zh }) => [row, column, reason, zh]);

describe('every register has one reading', () => {
  test.each(
    REGISTERS.map((noun) => [noun.noun, noun] as const),
  )('%s: its own examples are read as one entry', (_n, noun) => {
    const columns = Object.values(registerColumns(noun));
    const names = columns.flatMap(({ header, aliases }) => [header, ...aliases]);
    expect(new Set(columns.map(({ header }) => header)).size).toBe(columns.length);
    expect(names.filter((name) => name === '状态').length).toBeLessThanOrEqual(1);
    const text = [columns.map(({ header }) => header), columns.map(({ example }) => `"${example}"`)].join('\n');
    const reading = read(text);
    expect(told(reading)).toEqual([]);
    expect(first(reading)).toMatchObject({
      kind: 'register',
      noun: noun.noun,
      code: noun.code.example,
      name: noun.name.example,
    });
  });
});

const SHELTERS = '避难场所编号,避难场所名称,经度,纬度,所在区划,可容纳人数,有效面积(平方米),是否室内,停用';
const shelter = (...cells: string[]) => read(`${SHELTERS}\n${cells.join('\n')}`, 'shelter');

describe('what cells may hold', () => {
  test('codes keep their zeros, units are the column’s own, degrees may be minutes, blanks are nulls, other columns stay unspoken', () => {
    expect(first(shelter('０012,一中,84°40′48″,北纬44.44,八十四户乡,"3,000",6000㎡,,'))).toMatchObject({
      code: '0012',
      position: { lon: 84.68, lat: 44.44, original: { crs: 'CGCS2000' } },
      divisionCode: '654202200',
      fields: { capacityPersons: 3000, areaSquareMetres: 6000, indoor: null },
    });
    expect(Object.keys((first(shelter('1,一中,,,,1,1,是,')) as { fields: object }).fields)).toEqual([
      'indoor',
      'capacityPersons',
      'areaSquareMetres',
    ]);
  });

  test.each([
    ['a unit that is another', '1,甲,,,,1,2 亩,,', '有效面积(平方米)', 'not-a-number'],
    ['a code that Excel spoilt', '6.54202E+17,甲,,,,1,,,', '避难场所编号', 'malformed'],
    ['longitude and latitude exchanged', '1,甲,44.44,84.68,,1,,,', '经度', 'bad-position'],
    ['half a position', '1,甲,84.68,,,1,,,', '经度', 'bad-position'],
    ['an unknown division', '1,甲,,,东湖乡,1,,,', '所在区划', 'unknown-code'],
    ['a name of two divisions', '1,甲,,,东村,1,,,', '所在区划', 'unknown-code'],
    ['neither yes nor no', '1,甲,,,,1,,大概,', '是否室内', 'unknown-code'],
    ['a number that cannot be', '1,甲,,,,-1,,,', '可容纳人数', 'out-of-range'],
    ['no code', ',甲,,,,1,,,', '避难场所编号', 'missing-field'],
    ['a word that does not say whether it is retired', '1,甲,,,,1,,,暂停', '停用', 'unknown-code'],
  ])('%s is refused with its column', (_name, row, column, reason) => {
    const { outcome, faults } = shelter(row);
    expect([outcome.records, faults.map((fault) => [fault.row, fault.column, fault.reason])]).toEqual([
      [],
      [[2, column, reason]],
    ]);
  });

  test('the department’s own names of divisions come first', () => {
    expect(first(shelter('1,甲,,,老街,1,,,'))).toMatchObject({ divisionCode: '654202001' });
  });

  test('dates are Excel’s day numbers or text, an instant is read in the feed’s zone, and what is out of order is told', () => {
    const plan = (from: string, to: string) =>
      read(`预案编号,预案名称,预案类型,发布单位,发布日期,应修订日期\nY-1,甲,总体预案,市政府,${from},${to}`, 'plan');
    expect(first(plan('46350', '2029年3月1日'))).toMatchObject({
      fields: { issuedOn: '2026-11-24', reviseBy: '2029-03-01' },
    });
    expect(told(plan('2026-03-01', '2025/3/1'))).toEqual([[2, '应修订日期', 'out-of-range', '早于或小于“发布日期”']]);
    const shift = read(
      '值班编号,值班单位,开始时间,结束时间,带班领导,值班员\nB1,指挥中心,2026-06-01 09:00,2026/6/2 9:00,甲,乙',
      'duty-shift',
    );
    expect(first(shift)).toMatchObject({
      fields: { startsAt: '2026-06-01T01:00:00.000Z', endsAt: '2026-06-02T01:00:00.000Z' },
    });
  });

  test('a wrong telephone number is not repeated', () => {
    const reading = read('专家编号,姓名,专业领域,手机\nZ1,甲,水文,1390000000O', 'expert');
    expect(told(reading)).toEqual([[2, '手机', 'malformed', '不是电话号码']]);
    expect(reading.outcome.rejects[0]?.detail).not.toContain('1390000000');
  });

  test('classes of supplies are known by code, by name and by both', () => {
    for (const cell of ['106', '临时住宿', '106 临时住宿'])
      expect(
        first(
          read(`物资编号,物资名称,所在储备库编号,物资分类,数量,计量单位\nW1,帐篷,K-1,${cell},20,顶`, 'supply-item'),
        ),
      ).toMatchObject({
        fields: { classCode: '106', depot: 'K-1', quantity: 20 },
      });
  });
});

describe('entries', () => {
  test('of a code that comes twice the first row counts and the other is refused', () => {
    const { outcome, faults } = shelter('1,甲,,,,1,,,', '1,乙,,,,2,,,');
    expect(outcome.records).toMatchObject([{ name: '甲' }]);
    expect(faults).toMatchObject([{ row: 3, column: '避难场所编号', zh: '编号 "1" 与第 2 行重复' }]);
  });

  test('what is out of use needs no more than its code and name', () => {
    const { outcome, faults } = shelter('1,甲,,,,,,,停用', '2,乙,,,,5,,,否', '3,,,,,5,,,是');
    expect(outcome.records).toMatchObject([{ code: '2' }, { code: '1', retired: true, fields: {} }]);
    expect(outcome.records[0]).not.toHaveProperty('retired');
    expect(faults).toMatchObject([{ row: 4, column: '避难场所名称' }]);
  });

  test('a refused row comes back alone, is recognised among all registers, and is refused alike', () => {
    const reading = read(
      '物资编号,物资名称,所在储备库编号,物资分类,数量,计量单位\nW1,帐篷,K-1,106,多,顶\nW2,棉被,,104,5,床',
    );
    const again = reading.outcome.rejects.map(({ input }) => read(String(input?.())));
    expect(again.map(({ outcome }) => outcome.rejects.map(({ reason, raw }) => [reason, raw]))).toEqual(
      reading.outcome.rejects.map(({ reason, raw }) => [[reason, expect.stringContaining(String(raw).slice(1, 20))]]),
    );
    const corrected = String(reading.outcome.rejects[0]?.input?.()).replace('多', '7');
    expect(first(read(corrected))).toMatchObject({ noun: 'supply-item', code: 'W1', fields: { quantity: 7 } });
  });

  test('GBK, UTF-8 and a workbook give the same', async () => {
    const rows = [SHELTERS.split(','), ['0012', '一中', '84.68', '44.44', '', '300', '', '是', '']];
    const text = rows.map((row) => row.join(',')).join('\n');
    const book = new ExcelJS.Workbook();
    book.addWorksheet('数据').addRows(rows);
    const [utf8, gbk, xlsx] = [text, iconv.encode(text, 'gbk'), new Uint8Array(await book.xlsx.writeBuffer())].map(
      (bytes) => JSON.stringify(read(bytes, 'shelter').outcome.records),
    );
    expect(utf8).toContain('0012');
    expect([gbk, xlsx]).toEqual([utf8, utf8]);
  });
});

describe('a workbook of several registers', () => {
  test('each sheet is known by its name or its header; explanations are passed over, another table and a lacking header are told', async () => {
    const book = new ExcelJS.Workbook();
    book.addWorksheet('填写说明').addRow(['列名', '储备库编号']);
    book
      .addWorksheet('储备库台账')
      .addRows([
        ['乌苏市储备库台账'],
        ['编号', '名称', '储备库级别', '主管单位'],
        ['K-1', '一号库', '县市级', '应急局'],
        ['K-2', '二号库', '星际', '应急局'],
      ]);
    book.addWorksheet('Sheet2').addRows([
      ['物资编号', '物资名称', '所在储备库编号', '物资分类', '数量', '计量单位'],
      ['W1', '帐篷', 'K-1', '106', 20, '顶'],
    ]);
    book.addWorksheet('避难场所').addRows([
      ['避难场所编号', '避难场所名称'],
      ['B1', '一中'],
    ]);
    book.addWorksheet('通讯录').addRow(['电话', '科室']);
    const reading = read(new Uint8Array(await book.xlsx.writeBuffer()));
    expect(reading.outcome.records).toMatchObject([
      { noun: 'supply-depot', code: 'K-1' },
      { noun: 'supply-item', code: 'W1' },
    ]);
    expect(reading.faults.map(({ sheet, row, column, reason }) => [sheet, row, column, reason])).toEqual([
      ['储备库台账', 4, '储备库级别', 'unknown-code'],
      ['避难场所', 0, '', 'missing-field'],
    ]);
    expect(reading.notices).toMatchObject([{ sheet: '通讯录', row: 0 }]);
    expect(reading.outcome.rejects.map(({ detail }) => detail.split(',')[0])).toEqual([
      'a.csv sheet 储备库台账 row 4',
      'a.csv sheet 避难场所',
    ]);
  });

  test('a file without any is refused as a whole', () => {
    expect(read('甲,乙\n1,2')).toMatchObject({ total: 0, faults: [{ row: 0, reason: 'malformed' }] });
  });
});

describe('a whole list', () => {
  const held = (count: number) => () =>
    Array.from({ length: count }, (_, n) => ({ code: String(n + 1), name: `第${n + 1}` }));
  const listed = (...codes: string[]) => shelter(...codes.map((code) => `${code},甲,,,,1,,,`));

  test('retires what it leaves out, and says so', () => {
    const { outcome, notices } = withAbsences(listed('1', '2', '3'), held(4), 0.3, 'a.csv');
    expect(outcome.records.slice(3)).toMatchObject([{ code: '4', name: '第4', retired: true, fields: {} }]);
    expect(notices[0]?.zh).toContain('已停用：4');
  });

  test('that would retire more than the bound retires none, takes its rows, and is one reject', () => {
    const { outcome, faults } = withAbsences(listed('1', '2'), held(4), 0.3, 'a.csv');
    expect(outcome.records.map((record) => 'code' in record && record.code)).toEqual(['1', '2']);
    expect(outcome.rejects).toMatchObject([{ reason: 'out-of-range', detail: expect.stringContaining('2 of 4') }]);
    expect(faults[0]).toMatchObject({ row: 0, zh: expect.stringContaining('30 %') });
    expect(withAbsences(listed('1', '2'), held(4), 0.5, 'a.csv').outcome.records).toHaveLength(4);
  });

  test('counts a refused row as present, and retires none while a row has no readable code', () => {
    const refused = withAbsences(shelter('1,甲,,,,1,,,', '2,乙,,,,多,,,'), held(2), 1, 'a.csv');
    expect(refused.outcome.records).toHaveLength(1);
    const nameless = withAbsences(shelter('1,甲,,,,1,,,', ',乙,,,,1,,,'), held(2), 1, 'a.csv');
    expect(nameless.outcome.records).toHaveLength(1);
    expect(nameless.outcome.rejects).toHaveLength(2);
  });
});

test('whatever stands in the cells, every row is an entry or a reject, and nothing throws', () => {
  const cell = fc.oneof(
    fc.string({ unit: 'grapheme', maxLength: 10 }).map((text) => text.replaceAll(/[",\n\r]/g, '')),
    fc.constantFrom('1', '0012', '甲', '84.68', '44.44', '654202', '是', '停用', '', '6E+17'),
  );
  fc.assert(
    fc.property(fc.array(fc.array(cell, { minLength: 9, maxLength: 9 }), { minLength: 1, maxLength: 8 }), (rows) => {
      const reading = shelter(...rows.map((cells) => cells.join(',')));
      expect(reading.outcome.records.length + reading.outcome.rejects.length).toBe(
        Math.max(reading.total, reading.outcome.rejects.length),
      );
    }),
    { numRuns: 300 },
  );
});
