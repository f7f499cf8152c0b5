import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { migratedDatabase, type TestDatabase } from '../tests/support/database.js';
import { tempFolders } from '../tests/support/temp-folder.js';
import { schemaDifference } from './schema-engine.js';

const schema = join(process.cwd(), 'prisma', 'schema.prisma');
const folders = tempFolders();
let database: TestDatabase;
beforeAll(async () => {
  database = await migratedDatabase();
});
afterAll(async () => {
  await database.drop();
  folders.clear();
});

test('the migrations make exactly what schema.prisma says', async () => {
  expect(await schemaDifference(database.url, schema)).toBeUndefined();
});

test('a change of schema.prisma without a migration is found', async () => {
  const changed = join(folders.make(), 'schema.prisma');
  writeFileSync(
    changed,
    readFileSync(schema, 'utf8').replace('nameEn String @map("name_en")', 'nameEn String? @map("name_en")'),
  );
  expect(await schemaDifference(database.url, changed)).toContain(
    'ALTER TABLE "department" ALTER COLUMN "name_en" DROP NOT NULL',
  );
});
