import {
  chmodSync,
  chownSync,
  cpSync,
  existsSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
} from 'node:fs';
import { join } from 'node:path';
import { afterAll, expect, test } from '@jest/globals';
import pg from 'pg';
import { startHubProcess } from '../../tests/support/hub-process.js';
import { tempFolders } from '../../tests/support/temp-folder.js';
import { packageRoot } from '../root.js';
import { EmbeddedDatabase, type EmbeddedDatabaseOptions } from './embedded-database.js';
import { findBinaries } from './postgres-binaries.js';
import { findUser, mayUse } from './system-user.js';

const folders = tempFolders();
afterAll(folders.clear);

const isRoot = process.getuid?.() === 0;
const asRoot = (name: string, run: () => Promise<void>): void => {
  if (isRoot) test(name, run);
  else test.skip(`${name} (skipped: the tests do not run as root)`, run);
};

async function ask(url: string | undefined, sql: string): Promise<unknown[]> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    return (await client.query({ text: sql, rowMode: 'array' })).rows.flat();
  } finally {
    await client.end();
  }
}

/** Starts, lets `work` ask, and stops. */
async function running(
  options: EmbeddedDatabaseOptions,
  work: (address: { url: string; place: string; user: string; pid: number; said: string[] }) => Promise<void>,
): Promise<void> {
  const said: string[] = [];
  const database = new EmbeddedDatabase({ ...options, throwaway: true, onLine: (text) => said.push(text) });
  const address = await database.start();
  try {
    await work({ ...address, pid: database.pid as number, said });
  } finally {
    await database.stop();
  }
}

const ownerOf = (pid: number): number => statSync(`/proc/${pid}`).uid;

test('an ordinary user runs it as that user, in the data folder', async () => {
  const folder = folders.make();
  const user = isRoot ? findUser('nobody') : { name: '', uid: process.getuid?.(), gid: process.getgid?.() };
  if (!user || (isRoot && !mayUse(user, [process.execPath, join(packageRoot(), 'node_modules', 'tsx', 'dist')])))
    return console.log('skipped: no ordinary user can read this repository and run this node');
  chownSync(folder, user.uid as number, user.gid as number);
  const hub = await startHubProcess({ folder, throwaway: true }, isRoot ? { uid: user.uid, gid: user.gid } : {});
  expect(hub.answer.error).toBeUndefined();
  expect(hub.answer.place).toBe(join(folder, 'postgres'));
  expect(hub.answer.said).toEqual([]);
  if (isRoot) expect(hub.answer.user).toBe('nobody');
  expect(await ask(hub.answer.url, 'SELECT 1')).toEqual([1]);
  await hub.end('SIGTERM');
});

asRoot('root lets another user run it, in the data folder where that user may enter', async () => {
  const folder = folders.make();
  await running({ folder }, async ({ url, place, user, pid, said }) => {
    expect(place).toBe(join(folder, 'postgres'));
    expect(ownerOf(pid)).toBe(findUser(user)?.uid);
    expect(ownerOf(pid)).not.toBe(0);
    expect(said).toEqual([]);
    expect(await ask(url, 'SELECT 1')).toEqual([1]);
  });
});

asRoot('in a folder that only root may enter, place and binaries are found elsewhere, and it says so', async () => {
  const [locked, shelter] = [folders.make(), folders.make()];
  const folder = join(locked, 'data');
  mkdirSync(folder);
  // As a package in a home folder that is closed to others, its own files closed too.
  const { folder: native, version } = findBinaries();
  cpSync(native, join(locked, 'package', 'native'), { recursive: true, verbatimSymlinks: true });
  chmodSync(join(locked, 'package', 'native', 'lib'), 0o700);
  chmodSync(locked, 0o700);
  const options = { folder, shelter, binaries: { folder: join(locked, 'package', 'native'), version } };
  await running(options, async ({ url, place, pid, said }) => {
    expect(place.startsWith(`${shelter}/`)).toBe(true);
    expect(ownerOf(pid)).not.toBe(0);
    expect(said).toEqual([`only root may enter ${folder}, and PostgreSQL does not run as root`]);
    await ask(url, 'CREATE TABLE kept AS SELECT 7 AS n');
  });
  expect(readdirSync(shelter)).toHaveLength(2);
  // The data is found again: after the folder was moved, and after it was opened to others.
  const moved = folders.make();
  renameSync(folder, join(moved, 'data'));
  await running({ ...options, folder: join(moved, 'data') }, async ({ url }) => {
    expect(await ask(url, 'SELECT n FROM kept')).toEqual([7]);
  });
  expect(readdirSync(shelter)).toHaveLength(2);
});

asRoot('a cluster that an ordinary user made goes on being run by that user when root starts the hub', async () => {
  const folder = folders.make();
  await running({ folder }, async () => {});
  const nobody = findUser('nobody');
  for (const path of readdirSync(join(folder, 'postgres'), { recursive: true }) as string[])
    chownSync(join(folder, 'postgres', path), nobody?.uid as number, nobody?.gid as number);
  chownSync(join(folder, 'postgres'), nobody?.uid as number, nobody?.gid as number);
  await running({ folder }, async ({ user, url }) => {
    expect(user).toBe('nobody');
    expect(await ask(url, 'SELECT 1')).toEqual([1]);
  });
});

asRoot('a cluster whose folder was closed to its user is not silently replaced by an empty one', async () => {
  const folder = folders.make();
  await running({ folder }, async () => {});
  chmodSync(folder, 0o700);
  await expect(new EmbeddedDatabase({ folder, shelter: folders.make() }).start()).rejects.toThrow(
    /the database in .* belongs, cannot enter that folder: let others enter the folders above it/,
  );
});

test('links and rights that the package sets when installed are made up for at the start', async () => {
  const bare = folders.make();
  const { folder: native, version } = findBinaries();
  cpSync(native, join(bare, 'native'), { recursive: true, verbatimSymlinks: true });
  const links = JSON.parse(readFileSync(join(native, 'pg-symlinks.json'), 'utf8')) as { target: string }[];
  for (const { target } of links) if (lstatSync(join(bare, target)).isSymbolicLink()) rmSync(join(bare, target));
  chmodSync(join(bare, 'native', 'bin', 'postgres'), 0o644);
  expect(existsSync(join(bare, 'native', 'lib', 'libpq.so.5'))).toBe(false);
  await running({ folder: folders.make(), binaries: { folder: join(bare, 'native'), version } }, async ({ url }) => {
    expect(await ask(url, 'SELECT 1')).toEqual([1]);
  });
});
