import { expect, test } from '@jest/globals';
import pg from 'pg';
import { migratedDatabase, type TestDatabase, testDatabase } from './database.js';

async function ask<T extends pg.QueryResultRow>(database: TestDatabase, sql: string): Promise<T[]> {
  const client = new pg.Client({ connectionString: database.url });
  client.on('error', () => {});
  await client.connect();
  try {
    return (await client.query<T>(sql)).rows;
  } finally {
    await client.end();
  }
}

test('every test database is empty and its own', async () => {
  const [one, two] = await Promise.all([testDatabase(), testDatabase()]);
  await ask(one, 'CREATE TABLE mine (id int)');
  expect(await ask(two, "SELECT * FROM pg_tables WHERE schemaname = 'public'")).toEqual([]);
  await Promise.all([one.drop(), two.drop()]);
});

test('migrated databases have the tables of the hub, and share nothing', async () => {
  const [one, two] = await Promise.all([migratedDatabase(), migratedDatabase()]);
  await ask(one, "INSERT INTO department VALUES ('WATER', 'water', 'Water', '水利')");
  expect(await ask(two, 'SELECT count(*)::int AS n FROM department')).toEqual([{ n: 0 }]);
  expect(await ask(two, 'SELECT position FROM log_head')).toHaveLength(1);
  await Promise.all([one.drop(), two.drop()]);
});

test('a dropped database takes its open connections with it', async () => {
  const database = await testDatabase();
  const client = new pg.Client({ connectionString: database.url });
  const ended = new Promise((resolve) => client.once('end', resolve));
  client.on('error', () => {});
  await client.connect();
  await database.drop();
  await ended;
  await expect(ask(database, 'SELECT 1')).rejects.toThrow('does not exist');
});
