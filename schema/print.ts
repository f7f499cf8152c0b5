import { writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { printSchema } from 'graphql';
import { buildSchema } from './index.js';
import { subgraphSdl } from './subgraph.js';

/** `npm run schema`: the public schema as schema.graphql keeps it, and the same for gateways to compose as subgraph.graphql does. */
const root = join(dirname(fileURLToPath(import.meta.url)), '..');
const schema = buildSchema();
writeFileSync(join(root, 'schema.graphql'), `${printSchema(schema)}\n`);
writeFileSync(join(root, 'subgraph.graphql'), `${subgraphSdl(schema)}\n`);
