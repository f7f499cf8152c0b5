import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import { printSchema } from 'graphql';
import { buildSchema } from '../schema/index.js';
import { packageRoot } from '../server/root.js';

test('schema.graphql is what the code says; `npm run schema` rewrites it', () => {
  const committed = readFileSync(join(packageRoot(), 'schema.graphql'), 'utf8');
  expect(committed).toBe(`${printSchema(buildSchema())}\n`);
});

test('two schemas made in one process share nothing', () => {
  const [one, two] = [buildSchema(), buildSchema()];
  expect(one.getType('Warning')).not.toBe(two.getType('Warning'));
});
