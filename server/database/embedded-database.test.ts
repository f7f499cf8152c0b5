import { spawnSync } from 'node:child_process';
import { readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, expect, test } from '@jest/globals';
import pg from 'pg';
import { startHubProcess } from '../../tests/support/hub-process.js';
import { tempFolders } from '../../tests/support/temp-folder.js';
import { EmbeddedDatabase, type EmbeddedDatabaseOptions } from './embedded-database.js';
import { clusterProcesses } from './processes.js';

const folders = tempFolders();
const prepared = tempFolders();
let template: string;
beforeAll(async () => {
  template = prepared.make();
  const database = new EmbeddedDatabase({ folder: template });
  await database.start();
  await database.stop();
});
afterAll(prepared.clear);

/** A data folder whose cluster is made already: making one takes a second. */
function usedFolder(): string {
  const folder = folders.make();
  spawnSync('cp', ['-a', join(template, 'postgres'), folder]);
  return folder;
}
const started: EmbeddedDatabase[] = [];
afterEach(async () => {
  await Promise.all(started.splice(0).map((each) => each.stop()));
  folders.clear();
});

function embedded(options: EmbeddedDatabaseOptions): EmbeddedDatabase {
  const database = new EmbeddedDatabase(options);
  started.push(database);
  return database;
}

async function ask(url: string, sql: string): Promise<unknown[]> {
  const client = new pg.Client({ connectionString: url, connectionTimeoutMillis: 5000 });
  client.on('error', () => {});
  await client.connect();
  try {
    return (await client.query({ text: sql, rowMode: 'array' })).rows.flat();
  } finally {
    await client.end();
  }
}

/** A supervised database that tells when it goes down and comes up. */
async function watched(): Promise<{
  database: EmbeddedDatabase;
  url: string;
  place: string;
  next(): Promise<string>;
  said: string[];
}> {
  const states: string[] = [];
  const said: string[] = [];
  let wake = (): void => {};
  const database = embedded({
    folder: usedFolder(),
    onLine: (text) => said.push(text),
    onState: (up, reason) => {
      states.push(`${up ? 'up' : 'down'}: ${reason}`);
      wake();
    },
  });
  const next = async (): Promise<string> => {
    while (states.length === 0)
      await new Promise<void>((resolve) => {
        wake = resolve;
      });
    return states.shift() as string;
  };
  return { database, ...(await database.start()), next, said };
}

test('it starts on loopback with a password of its own, and keeps what was written when started again', async () => {
  const folder = folders.make();
  const first = embedded({ folder });
  const { url, place } = await first.start();
  await ask(url, "CREATE TABLE kept AS SELECT '烽火' AS word");
  expect(await ask(url, 'SHOW listen_addresses')).toEqual(['127.0.0.1']);
  expect(await ask(url, "SELECT setting FROM pg_settings WHERE name IN ('fsync', 'synchronous_commit')")).toEqual([
    'on',
    'on',
  ]);
  expect(await ask(url, "SELECT upper('ä') || pg_encoding_to_char(encoding) FROM pg_database LIMIT 1")).toEqual([
    'ÄUTF8',
  ]);
  await expect(ask(url.replace(/:[^:@]+@/, ':wrong@'), 'SELECT 1')).rejects.toThrow('password authentication failed');
  expect(statSync(join(place, 'password')).mode & 0o777).toBe(0o600);
  expect(statSync(place).mode & 0o077).toBe(0);
  await first.stop();
  expect(clusterProcesses(join(place, 'data'))).toEqual([]);
  const again = await embedded({ folder }).start();
  expect(again.place).toBe(place);
  expect(await ask(again.url, 'SELECT word FROM kept')).toEqual(['烽火']);
});

test('a killed server is started again under the same address with everything it acknowledged, every time', async () => {
  const { database, url, next, said } = await watched();
  expect(await next()).toBe('up: started');
  await ask(url, 'CREATE TABLE acknowledged (n int)');
  for (const n of [1, 2, 3]) {
    await ask(url, `INSERT INTO acknowledged VALUES (${n})`);
    const at = performance.now();
    process.kill(database.pid as number, 'SIGKILL');
    expect(await next()).toBe('down: killed by SIGKILL');
    expect(await next()).toBe('up: started again');
    expect(performance.now() - at).toBeLessThan(5000);
    expect(await ask(url, 'SELECT count(*)::int FROM acknowledged')).toEqual([n]);
  }
  expect(said).toHaveLength(6);
});

test('children that outlive a killed server do not keep it from coming back', async () => {
  const { database, url, place, next } = await watched();
  await next();
  // A backend at work does not look whether its postmaster lives.
  const client = new pg.Client({ connectionString: url });
  client.on('error', () => {});
  await client.connect();
  const { rows } = await client.query('SELECT pg_backend_pid() AS pid');
  process.kill(rows[0].pid, 'SIGSTOP');
  process.kill(database.pid as number, 'SIGKILL');
  expect(await next()).toBe('down: killed by SIGKILL');
  expect(await next()).toBe('up: started again');
  expect(clusterProcesses(join(place, 'data'))).not.toContain(rows[0].pid);
  expect(await ask(url, 'SELECT 1')).toEqual([1]);
});

