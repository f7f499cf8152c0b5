import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import { composeServices } from '@theguild/federation-composition';
import { parse, buildSchema as parseSchema, printSchema } from 'graphql';
import { buildSchema } from '../schema/index.js';
import { subgraphSdl } from '../schema/subgraph.js';
import { packageRoot } from '../server/root.js';

test('schema.graphql is what the code says; `npm run schema` rewrites it', () => {
  const committed = readFileSync(join(packageRoot(), 'schema.graphql'), 'utf8');
  expect(committed).toBe(`${printSchema(buildSchema())}\n`);
});

test('subgraph.graphql is the same schema for gateways, and composes', () => {
  const committed = readFileSync(join(packageRoot(), 'subgraph.graphql'), 'utf8');
  expect(committed).toBe(`${subgraphSdl(buildSchema())}\n`);
  const { errors, publicSdl } = composeServices([{ name: 'hub', typeDefs: parse(committed) }]);
  expect(errors ?? []).toEqual([]);
  // A gateway shows its callers what the hub shows its own.
  const plain = (sdl: string): string[] => Object.keys(parseSchema(sdl).getTypeMap()).sort();
  expect(plain(publicSdl ?? '')).toEqual(plain(printSchema(buildSchema())));
});

test('two schemas made in one process share nothing', () => {
  const [one, two] = [buildSchema(), buildSchema()];
  expect(one.getType('Warning')).not.toBe(two.getType('Warning'));
});
