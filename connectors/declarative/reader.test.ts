import { afterEach, expect, test } from '@jest/globals';
import ExcelJS from 'exceljs';
import type { Outcome } from '../../model/record.js';
import { atBest } from '../../tests/support/at-best.js';
import { converted, unitFault } from '../shared/units.js';
import { Reader, type ReaderSettings } from './reader.js';

const open: Reader[] = [];
afterEach(() => {
  for (const each of open.splice(0)) each.close();
});

function readerOf(change: Partial<ReaderSettings>): Reader {
  const made = new Reader({
    format: 'json',
    table: {},
    to: 'observation',
    mapping: '$',
    zone: 'Asia/Shanghai',
    crs: 'WGS84',
    units: {},
    exercise: false,
    ...change,
  });
  open.push(made);
  return made;
}

/** Records without where they came from, and rejects as "reason: detail". */
const told = ({ records, rejects }: Outcome) => ({
  records: records.map(({ raw: _raw, input: _input, ...rest }) => rest),
  rejects: rejects.map(({ reason, detail }) => `${reason}: ${detail}`),
});
const read = async (text: string | Uint8Array, change: Partial<ReaderSettings>, about = {}) =>
  told(await readerOf(change).read({ bytes: Buffer.from(text), about }));

const CSV = `站号,时间,气温,风速,湿度
S1,2026-01-05 08:00,23.0,36,81
S1,2026-01-05 08:10,abc,18,
S2,,10,9,50
`;
const CSV_MAPPING = `{
  "station": 站号, "observedAt": 时间,
  "values": { "air-temperature": 气温, "wind-speed": 风速, "relative-humidity": 湿度 }
}`;

test('a table of text gives an observation for each value, in the hub’s units; bad rows are named and good ones kept', async () => {
  const units = { 'air-temperature': '°F', 'wind-speed': 'km/h' };
  const { records, rejects } = await read(CSV, { format: 'csv', mapping: CSV_MAPPING, units });
  expect(records).toEqual([
    expect.objectContaining({ property: 'air-temperature', value: -5, observedAt: new Date('2026-01-05T00:00:00Z') }),
    expect.objectContaining({ property: 'wind-speed', value: 10, sourceId: 'S1/wind-speed/2026-01-05T00:00:00.000Z' }),
    expect.objectContaining({ property: 'relative-humidity', value: 81, quality: 'UNCHECKED', station: 'S1' }),
    expect.objectContaining({ property: 'wind-speed', value: 5 }),
    expect.objectContaining({ property: 'relative-humidity', value: null, quality: 'MISSING' }),
  ]);
  expect(rejects).toEqual([
    'not-a-number: input, row 3: air-temperature: "abc" is no number: write the number alone',
    ...Array.from(
      { length: 3 },
      () => 'bad-time: input, row 4: observedAt: "" is no date of the calendar: write it as 2026-11-24 08:30',
    ),
  ]);
});

test('GBK tables, workbooks with a title, and tables whose header stands lower are read by their columns', async () => {
  const gbk = Buffer.from('d5beb5e3c3fb2cd6b50ab1b1c6c22c310a', 'hex');
  const own = { format: 'csv' as const, to: 'station', mapping: '{"code": 站点名, "name": 值}' };
  expect((await read(gbk, own)).records).toEqual([{ kind: 'station', code: '北坡', name: '1' }]);
  const book = new ExcelJS.Workbook();
  const sheet = book.addWorksheet('站点');
  sheet.addRows([['雪场站点表'], ['编号', '名称', '经度', '纬度'], ['A', '一号', 84.5, 44.1]]);
  const bytes = new Uint8Array(await book.xlsx.writeBuffer());
  const mapping = '{"code": 编号, "name": 名称, "lon": 经度, "lat": 纬度}';
  const workbook = { format: 'xlsx' as const, to: 'station', mapping, table: { headerRow: 2 } };
  expect((await read(bytes, workbook)).records).toMatchObject([{ code: 'A', position: { lon: 84.5, lat: 44.1 } }]);
  expect((await read(bytes, { ...workbook, table: { sheet: '没有' } })).rejects).toEqual([
    'missing-field: input: no sheet "没有"; it has 站点',
  ]);
});

