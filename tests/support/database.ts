import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import pg from 'pg';
import { applyMigrations } from '../../prisma/apply-migrations.js';

export interface TestDatabase {
  readonly url: string;
  drop(): Promise<void>;
}

/** The server that the whole run shares; set by the global setup from DATABASE_URL or an embedded PostgreSQL. */
function serverUrl(): string {
  const url = process.env.FENGHUO_TEST_SERVER ?? process.env.DATABASE_URL;
  if (!url) throw new Error('no test server: run through jest, whose global setup starts one');
  return url;
}

async function onServer<T>(work: (client: pg.Client) => Promise<T>): Promise<T> {
  const client = new pg.Client({ connectionString: serverUrl() });
  await client.connect();
  try {
    return await work(client);
  } finally {
    await client.end();
  }
}

async function create(template?: string): Promise<TestDatabase> {
  const name = `fenghuo_test_${process.pid}_${randomBytes(5).toString('hex')}`;
  await onServer((client) => client.query(`CREATE DATABASE ${name}${template ? ` TEMPLATE ${template}` : ''}`));
  const url = new URL(serverUrl());
  url.pathname = `/${name}`;
  return {
    url: url.href,
    drop: async () => {
      await onServer((client) => client.query(`DROP DATABASE IF EXISTS ${name} WITH (FORCE)`));
    },
  };
}

/** A fresh, empty database on the run's server. */
export const testDatabase = (): Promise<TestDatabase> => create();

/** A fresh database with all migrations applied. */
export async function migratedDatabase(): Promise<TestDatabase> {
  const database = await create();
  await applyMigrations(database.url, join(process.cwd(), 'prisma', 'migrations'));
  return database;
}
