import { readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals';
import ExcelJS from 'exceljs';
import iconv from 'iconv-lite';
import type { Hub } from '../server/hub.js';
import { migratedDatabase } from './support/database.js';
import { ask, startHub, until } from './support/running-hub.js';
import { tempFolders } from './support/temp-folder.js';

const folders = tempFolders();
const ends: (() => Promise<unknown>)[] = [];
const logged: unknown[] = [];
const at = { emergency: '', buildings: '', points: '' };
let hub: Hub;

const feed = (id: string, folder: string, more = ''): string => `
  ${id}:
    expectedEverySeconds: 1
    zone: Asia/Shanghai
    crs: CGCS2000
    pollSeconds: 0.1
    stableMs: 0
    folder: ${folder}${more}`;

beforeAll(async () => {
  const database = await migratedDatabase();
  ends.push(() => database.drop());
  for (const name of ['emergency', 'buildings', 'points'] as const) at[name] = folders.make();
  const log = (...line: unknown[]) => logged.push(line);
  hub = await startHub(
    database.url,
    feed('emergency/registries', at.emergency) +
      feed('housing/buildings', at.buildings) +
      feed('forestry/patrol-points', at.points, '\n    whole: true'),
    { logger: { warn: log, error: log } },
  );
  ends.push(() => hub.stop());
}, 60_000);
afterAll(async () => {
  for (const end of ends.splice(0).reverse()) await end();
  folders.clear();
});
afterEach(() => expect(JSON.stringify(logged)).not.toMatch(/139\d{8}/));

type Rows = readonly (readonly (string | number)[])[];

async function workbook(sheets: Readonly<Record<string, Rows>>): Promise<Uint8Array> {
  const book = new ExcelJS.Workbook();
  for (const [name, rows] of Object.entries(sheets)) book.addWorksheet(name).addRows(rows.map((row) => [...row]));
  return new Uint8Array(await book.xlsx.writeBuffer());
}
const csv = (rows: Rows): string => rows.map((row) => row.join(',')).join('\r\n');

/** Drops a file whole, as transfer programs do, and resolves with the lines of its answer. */
async function drop(folder: string, name: string, content: Uint8Array | string): Promise<string[]> {
  const answers = (): string[] =>
    ['done', 'failed'].flatMap((each) => {
      const path = join(folder, each);
      try {
        return readdirSync(path)
          .filter((file) => file.includes('.answer.'))
          .map((file) => join(path, file));
      } catch {
        return [];
      }
    });
  const before = new Set(answers());
  writeFileSync(join(folder, `${name}.part`), content);
  renameSync(join(folder, `${name}.part`), join(folder, name));
  const fresh = () => answers().filter((path) => !before.has(path));
  // The answer is written before the file is moved: what is left in the folder is not done with.
  await until(
    async () => [fresh().length, readdirSync(folder).includes(name)] as const,
    ([count, there]) => count === 1 && !there,
  );
  return readFileSync(fresh()[0] as string, 'utf8')
    .trim()
    .split('\r\n');
}
const told = (lines: readonly string[]) => lines.slice(1).map((line) => line.slice(1, -1).split('","').slice(0, 4));

interface Seen {
  [register: string]: { edges: { node: Record<string, unknown> }[] };
}
const codes = async (query: string): Promise<unknown[]> => {
  const seen = await ask<Seen>(hub.url, query);
  return Object.values(seen).flatMap(({ edges }) => edges.map(({ node }) => Object.values(node)));
};

const DEPOTS = ['储备库编号', '储备库名称', '储备库级别', '主管单位', '管理员手机', '所在区划'];
const ITEMS = ['物资编号', '物资名称', '所在储备库编号', '物资分类', '数量', '计量单位'];
const depots = (level: string): Rows => [
  ['演练·储备库台账'],
  DEPOTS,
  ['0001', '演练·一号库', '县市级', '应急局', '13900000001', '八十四户乡'],
  ['0002', '演练·二号库', level, '应急局', '13900000002', '乌苏市南苑街道'],
];
const items = (quantity: string | number): Rows => [ITEMS, ['W1', '演练·帐篷', '0001', '106', quantity, '顶']];
const READ =
  '{ supplyDepots { edges { node { code revision division { code } } } } supplyItems { edges { node { code revision quantity } } } }';

describe('a workbook of two registers', () => {
  const folder = () => at.emergency;

  test('with bad rows: the answer says which row, which column, why; the good rows are kept', async () => {
    const answer = await drop(folder(), 'a.xlsx', await workbook({ 储备库: depots('星际'), 储备物资: items('多') }));
    expect(told(answer)).toEqual([
      ['合计', '', '部分采纳', '共 3 行：采纳 1 行，退回 2 行'],
      ['储备库!4', '储备库级别', '退回', '""星际"" 不在可选项内'],
      ['储备物资!2', '数量', '退回', '""多"" 不是数字'],
    ]);
    expect(answer[2]).toContain('请从中选填：国家级、自治区级、地区级、县市级');
    expect(await codes(READ)).toEqual([['0001', 0, { code: '654202200' }]]);
    expect(readdirSync(join(folder(), 'done')).filter((name) => name.endsWith(' a.xlsx'))).toHaveLength(1);
  }, 30_000);

  const complete = [
    ['0001', 0, { code: '654202200' }],
    ['0002', 0, { code: '654202001' }],
    ['W1', 0, 20],
  ];

  test('corrected and dropped again completes it, and the same file once more changes nothing', async () => {
    const right = await workbook({ 储备库: depots('乡镇级'), 储备物资: items(20) });
    for (const name of ['a.xlsx', 'b.xlsx']) {
      expect(told(await drop(folder(), name, right))).toEqual([['合计', '', '采纳', '共 3 行：采纳 3 行，退回 0 行']]);
      expect(await codes(READ)).toEqual(complete);
    }
  }, 30_000);

  test('the refused rows, read again later, bring nothing back that was corrected since', async () => {
    const { retryRejected } = await ask<{ retryRejected: { inputs: number; remaining: number } }>(
      hub.url,
      'mutation { retryRejected(feed: "emergency/registries") { inputs remaining } }',
    );
    expect(retryRejected).toEqual({ inputs: 2, remaining: 2 });
    expect(await codes(READ)).toEqual(complete);
  }, 30_000);

  test('that nobody can read goes to failed, with the reason', async () => {
    const [, line] = await drop(folder(), 'c.xls', Buffer.from('d0cf11e0a1b11ae1', 'hex'));
    expect(line).toContain('"文件","","退回","不支持这种文件"');
    expect(readdirSync(join(folder(), 'failed')).filter((name) => name.endsWith(' c.xls'))).toHaveLength(1);
  }, 30_000);

  test('a readable folder keeps its feed LIVE, however long nothing comes', async () => {
    const state = () => ask<{ feed: { state: string } }>(hub.url, '{ feed(id: "emergency/registries") { state } }');
    await until(state, (answer) => answer.feed.state === 'LIVE');
  }, 30_000);
});

test('GBK and UTF-8 give the same: the second brings no change', async () => {
  const text = csv([
    ['房屋编号', '房屋名称', '经度', '纬度', '建筑面积(平方米)', '地上层数', '建造年代', '结构类型'],
    ['00654202001', '演练·塔城路1号楼', 84.68, 44.43, '3600平方米', 6, 1998, '砌体结构'],
    ['00654202002', '演练·塔城路2号楼', 84.68, 44.43, '3600亩', 6, 1998, '砌体结构'],
  ]);
  const gbk = await drop(at.buildings, 'gbk.csv', iconv.encode(text, 'gbk'));
  const read = () => codes('{ buildings { edges { node { code name revision areaSquareMetres position } } } }');
  const before = await read();
  expect(before).toMatchObject([['00654202001', '演练·塔城路1号楼', 0, 3600, { coordinates: [84.68, 44.43] }]]);
  const utf8 = await drop(at.buildings, 'utf8.csv', text);
  expect(utf8).toEqual(gbk);
  expect(told(utf8)[1]?.slice(0, 3)).toEqual(['3', '建筑面积(平方米)', '退回']);
  expect(await read()).toEqual(before);
}, 30_000);

describe('a whole list', () => {
  const HEADER = ['站点编号', '站点名称', '站点类型', '管理单位', '值班电话'];
  const list = (...numbers: number[]): string =>
    csv([HEADER, ...numbers.map((n) => [`F-${n}`, `演练·${n}号站`, '防火站', '林草局', '0992-8500010'])]);
  const inUse = () => codes('{ fireStations { edges { node { code } } } }');

  test('retires what it leaves out, brings back what it has again, and refuses to retire too many', async () => {
    await ask(
      hub.url,
      'mutation { saveFireStation(input: { code: "H-1", name: "手工", stationKind: "LOOKOUT", owner: "林草局" }) { id } }',
    );
    await drop(at.points, '1.csv', list(1, 2, 3, 4));
    const fewer = await drop(at.points, '2.csv', list(1, 2, 3));
    expect(told(fewer)[1]).toEqual(['文件', '', '提示', '森林草原防火站及巡护点：表中未列出的 1 条已停用：F-4']);
    expect(await inUse()).toEqual([['F-1'], ['F-2'], ['F-3'], ['H-1']]);
    await drop(at.points, '3.csv', list(1, 2, 3, 4));
    expect(await inUse()).toEqual([['F-1'], ['F-2'], ['F-3'], ['F-4'], ['H-1']]);
    const refused = told(await drop(at.points, '4.csv', list(1, 2)));
    expect(refused[1]?.slice(0, 3)).toEqual(['文件', '', '退回']);
    expect(refused[1]?.[3]).toContain('在用 4 条中有 2 条不在表中（F-3、F-4），超过一次可停用的比例 30 %');
    expect(await inUse()).toHaveLength(5);
    const { feed: seen } = await ask<{
      feed: { rejections: { edges: { node: { reason: string; detail: string } }[] } };
    }>(hub.url, '{ feed(id: "forestry/patrol-points") { rejections { edges { node { reason detail } } } } }');
    expect(seen.rejections.edges).toMatchObject([
      { node: { reason: 'out-of-range', detail: expect.stringContaining('2 of 4') } },
    ]);
  }, 30_000);

  test('a folder that is gone makes its feed DOWN and is logged: the control of what is not logged above', async () => {
    rmSync(at.points, { recursive: true, force: true });
    const state = () =>
      ask<{ feed: { state: string; stateReason: string } }>(
        hub.url,
        '{ feed(id: "forestry/patrol-points") { state stateReason } }',
      );
    const { feed: seen } = await until(state, (answer) => answer.feed.state === 'DOWN');
    expect(seen.stateReason).toContain('cannot be used (ENOENT)');
    expect(JSON.stringify(logged)).toContain('forestry/patrol-points');
  }, 30_000);
});
