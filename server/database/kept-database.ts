import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import type pg from 'pg';
import { applyMigrations } from '../../prisma/apply-migrations.js';
import { type Database, openDatabase } from '../../prisma/database.js';
import type { Environment } from '../environment.js';
import { packageRoot } from '../root.js';
import { EmbeddedDatabase } from './embedded-database.js';
import { choosePlace, dataOf } from './postgres-place.js';
import { runningDatabase } from './running-database.js';

/** What is large is read in pages; one of them is never this slow. */
const PAGE_MS = 120_000;

/**
 * Runs `work` on the database of DATABASE_URL, else on the embedded one of HUB_DATA_DIR whether or not its hub runs, in one transaction that
 * reads all as of one moment and changes nothing.
 */
export const onKeptDatabase = <T>(env: Environment, work: (client: pg.PoolClient) => Promise<T>): Promise<T> =>
  onItsUrl(env, (url) => reading(url, work));

/** The same for what changes it: `work` makes its own transactions. Migrations that it has not had are applied, as at a hub's start. */
export const onWritableDatabase = <T>(env: Environment, work: (db: Database) => Promise<T>): Promise<T> =>
  onItsUrl(env, async (url) => {
    await applyMigrations(url, join(packageRoot(), 'prisma', 'migrations'));
    const db = openDatabase({ url, statementTimeoutMs: PAGE_MS });
    try {
      return await work(db);
    } finally {
      await db.close();
    }
  });

async function onItsUrl<T>(env: Environment, work: (url: string) => Promise<T>): Promise<T> {
  const folder = resolve(env.HUB_DATA_DIR);
  const running = env.DATABASE_URL ?? (await runningDatabase(folder));
  if (running !== undefined) return work(running);
  // Where a hub never was, none is made.
  if (!existsSync(join(dataOf(await choosePlace({ folder })), 'PG_VERSION')))
    throw new Error(
      `no hub has a database in ${folder}: set HUB_DATA_DIR to its data folder, or DATABASE_URL 该目录中没有数据库`,
    );
  const database = new EmbeddedDatabase({ folder });
  try {
    return await work((await database.start()).url);
  } finally {
    await database.stop();
  }
}

async function reading<T>(url: string, work: (client: pg.PoolClient) => Promise<T>): Promise<T> {
  const db = openDatabase({ url, statementTimeoutMs: PAGE_MS });
  try {
    const client = await db.read.connect();
    try {
      await client.query('BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY');
      const result = await work(client);
      await client.query('COMMIT');
      return result;
    } finally {
      client.release(true);
    }
  } finally {
    await db.close();
  }
}
