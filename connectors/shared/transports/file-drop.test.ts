import {
  appendFileSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, jest, test } from '@jest/globals';
import type { Outcome } from '../../../model/record.js';
import { tempFolders } from '../../../tests/support/temp-folder.js';
import type { FeedContext } from '../../connector.js';
import { DropFolder, type DroppedFile, type DropVerdict } from './file-drop.js';

const folders = tempFolders();
const NOW = new Date('2026-11-24T00:30:00Z');
let folder: string;
let clock: number;
let taken: Outcome[];
let read: string[];
let contacts: number;
beforeEach(() => {
  folder = folders.make();
  clock = 0;
  taken = [];
  read = [];
  contacts = 0;
  jest.spyOn(performance, 'now').mockImplementation(() => clock);
});
afterEach(() => {
  jest.restoreAllMocks();
  folders.clear();
});

const context: FeedContext = {
  signal: new AbortController().signal,
  push: { open: () => ({ path: '', close: () => undefined }) },
  now: () => NOW,
  take: async (outcome) => void taken.push(outcome),
  contact: () => void contacts++,
  watermark: async () => undefined,
  listening: () => undefined,
};
const verdict = ({ name, bytes }: DroppedFile): DropVerdict => {
  const text = Buffer.from(bytes).toString();
  read.push(`${name}=${text}`);
  return {
    outcome: { records: [], rejects: [] },
    failed: text.includes('bad'),
    answer: { extension: 'csv', text: `answer to ${text}` },
  };
};
const drop = (options: { stableMs?: number; maxBytes?: number } = {}, own = verdict) =>
  new DropFolder({ folder, stableMs: 0, maxBytes: 1000, ...options }, own);
const put = (name: string, text: string, second = 0): void => {
  writeFileSync(join(folder, name), text);
  utimesSync(join(folder, name), 1_700_000_000 + second, 1_700_000_000 + second);
};
const inside = (name: string): string[] => readdirSync(join(folder, name)).sort();

