import { printSchema } from 'graphql';
import { buildSchema } from './index.js';

/** The public schema as text, as schema.graphql keeps it: `npm run schema`. */
process.stdout.write(`${printSchema(buildSchema())}\n`);
