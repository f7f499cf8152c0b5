import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import pg from 'pg';
import { type TestDatabase, testDatabase } from '../tests/support/database.js';
import { tempFolders } from '../tests/support/temp-folder.js';
import { applyMigrations, migrationStates } from './apply-migrations.js';

const folders = tempFolders();
let database: TestDatabase;
let folder: string;
beforeEach(async () => {
  database = await testDatabase();
  folder = folders.make();
});
afterEach(async () => {
  await database.drop();
  folders.clear();
});

function write(name: string, sql: string): void {
  mkdirSync(join(folder, name), { recursive: true });
  writeFileSync(join(folder, name, 'migration.sql'), sql);
}

async function ask(sql: string): Promise<unknown[]> {
  const client = new pg.Client({ connectionString: database.url });
  await client.connect();
  try {
    return (await client.query({ text: sql, rowMode: 'array' })).rows.flat();
  } finally {
    await client.end();
  }
}

test('migrations are applied once, in the order of their names, bodies with semicolons whole', async () => {
  write('2_second', 'ALTER TABLE one ADD COLUMN more int');
  write(
    '1_first',
    'CREATE TABLE one (id int); DO $$ BEGIN INSERT INTO one VALUES (1); INSERT INTO one VALUES (2); END $$;',
  );
  expect(await applyMigrations(database.url, folder)).toEqual(['1_first', '2_second']);
  expect(await applyMigrations(database.url, folder)).toEqual([]);
  write('3_third', 'DELETE FROM one WHERE id = 1');
  expect(await applyMigrations(database.url, folder)).toEqual(['3_third']);
  expect(await ask('SELECT id, more FROM one')).toEqual([2, null]);
});

test('of several starts at once each migration is applied by one', async () => {
  write('1_first', 'CREATE TABLE one (id int); INSERT INTO one VALUES (1)');
  const results = await Promise.all(Array.from({ length: 4 }, () => applyMigrations(database.url, folder)));
  expect(results.flat()).toEqual(['1_first']);
  expect(await ask('SELECT id FROM one')).toEqual([1]);
});

test('a migration edited after it was applied is refused, by name', async () => {
  write('1_first', 'CREATE TABLE one (id int)');
  await applyMigrations(database.url, folder);
  write('1_first', 'CREATE TABLE one (id bigint)');
  await expect(applyMigrations(database.url, folder)).rejects.toThrow(
    'migration 1_first was edited after it had been applied',
  );
});

test('a migration that fails leaves no trace, keeps those before it, and can be mended', async () => {
  write('1_first', 'CREATE TABLE one (id int)');
  write('2_second', 'CREATE TABLE two (id int); SELECT 1/0');
  await expect(applyMigrations(database.url, folder)).rejects.toThrow('migration 2_second: division by zero');
  expect(await ask("SELECT to_regclass('one')::text, to_regclass('two')::text")).toEqual(['one', null]);
  write('2_second', 'CREATE TABLE two (id int)');
  expect(await applyMigrations(database.url, folder)).toEqual(['2_second']);
});

test('the state of every migration is told, also on a database that never had one', async () => {
  write('1_first', 'SELECT 1');
  write('2_second', 'SELECT 2');
  expect(await migrationStates(database.url, folder)).toEqual([
    { name: '1_first', state: 'pending' },
    { name: '2_second', state: 'pending' },
  ]);
  await applyMigrations(database.url, folder);
  write('2_second', 'SELECT 22');
  await ask(
    "INSERT INTO _prisma_migrations (id, checksum, migration_name, finished_at) VALUES ('x', 'y', '9_later', now())",
  );
  expect(await migrationStates(database.url, folder)).toEqual([
    { name: '1_first', state: 'applied' },
    { name: '2_second', state: 'edited' },
    { name: '9_later', state: 'unknown' },
  ]);
});
