import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import iconv from 'iconv-lite';
import { registerSettings } from '../connectors/shared/registers/register-drop.js';
import { registersOf } from '../connectors/shared/registers/register-sheets.js';
import { readRegisters } from '../connectors/shared/registers/register-table.js';
import type { RegisterRecord } from '../model/record.js';
import { REGISTERS } from '../model/registers.js';
import { registers } from './registers.js';
import { Story } from './story.js';

const START = Date.UTC(2026, 6, 1, 2);
const view = { divisionsNamed: () => ['654202001'], held: async () => [] };
const context = {
  ...registerSettings.parse({ expectedEverySeconds: 60, zone: 'Asia/Shanghai', crs: 'CGCS2000', folder: '/drop' }),
  view,
};

/** What each stand-in drops at a second of the story, read as the feeds read it. */
async function dropped(seconds: number) {
  let current = START;
  const now = (): Date => new Date(current);
  const story = new Story(now, 1);
  current = START + seconds * 1000;
  const { sources = {} } = registers({ story, now } as Parameters<typeof registers>[0]);
  const read = new Map<string, { file: string; bytes: Buffer; records: RegisterRecord[]; faults: unknown[] }>();
  for (const [name, source] of Object.entries(sources)) {
    const folder = await source.start();
    while (readdirSync(folder).every((each) => each.endsWith('.part'))) await new Promise(setImmediate);
    const file = readdirSync(folder).find((each) => !each.endsWith('.part')) ?? '';
    const bytes = readFileSync(join(folder, file));
    await source.stop();
    const { outcome, faults, notices } = readRegisters(registersOf(REGISTERS), bytes, context, file);
    read.set(name, { file, bytes, records: outcome.records as RegisterRecord[], faults: [...faults, ...notices] });
  }
  return read;
}

test.each([
  ['before the storm', 0],
  ['in the storm', 300],
])('%s every table is read without a fault, and is marked as an exercise', async (_name, seconds) => {
  const read = await dropped(seconds);
  expect(read.size).toBe(7);
  for (const { file, records, faults } of read.values()) {
    expect([file, faults]).toEqual([file, []]);
    expect(records.every(({ name }) => name.startsWith('演练'))).toBe(true);
    expect(records.length).toBeGreaterThan(1);
  }
  const nouns = new Set([...read.values()].flatMap(({ records }) => records.map(({ noun }) => noun)));
  expect(nouns.size).toBe(16);
  expect(iconv.decode(read.get('building-tables')?.bytes ?? Buffer.alloc(0), 'gbk')).toContain('房屋编号');
});

test('the storm changes the lists: supplies go out, shelters fill, ammonia comes in, a patrol point is left out', async () => {
  const [calm, storm] = [await dropped(0), await dropped(300)];
  const of = (read: typeof calm, table: string, code: string) =>
    read.get(table)?.records.find((record) => record.code === code)?.fields;
  expect([
    of(calm, 'emergency-tables', 'K-001-0001')?.quantity,
    of(storm, 'emergency-tables', 'K-001-0001')?.quantity,
  ]).toEqual([200, 140]);
  expect([of(calm, 'emergency-tables', 'B-001')?.state, of(storm, 'emergency-tables', 'B-001')?.state]).toEqual([
    'CLOSED',
    'OPEN',
  ]);
  expect([
    of(calm, 'enterprise-tables', '654202001101')?.chemicals,
    of(storm, 'enterprise-tables', '654202001101')?.chemicals,
  ]).toMatchObject([[{ quantityTonnes: 12 }], [{ quantityTonnes: 14 }]]);
  expect([of(calm, 'patrol-tables', 'F-004') !== undefined, of(storm, 'patrol-tables', 'F-004')]).toEqual([
    true,
    undefined,
  ]);
});

test('somebody is on duty at every moment', async () => {
  const shifts = (await dropped(0)).get('emergency-tables')?.records.filter(({ noun }) => noun === 'duty-shift') ?? [];
  const at = new Date(START).toISOString();
  expect(shifts.filter(({ fields }) => String(fields.startsAt) <= at && at < String(fields.endsAt))).toHaveLength(1);
});
