import { readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, expect, test } from '@jest/globals';
import { tempFolders } from '../../tests/support/temp-folder.js';
import { FolderLock } from './folder-lock.js';

const folders = tempFolders();
afterAll(folders.clear);

test('a folder has one holder, also within one process', async () => {
  const folder = folders.make();
  const lock = await FolderLock.take(folder);
  await expect(FolderLock.take(folder)).rejects.toThrow(`another hub (process ${process.pid}, since `);
  await lock.release();
  const next = await FolderLock.take(folder);
  await lock.release();
  await expect(FolderLock.take(folder)).rejects.toThrow('uses');
  await next.release();
  expect(await FolderLock.isHeld(folder)).toBe(false);
  expect(readdirSync(folder)).toEqual(['hub.lock.2']);
});

test.each([
  ['of a process that is gone', JSON.stringify({ pid: 4_194_304, identity: 'x/1', since: '' })],
  ['whose pid another process has now', JSON.stringify({ pid: process.pid, identity: 'x/1', since: '' })],
  ['cut off by a crash', '{"pid":'],
  ['of no sense', '[]'],
])('a lock %s is taken over', async (_, text) => {
  const folder = folders.make();
  writeFileSync(join(folder, 'hub.lock.7'), text);
  const lock = await FolderLock.take(folder);
  await expect(FolderLock.take(folder)).rejects.toThrow('another hub');
  await lock.release();
});

test('of many starts that find a dead lock, one gets the folder', async () => {
  for (let round = 0; round < 30; round += 1) {
    const folder = folders.make();
    writeFileSync(join(folder, 'hub.lock.1'), '{}');
    const results = await Promise.allSettled(Array.from({ length: 8 }, () => FolderLock.take(folder)));
    expect(results.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
    expect(readdirSync(folder)).toEqual(['hub.lock.2']);
  }
});

test('starts and stops in any order never hold the folder together', async () => {
  const folder = folders.make();
  let holders = 0;
  const contender = async (): Promise<number> => {
    let won = 0;
    for (let tries = 0; tries < 60; tries += 1) {
      const lock = await FolderLock.take(folder).catch(() => undefined);
      if (!lock) continue;
      holders += 1;
      expect(holders).toBe(1);
      won += 1;
      holders -= 1;
      await lock.release();
    }
    return won;
  };
  const won = await Promise.all(Array.from({ length: 6 }, contender));
  expect(won.reduce((sum, each) => sum + each)).toBeGreaterThan(6);
});