describe('a folder for dropped files', () => {
  test('gives files in the order they were last changed, and moves each with its answer beside it', async () => {
    put('b.csv', 'first', 1);
    put('a.csv', 'second', 2);
    put('c.csv', 'bad', 3);
    await drop().round(context);
    expect(read).toEqual(['b.csv=first', 'a.csv=second', 'c.csv=bad']);
    expect([taken.length, contacts]).toEqual([3, 1]);
    expect(readdirSync(folder).sort()).toEqual(['done', 'failed']);
    expect(inside('done')).toEqual([
      '20261124T003000Z a.csv',
      '20261124T003000Z a.csv.answer.csv',
      '20261124T003000Z b.csv',
      '20261124T003000Z b.csv.answer.csv',
    ]);
    expect(inside('failed')).toEqual(['20261124T003000Z c.csv', '20261124T003000Z c.csv.answer.csv']);
    expect(readFileSync(join(folder, 'done', '20261124T003000Z b.csv.answer.csv'), 'utf8')).toBe(
      '\ufeffanswer to first',
    );
  });

  test('never writes over a file of the same name', async () => {
    for (const text of ['one', 'two', 'three']) {
      put('a.csv', text);
      await drop().round(context);
    }
    const kept = inside('done').filter((name) => !name.includes('answer'));
    expect(kept.map((name) => readFileSync(join(folder, 'done', name), 'utf8')).sort()).toEqual([
      'one',
      'three',
      'two',
    ]);
  });

  test('waits until a file has not changed for the time that is set, and lets no newer one before it', async () => {
    const own = drop({ stableMs: 100 });
    put('growing.csv', 'a', 1);
    put('newer.csv', 'x', 50);
    await own.round(context);
    clock = 90;
    appendFileSync(join(folder, 'growing.csv'), 'b');
    utimesSync(join(folder, 'growing.csv'), 1_700_000_002, 1_700_000_002);
    await own.round(context);
    clock = 150;
    await own.round(context);
    expect(read).toEqual([]);
    clock = 190;
    await own.round(context);
    clock = 300;
    await own.round(context);
    expect(read).toEqual(['growing.csv=ab', 'newer.csv=x']);
  });

  test('passes over files being written, hidden ones, subfolders and links, wherever they point', async () => {
    const outside = folders.make();
    writeFileSync(join(outside, 'secret.csv'), 'secret');
    symlinkSync(join(outside, 'secret.csv'), join(folder, 'link.csv'));
    symlinkSync(outside, join(folder, 'linked'));
    mkdirSync(join(folder, 'sub.csv'));
    for (const name of ['~$表.xlsx', '.hidden.csv', 'a.part', 'a.csv.tmp', 'a.crdownload', 'Thumbs.db']) put(name, 'x');
    await drop().round(context);
    expect([read, taken]).toEqual([[], []]);
    expect(readFileSync(join(outside, 'secret.csv'), 'utf8')).toBe('secret');
  });

  test('does not carry files out through a link named done', async () => {
    const outside = folders.make();
    symlinkSync(outside, join(folder, 'done'));
    put('a.csv', 'x');
    await expect(drop().round(context)).rejects.toThrow(/done is no folder/);
    expect([read, readdirSync(outside)]).toEqual([[], []]);
  });

  test('throws where the folder is gone, and never makes it', async () => {
    rmSync(folder, { recursive: true });
    await expect(drop().round(context)).rejects.toThrow(/cannot be used \(ENOENT\): make it/);
    expect(() => statSync(folder)).toThrow();
    mkdirSync(folder);
  });

  test('leaves a file where it is until it is stored, and reads it again', async () => {
    put('a.csv', 'x');
    const failing = { ...context, take: () => Promise.reject(new Error('no database')) };
    await expect(drop().round(failing)).rejects.toThrow('no database');
    expect(readdirSync(folder)).toContain('a.csv');
    await drop().round(context);
    expect([read.length, taken.length]).toEqual([2, 1]);
  });

  test('what is stored and could not be moved is moved later, and not stored again', async () => {
    put('a.csv', 'x');
    const own = drop();
    const breaking = { ...context, take: async () => rmSync(join(folder, 'done'), { recursive: true }) };
    await expect(own.round(breaking)).rejects.toThrow(/1 of 1 files: "a.csv" is stored but cannot be moved \(ENOENT\)/);
    await own.round(context);
    expect([read.length, taken.length, inside('done').length]).toEqual([1, 0, 2]);
  });

  test('a version that comes in place of the one being stored is not lost', async () => {
    put('a.csv', 'old', 1);
    const own = drop();
    await own.round({ ...context, take: async () => put('a.csv', 'newer', 2) });
    expect(inside('done').map((name) => readFileSync(join(folder, 'done', name), 'utf8'))).toContain('old');
    await own.round(context);
    expect(read).toEqual(['a.csv=old', 'a.csv=newer']);
  });

  test('a file too long is refused unread, with what to do', async () => {
    put('big.csv', 'x'.repeat(10_000));
    await drop().round(context);
    expect(read).toEqual([]);
    expect(taken[0]?.rejects).toMatchObject([{ reason: 'too-large', detail: expect.stringContaining('10000 bytes') }]);
    const [, answer = ''] = inside('failed');
    expect(answer).toMatch(/answer\.txt$/);
    expect(readFileSync(join(folder, 'failed', answer), 'utf8')).toContain('请拆分');
  });

  test('reads names that an old program wrote in GB18030', async () => {
    writeFileSync(Buffer.concat([Buffer.from(`${folder}/`), Buffer.from([0xb1, 0xed]), Buffer.from('.csv')]), 'x');
    await drop().round(context);
    expect(read).toEqual(['表.csv=x']);
    expect(inside('done')).toContain('20261124T003000Z 表.csv');
  });
});
