import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, expect, test } from '@jest/globals';
import type { ObservationRecord, Outcome } from '../../../model/record.js';
import { tempFolders } from '../../../tests/support/temp-folder.js';
import type { FeedContext } from '../../connector.js';
import { feedSettings } from '../settings.js';
import { needed } from './columns.js';
import { RowFault } from './read-table.js';
import { dropSettings, tableDrop } from './table-drop.js';

const folders = tempFolders();
afterEach(() => folders.clear());
const NOW = new Date('2026-11-24T00:30:00Z');
const settings = feedSettings.extend(dropSettings);
const columns = {
  name: needed.text('名称', { example: '乌苏站' }),
  level: needed.number('水位', { example: '1.5', unit: 'm' }),
  at: needed.dateTime('时间', { example: '2026-11-24 08:30' }),
};
const feed = tableDrop({ title: { en: 'Levels', zh: '水位表' }, columns }, ({ values, raw }, { zone }) => {
  if (values.level < 0)
    throw new RowFault('水位', {
      reason: 'out-of-range',
      en: 'below the bed',
      zh: '低于河床',
      adviceEn: 'write the depth',
      adviceZh: '请填水深',
    });
  const record: ObservationRecord = {
    kind: 'observation',
    sourceId: `${values.name} ${values.at.text}`,
    station: values.name,
    property: 'water-level',
    value: values.level,
    quality: 'UNCHECKED',
    observedAt: values.at.at,
    originalTime: values.at.text,
    zone,
    raw,
  };
  return record;
});

async function roundOf(...files: readonly [string, string][]) {
  const folder = folders.make();
  for (const [name, text] of files) writeFileSync(join(folder, name), text);
  const own = settings.parse({ expectedEverySeconds: 60, zone: 'Asia/Shanghai', crs: 'WGS84', folder, stableMs: 0 });
  const taken: Outcome[] = [];
  const context: FeedContext = {
    signal: new AbortController().signal,
    push: { open: () => ({ path: '', close: () => undefined }) },
    now: () => NOW,
    take: async (outcome) => void taken.push(outcome),
    contact: () => undefined,
    watermark: async () => undefined,
    listening: () => undefined,
  };
  const source = feed.create(own);
  await source.run(context);
  const answers = (kind: 'done' | 'failed'): string[] =>
    readdirSync(join(folder, kind))
      .filter((name) => name.includes('.answer.'))
      .map((name) => readFileSync(join(folder, kind, name), 'utf8'));
  return { taken, answers, source };
}
const HEADER = '水位表\n名称,水位(m),时间';

test('good rows are kept, and the answer says of every other one which row, which column, why and what to do', async () => {
  const { taken, answers } = await roundOf([
    'a.csv',
    `${HEADER}\n示例：站,1,2026-01-01\n甲,1.5,2026-11-24 08:00\n乙,=1+1,2026-11-24 08:00\n丙,-2,2026-11-24 08:00\n丁,1,2026-12-24 08:00`,
  ]);
  expect(taken[0]?.records).toMatchObject([{ station: '甲', value: 1.5 }]);
  expect(taken[0]?.rejects.map(({ reason, detail }) => [reason, detail.slice(0, 18)])).toEqual(
    [
      ['not-a-number', 'a.csv row 5, 水位: "='],
      ['out-of-range', 'a.csv row 6, 水位: be'],
      ['future-date', 'a.csv row 7, the ro'],
    ].map(([reason, detail]) => [reason, detail?.slice(0, 18)]),
  );
  const [text = ''] = answers('done');
  const lines = text.split('\r\n');
  expect(lines[0]).toBe('\ufeff"行号","列名","结果","问题","怎样改","Problem","What to do"');
  expect(lines[1]).toContain('"合计","","部分采纳","共 4 行（示例 1 行未计）：采纳 1 行，退回 3 行"');
  expect(lines[2]).toContain('"5","水位","退回"');
  expect(lines[3]).toBe('"6","水位","退回","低于河床","请填水深","below the bed","write the depth"');
  expect(lines[4]).toContain('"7","整行","退回","时间晚于当前时间');
});

test('a rejected row is read again alone, and brings back no other row of its table', async () => {
  const { taken, source } = await roundOf(['a.csv', `${HEADER}\n甲,1.5,2026-11-24 08:00\n乙,高,2026-11-24 08:00`]);
  const [reject] = taken[0]?.rejects ?? [];
  const input = Buffer.from(reject?.input?.() ?? '');
  const again = await source.replay?.(input, NOW);
  expect(again).toMatchObject({ records: [], rejects: [{ raw: reject?.raw, reason: 'not-a-number' }] });
  expect((await source.replay?.(Buffer.from(input.toString().replace('高', '2')), NOW))?.records).toMatchObject([
    { station: '乙', value: 2 },
  ]);
});

test('a file that is no such table, and one without a good row, go to failed with the reason', async () => {
  const { taken, answers, source } = await roundOf(['a.xls', 'no table'], ['b.csv', `${HEADER}\n甲,高,x`]);
  expect(taken.map(({ rejects }) => rejects.map(({ reason }) => reason))).toEqual([['malformed'], ['not-a-number']]);
  expect(answers('failed').map((text) => text.split('\r\n')[1]?.slice(0, 9))).toEqual(['"文件","","', '"合计","","']);
  const [reject] = taken[0]?.rejects ?? [];
  expect((await source.replay?.(Buffer.from(reject?.input?.() ?? ''), NOW))?.rejects).toMatchObject([
    { reason: 'malformed' },
  ]);
});

test('a row that a later one speaks over is told', async () => {
  const { taken, answers } = await roundOf(['a.csv', `${HEADER}\n甲,1,2026-11-24 08:00\n甲,2,2026-11-24 08:00`]);
  expect(taken[0]?.rejects).toEqual([]);
  expect(answers('done')[0]).toContain('"3","整行","提示","第 4 行说的是同一对象"');
});
