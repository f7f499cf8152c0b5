import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { afterAll, expect, test } from '@jest/globals';
import { packageRoot } from '../server/root.js';
import { migratedDatabase } from './support/database.js';
import { ADMIN_KEY, ask, startHub } from './support/running-hub.js';
import { tempFolders } from './support/temp-folder.js';

const folders = tempFolders();
afterAll(() => folders.clear());

/** Starts the hub with these variables only and waits for it to give up. */
async function failedStart(
  env: Readonly<Record<string, string>>,
  ...args: readonly string[]
): Promise<{ code: number; said: string }> {
  const child = spawn(process.execPath, ['dist/tests-run/server/main.js', ...args], {
    cwd: packageRoot(),
    env: { PATH: process.env.PATH ?? '', HUB_ADMIN_KEY: ADMIN_KEY, PORT: '0', ...env },
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  const [said, [code]] = await Promise.all([text(child.stderr), once(child, 'exit') as Promise<[number]>]);
  return { code, said };
}

test('A port that is no port and an address of no database are both named, and their values are not repeated.', async () => {
  const { code, said } = await failedStart({ PORT: 'abc', DATABASE_URL: 'mysql://root:secret@db' });
  expect(code).toBe(1);
  expect(said).toMatch(/^PORT: .*$/m);
  expect(said).toMatch(/^DATABASE_URL: postgresql:\/\/user:password@host:port\/database$/m);
  expect(said).not.toContain('secret');
}, 30_000);

test('A misspelt setting is told with its place in the file.', async () => {
  const path = join(folders.make(), 'hub.yaml');
  writeFileSync(path, 'hub:\n  area: "654202"\n  keepObservationDays: 400\nfeeds: {}\n');
  const { code, said } = await failedStart({ HUB_CONFIG: path });
  expect(code).toBe(1);
  expect(said).toContain('keepObservationDays');
  expect(said).toContain('hub.yaml');
}, 30_000);

test('What is meant for trying it out is not opened to other machines: one line says why and what to do.', async () => {
  const { code, said } = await failedStart({ HOST: '0.0.0.0' });
  expect(code).toBe(1);
  expect(said).toMatch(/^HOST 0\.0\.0\.0, hub\.demo\.enabled: .* set hub\.demo\.public: true if that is meant\n$/);
}, 30_000);

test('A part that has no database to share, and one that there is none of, are told with what to do.', async () => {
  const alone = await failedStart({}, '--departments', 'weather,water');
  expect(alone.code).toBe(1);
  expect(alone.said).toMatch(/^--departments weather,water, DATABASE_URL: .*set DATABASE_URL/);
  const { code, said } = await failedStart({}, '--departments', 'marine');
  expect(code).toBe(1);
  expect(said).toMatch(/^--departments: "marine" is none of shared, weather, seismic, .*\n$/);
}, 30_000);

test('A database that does not answer is told, and the process ends.', async () => {
  const { code, said } = await failedStart({ DATABASE_URL: 'postgresql://hub@127.0.0.1:1/hub' });
  expect(code).toBe(1);
  expect(said).toMatch(/^the hub could not start: .*ECONNREFUSED/m);
}, 30_000);

test('A port that is taken is told with the variable that changes it, and the process ends.', async () => {
  const taken = createServer().listen(0, '127.0.0.1');
  await once(taken, 'listening');
  const { port } = taken.address() as { port: number };
  const database = await migratedDatabase();
  const { code, said } = await failedStart({ DATABASE_URL: database.url, PORT: String(port) });
  taken.close();
  expect(code).toBe(1);
  expect(said).toContain(`port ${port} of 127.0.0.1 is taken: stop what listens there, or set PORT`);
}, 30_000);

test('What does not validate is BAD_INPUT over HTTP as over a WebSocket.', async () => {
  const hub = await startHub((await migratedDatabase()).url);
  await expect(ask(hub.url, '{ noSuchField }')).rejects.toMatchObject({ extensions: { code: 'BAD_INPUT' } });
  await hub.stop();
}, 30_000);
