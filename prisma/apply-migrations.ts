import { createHash, randomUUID } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import pg from 'pg';

/** The advisory lock that Prisma's own engine takes: two starts, or an author's tool, never apply at the same time. */
const LOCK = 72_707_369;

const HISTORY = `
CREATE TABLE IF NOT EXISTS _prisma_migrations (
  id varchar(36) PRIMARY KEY, checksum varchar(64) NOT NULL, finished_at timestamptz, migration_name varchar(255) NOT NULL,
  logs text, rolled_back_at timestamptz, started_at timestamptz NOT NULL DEFAULT now(), applied_steps_count integer NOT NULL DEFAULT 0
)`;

/**
 * Applies the migrations of a folder that the database has not had, in the order of their names, each in a transaction of
 * its own; returns their names. Two at once wait for each other. Throws where an applied migration was edited afterwards.
 */
export function applyMigrations(url: string, folder: string): Promise<string[]> {
  return withClient(url, async (client) => {
    await client.query('SELECT pg_advisory_lock($1)', [LOCK]);
    await client.query(HISTORY);
    const applied = await checksums(client);
    const names: string[] = [];
    for (const migration of await readMigrations(folder))
      if (await applyOne(client, migration, applied.get(migration.name))) names.push(migration.name);
    return names;
  });
}

export type MigrationState = 'applied' | 'pending' | 'edited' | 'unknown';

/** What a database has had of a folder's migrations; `unknown` are those that the folder no longer, or not yet, holds. */
export function migrationStates(url: string, folder: string): Promise<{ name: string; state: MigrationState }[]> {
  return withClient(url, async (client) => {
    const { rows } = await client.query<{ there: boolean }>(
      "SELECT to_regclass('_prisma_migrations') IS NOT NULL AS there",
    );
    const applied = rows[0]?.there ? await checksums(client) : new Map<string, string>();
    const known = await readMigrations(folder);
    const states = known.map(({ name, checksum }) => ({ name, state: stateOf(checksum, applied.get(name)) }));
    const names = new Set(known.map(({ name }) => name));
    const unknown = [...applied.keys()].filter((name) => !names.has(name));
    return [...states, ...unknown.map((name) => ({ name, state: 'unknown' as const }))];
  });
}

function stateOf(checksum: string, applied: string | undefined): MigrationState {
  if (applied === undefined) return 'pending';
  return applied === checksum ? 'applied' : 'edited';
}

async function withClient<T>(url: string, work: (client: pg.Client) => Promise<T>): Promise<T> {
  const client = new pg.Client({
    connectionString: url,
    connectionTimeoutMillis: 5000,
    application_name: 'fenghuo-migrate',
  });
  // A connection that breaks rejects the statement under way; without a listener it would end the process as well.
  client.on('error', () => {});
  await client.connect();
  try {
    return await work(client);
  } finally {
    await client.end();
  }
}

interface Migration {
  readonly name: string;
  readonly sql: string;
  readonly checksum: string;
}

async function readMigrations(folder: string): Promise<Migration[]> {
  const entries = await readdir(folder, { withFileTypes: true });
  const names = entries.flatMap((entry) => (entry.isDirectory() ? [entry.name] : [])).sort();
  return Promise.all(
    names.map(async (name) => {
      const sql = await readFile(join(folder, name, 'migration.sql'), 'utf8');
      return { name, sql, checksum: createHash('sha256').update(sql).digest('hex') };
    }),
  );
}

async function checksums(client: pg.Client): Promise<Map<string, string>> {
  const { rows } = await client.query<{ migration_name: string; checksum: string }>(
    'SELECT migration_name, checksum FROM _prisma_migrations WHERE finished_at IS NOT NULL AND rolled_back_at IS NULL',
  );
  return new Map(rows.map((row) => [row.migration_name, row.checksum]));
}

async function applyOne(client: pg.Client, migration: Migration, applied: string | undefined): Promise<boolean> {
  const { name, sql, checksum } = migration;
  const state = stateOf(checksum, applied);
  if (state === 'applied') return false;
  if (state === 'edited')
    throw new Error(`migration ${name} was edited after it had been applied: restore it and add a new one`);
  try {
    await client.query('BEGIN');
    await client.query(sql);
    await client.query(
      'INSERT INTO _prisma_migrations (id, checksum, migration_name, finished_at, applied_steps_count) VALUES ($1, $2, $3, now(), 1)',
      [randomUUID(), checksum, name],
    );
    await client.query('COMMIT');
    return true;
  } catch (error) {
    // Where the connection itself is gone, so is the transaction: the first error is the one to tell.
    await client.query('ROLLBACK').catch(() => {});
    throw new Error(`migration ${name}: ${error instanceof Error ? error.message : String(error)}`, { cause: error });
  }
}