test('parts of a JSON document are selected by `each`, long codes keep their digits, and an address that has moved is noticed', async () => {
  const own = {
    each: 'data.list',
    mapping: '{"station": $string(id), "property": "water-level", "value": z, "observedAt": $document.data.time}',
  };
  const text = '{"data":{"time":1767571200,"list":[{"id":654202000000000123,"z":"1,003.25"},{"id":7,"z":null}]}}';
  expect((await read(text, own)).records).toMatchObject([
    { station: '654202000000000123', value: 1003.25, observedAt: new Date('2026-01-05T00:00:00Z') },
    { station: '7', value: null, quality: 'MISSING' },
  ]);
  expect(await read('{"data":{"list":[]}}', own)).toEqual({ records: [], rejects: [] });
  expect((await read('{"data":{"items":[1]}}', own)).rejects).toEqual([
    'missing-field: input: each: there is no data.list in it: the source may have changed',
  ]);
  expect((await read('{"data":', own)).rejects).toEqual([
    'truncated: input: the JSON text ends before its last bracket',
  ]);
});

test('a long document is read whole, each row with what stands around the rows, and nothing else waits for it', async () => {
  const list = Array.from({ length: 12_000 }, (_, i) => ({ id: i, more: 'y'.repeat(120) }));
  const text = JSON.stringify({ time: 1767571200, list });
  const mapping = '{"station": id, "property": "rain-1h", "value": 1, "observedAt": $document.time}';
  const held = await atBest(1000, async () => {
    const work = readerOf({ each: 'list', mapping }).read({ bytes: Buffer.from(text), about: {} });
    let [longest, last] = [0, performance.now()];
    const timer = setInterval(() => {
      longest = Math.max(longest, performance.now() - last);
      last = performance.now();
    }, 5);
    const { records, rejects } = await work;
    clearInterval(timer);
    expect([records.length, rejects]).toEqual([12_000, []]);
    return longest;
  });
  expect(held).toBeLessThan(1000);
});

test('XML is read with its attributes, by the hub’s one XML reader', async () => {
  const own = {
    format: 'xml' as const,
    each: 'stations.s',
    mapping: '{"station": `@id`, "property": "rain-1h", "value": rain, "observedAt": time, "unit": "cm"}',
  };
  const text = '<stations><s id="01"><rain>1.2</rain><time>2026-01-05T08:00:00+06:00</time></s></stations>';
  expect((await read(text, own)).records).toMatchObject([
    { station: '01', value: 12, observedAt: new Date('2026-01-05T02:00:00Z') },
  ]);
  expect((await read(`<!DOCTYPE a>${text}`, own)).rejects[0]).toMatch(/^doctype: /);
});

test('a mapping gives warnings, with the level by its colour and the end by its hazard where none is said', async () => {
  const row = { id: 'W1', level: '橙色', title: '雪崩', sent: '2026-01-05 08:00', area: '654202000000' };
  const mapping = `{"identifier": id, "level": level, "hazard": "暴雪", "headline": title, "sentAt": sent, "divisions": area,
    "polygon": [[84, 44], [85, 44], [85, 45], [84, 44]]}`;
  const { records } = await read(JSON.stringify(row), { to: 'warning', mapping });
  expect(records).toMatchObject([
    {
      kind: 'warning',
      identifier: 'W1',
      level: 'ORANGE',
      format: 'mapped',
      hazardCode: '11B04',
      expiresAt: new Date('2026-01-06T00:00:00Z'),
      divisionCodes: ['654202'],
      area: { type: 'Polygon' },
      status: 'ACTUAL',
    },
  ]);
  const { rejects } = await read(JSON.stringify({ ...row, level: '严重' }), { to: 'warning', mapping });
  expect(rejects).toEqual([
    'unknown-code: input, row 1: level: "严重" is no colour: blue, yellow, orange, red or 蓝色 黄色 橙色 红色',
  ]);
});

test('a mapping gives entries of a register, checked by the register’s own description', async () => {
  const own = { to: 'fire-station', mapping: '{"code": c, "name": n, "lon": x, "lat": y, "fields": f}' };
  const good = { c: 'F1', n: '一站', x: 84.6, y: 44.4, f: {} };
  const { records, rejects } = await read(
    JSON.stringify([good, { ...good, f: { nothing: 1 } }, { ...good, y: 144 }]),
    own,
  );
  expect([...records, ...rejects]).toEqual([
    expect.anything(),
    expect.stringMatching(/^unsupported: input, row 2: fields.nothing: /),
    'bad-position: input, row 3: lon 84.6, lat 144 is no place on Earth: check their order and names',
  ]);
});

