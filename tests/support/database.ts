import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import pg from 'pg';
import { applyMigrations } from '../../prisma/apply-migrations.js';
import { packageRoot } from '../../server/root.js';

export interface TestDatabase {
  readonly url: string;
  /** Ends whatever is still connected, and removes it. */
  drop(): Promise<void>;
}

/** A fresh, empty database on the run's server. */
export function testDatabase(): Promise<TestDatabase> {
  return create('template0');
}

/** A fresh database with every migration applied; a copy of one made once per run, so a call takes some 50 ms. */
export async function migratedDatabase(): Promise<TestDatabase> {
  return create(await template());
}

/** A copy of a database that nobody is connected to, as a backup is. */
export const copyOf = ({ url }: TestDatabase): Promise<TestDatabase> => create(new URL(url).pathname.slice(1));

function server(): { url: string; run: string } {
  const { TEST_SERVER_URL: url, TEST_SERVER_RUN: run } = process.env;
  if (!url || !run) throw new Error('no test server: tests that need a database run under Jest with its global setup');
  return { url, run };
}

function urlOf(name: string): string {
  const url = new URL(server().url);
  url.pathname = `/${name}`;
  return url.href;
}

async function onServer<T>(work: (client: pg.Client) => Promise<T>): Promise<T> {
  const client = new pg.Client({ connectionString: server().url });
  await client.connect();
  try {
    return await work(client);
  } finally {
    await client.end();
  }
}

async function create(from: string): Promise<TestDatabase> {
  const name = `${server().run}_${randomBytes(5).toString('hex')}`;
  await onServer((client) => createFrom(client, name, from));
  return {
    url: urlOf(name),
    drop: () => onServer(async (client) => void (await client.query(`DROP DATABASE IF EXISTS ${name} WITH (FORCE)`))),
  };
}

const createFrom = (client: pg.Client, name: string, from: string): Promise<unknown> =>
  client.query(`CREATE DATABASE ${name} TEMPLATE ${from} ENCODING 'UTF8'`);

async function template(): Promise<string> {
  const name = `${server().run}_template`;
  await onServer(async (client) => {
    // Jest's workers ask at the same time: one makes it, under a name that is not taken until it is complete.
    await client.query('SELECT pg_advisory_lock(hashtext($1))', [name]);
    const { rowCount } = await client.query('SELECT 1 FROM pg_database WHERE datname = $1', [name]);
    if (rowCount) return;
    await client.query(`DROP DATABASE IF EXISTS ${name}_new WITH (FORCE)`);
    await createFrom(client, `${name}_new`, 'template0');
    await applyMigrations(urlOf(`${name}_new`), join(packageRoot(), 'prisma', 'migrations'));
    await client.query(`ALTER DATABASE ${name}_new RENAME TO ${name}`);
  });
  return name;
}