test('what a hub killed with -9 left running is stopped and started anew within 10 s, nothing lost', async () => {
  const folder = usedFolder();
  const hub = await startHubProcess({ folder });
  await ask(hub.answer.url as string, 'CREATE TABLE kept AS SELECT 7 AS n');
  await hub.end('SIGKILL');
  const orphan = hub.answer.pid as number;
  expect(clusterProcesses(join(hub.answer.place as string, 'data'))).toContain(orphan);
  const said: string[] = [];
  const at = performance.now();
  const database = embedded({ folder, onLine: (text) => said.push(text) });
  const { url } = await database.start();
  expect(performance.now() - at).toBeLessThan(10_000);
  expect(said).toEqual(['stopped a server that an earlier hub had left running']);
  expect(database.pid).not.toBe(orphan);
  expect(await ask(url, 'SELECT n FROM kept')).toEqual([7]);
});

test('a second hub on the same folder is refused and disturbs nothing', async () => {
  const folder = usedFolder();
  const hub = await startHubProcess({ folder });
  await expect(embedded({ folder }).start()).rejects.toThrow(`another hub (process ${hub.child.pid}, since `);
  expect(await ask(hub.answer.url as string, 'SELECT 1')).toEqual([1]);
  await hub.end('SIGTERM');
  await embedded({ folder }).start();
});

test('it is a process group of its own, so a Ctrl-C in the terminal does not reach it', async () => {
  const database = embedded({ folder: usedFolder() });
  await database.start();
  const { stdout } = spawnSync('ps', ['-o', 'pgid=', '-p', String(database.pid)], { encoding: 'utf8' });
  expect(Number(stdout)).toBe(database.pid);
});

test('it stops within 5 s, with transactions open', async () => {
  const { database, url, place } = await watched();
  const client = new pg.Client({ connectionString: url });
  client.on('error', () => {});
  await client.connect();
  await client.query('BEGIN');
  const at = performance.now();
  await database.stop();
  expect(performance.now() - at).toBeLessThan(3000);
  expect(clusterProcesses(join(place, 'data'))).toEqual([]);
});

test('it stops within 5 s, when the server no longer reacts', async () => {
  const { database, place } = await watched();
  process.kill(database.pid as number, 'SIGSTOP');
  const at = performance.now();
  await Promise.all([database.stop(), database.stop()]);
  expect(performance.now() - at).toBeLessThan(5000);
  expect(clusterProcesses(join(place, 'data'))).toEqual([]);
});

test('stopped while it starts, it ends the start and leaves nothing behind', async () => {
  const folder = folders.make();
  const database = embedded({ folder });
  const start = database.start();
  const outcome = start.catch((error: Error) => error.message);
  await database.stop();
  expect(await outcome).toContain('stopped while it started');
  // The folder is free, and whatever was half made is made again.
  await embedded({ folder }).start();
});

test('a pid file whose pid is a stranger now does not hold up the start, nor is the stranger touched', async () => {
  const folder = usedFolder();
  const first = embedded({ folder });
  const { place } = await first.start();
  const pidFile = join(place, 'data', 'postmaster.pid');
  const lines = readFileSync(pidFile, 'utf8');
  await first.stop();
  const stranger = await startHubProcess({ folder: usedFolder() });
  writeFileSync(pidFile, lines.replace(/^\d+/, String(stranger.child.pid)));
  const { url } = await embedded({ folder }).start();
  expect(await ask(url, 'SELECT 1')).toEqual([1]);
  expect(await ask(stranger.answer.url as string, 'SELECT 1')).toEqual([1]);
  await stranger.end('SIGTERM');
});

test('a cluster of another version is left alone: one line says what, where and what to do', async () => {
  const folder = usedFolder();
  const first = embedded({ folder });
  const { place } = await first.start();
  await first.stop();
  writeFileSync(join(place, 'data', 'PG_VERSION'), '17\n');
  const start = embedded({ folder }).start();
  await expect(start).rejects.toThrow(
    /PostgreSQL could not start in .*version 17.*; start the hub's version that made it/,
  );
  await expect(start).rejects.not.toThrow('\n');
});

test('a full disk is told as such, and the start works once there is space', async () => {
  const folder = folders.make();
  const mounted =
    process.getuid?.() === 0 && spawnSync('mount', ['-t', 'tmpfs', '-o', 'size=8m', 'tmpfs', folder]).status === 0;
  if (!mounted) return console.log('skipped: a small disk can be mounted by root alone');
  try {
    await expect(embedded({ folder }).start()).rejects.toThrow(
      /no database could be made in .*: .*No space left on device; free some space on that disk, then start again$/,
    );
    spawnSync('mount', ['-o', 'remount,size=400m', folder]);
    const database = embedded({ folder });
    await database.start();
    await database.stop();
  } finally {
    spawnSync('umount', [folder]);
  }
});