test('one row may give several records of several kinds, and a row of which nothing is made is counted', async () => {
  const mapping = `id = "skip" ? [] : [
    {"record": "station", "code": id, "name": id},
    {"station": id, "property": "rain-1h", "value": 1, "observedAt": "2026-01-05 08:00"},
    {"record": "threshold", "station": id, "property": "rain-1h", "name": "warning", "value": 3, "unit": "cm"},
    {"record": "nonsense"},
    "text"
  ]`;
  const reader = readerOf({ mapping });
  const reading = await reader.read({ bytes: Buffer.from('[{"id":"A"},{"id":"skip"}]'), about: {} });
  expect(reading).toMatchObject({ rows: 2, passedOver: 1 });
  expect(reading.records.map(({ kind }) => kind)).toEqual(['station', 'observation', 'threshold']);
  expect(reading.records[2]).toMatchObject({ value: 30 });
  expect(told(reading).rejects).toEqual([
    expect.stringMatching(/^unsupported: .*"nonsense" is none of observation, warning/),
    expect.stringMatching(/^malformed: .*gave "text" where an object/),
  ]);
});

test.each([
  [
    '{"station": s, "property": "rain-1h", "value": 1, "observedAt": 1767571200}',
    /^missing-field: .*station: the mapping gave nothing: check the name/,
  ],
  [
    '{"station": 1, "property": "rain", "value": 1, "observedAt": 1767571200}',
    /property: "rain" is no property: docs\/glossary.md/,
  ],
  [
    '{"station": 1, "property": "rain-1h", "value": 1, "unit": "stone", "observedAt": 1}',
    /^unknown-code: .*unit: "stone" is no unit of rain-1h: write one of m,/,
  ],
  ['{"station": 1, "property": "rain-1h", "value": 1, "observedAt": "5th of May"}', /^bad-time: /],
  ['{"station": 1, "property": "rain-1h", "value": 1, "time": "x"}', /^unsupported: .*time: not a field/],
  [
    '{"station": 1, "property": "rain-1h", "observedAt": 1767571200}',
    /^missing-field: .*value: the mapping gave nothing/,
  ],
  [
    '{"station": 1, "values": {"a": nothing}, "observedAt": 1767571200}',
    /^missing-field: .*values: none of the fields/,
  ],
])('%s is refused with field and advice', async (mapping, reason) => {
  const { records, rejects } = await read('{}', { mapping });
  expect([records, rejects]).toEqual([[], [expect.stringMatching(reason)]]);
});

test('a rejected row’s input can be read again, with its topic, by a corrected mapping', async () => {
  const wrong = readerOf({ mapping: '{"station": $topic, "property": "rain-1h", "value": v, "observedAt": t}' });
  const { rejects } = await wrong.read({ bytes: Buffer.from('{"v":"no","t":1767571200}'), about: { topic: 'a/7' } });
  const right = readerOf({ mapping: '{"station": $topic, "property": "rain-1h", "value": null, "observedAt": t}' });
  const kept = rejects[0]?.input?.() as Uint8Array;
  expect((await right.replay(kept)).records).toMatchObject([{ station: 'a/7', quality: 'MISSING' }]);
});

test('what is kept with a rejected row is that row alone, unless its mapping looks around it', async () => {
  const keptOf = async (change: Partial<ReaderSettings>): Promise<string> => {
    const { rejects } = await readerOf(change).read({ bytes: Buffer.from('[{"v":1},{"v":2}]'), about: {} });
    return Buffer.from((rejects[1]?.input?.() as Uint8Array) ?? []).toString();
  };
  expect(await keptOf({ mapping: '{"value": v}' })).toBe('{"about":{},"row":2}\n{"v":2}');
  expect(await keptOf({ mapping: '{"value": $document[0].v}' })).toBe('{"about":{}}\n[{"v":1},{"v":2}]');
});

test('units are converted within their kind and refused across kinds', () => {
  expect(converted(32, 'air-temperature', '°F')).toBe(0);
  expect(converted(300.15, 'air-temperature', 'K')).toBe(27);
  expect(converted(10, 'wind-speed', 'kn')).toBe(5.14444444444);
  expect(converted(101325, 'air-pressure', 'Pa')).toBe(1013.25);
  expect(converted(1.2, 'tank-pressure', 'MPa')).toBe(1200);
  expect(converted(5000, 'reservoir-storage', '万立方米')).toBe(50);
  expect(converted(0.45, 'relative-humidity', '1')).toBe(45);
  expect(unitFault('rain-1h', 'Pa')).toMatch(/is no unit of rain-1h: write one of m, 米/);
  expect(unitFault('status-bits', '%')).toMatch(/no unit/);
});
