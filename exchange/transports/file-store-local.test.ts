import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, expect, test } from '@jest/globals';
import { tempFolders } from '../../tests/support/temp-folder.js';
import { LocalStore } from './file-store-local.js';

const folders = tempFolders();
afterAll(() => folders.clear());
const never = new AbortController().signal;

test('what several write at once under one name is whole whenever it is read, and nothing unfinished stays', async () => {
  const root = folders.make();
  const store = new LocalStore(root);
  const text = Buffer.alloc(100_000, 'x');
  let writing = true;
  const read = async (): Promise<Set<number | undefined>> => {
    const lengths = new Set<number | undefined>();
    while (writing) lengths.add((await store.read('out/a.zip', 1_000_000, never))?.length);
    return lengths;
  };
  const reading = read();
  for (let n = 0; n < 50; n += 1) await Promise.all([1, 2, 3].map(() => store.write('out/a.zip', text, never)));
  writing = false;
  expect([...(await reading)].filter((length) => length !== undefined)).toEqual([text.length]);
  expect(readdirSync(join(root, 'out'))).toEqual(['a.zip']);
});

test('what cannot be written leaves nothing behind', async () => {
  const root = folders.make();
  const store = new LocalStore(root);
  await store.write('out/a.zip/b', Buffer.from('x'), never);
  await expect(store.write('out/a.zip', Buffer.from('x'), never)).rejects.toThrow();
  expect(readdirSync(join(root, 'out'))).toEqual(['a.zip']);
});
