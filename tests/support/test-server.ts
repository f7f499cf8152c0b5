import { chmodSync, mkdtempSync, readdirSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import { EmbeddedDatabase } from '../../server/database/embedded-database.js';
import { stopLeftovers } from '../../server/database/leftovers.js';
import { processIdentity } from '../../server/database/processes.js';

/** Folders of tests name the process that made them. */
const FOLDER = /^fenghuo-test-(?:server|folder)-(\d+)-/;
/** Databases of a run that was killed are dropped by a later one, once they are this old. */
const ABANDONED_AFTER_SECONDS = 2 * 3600;

export interface TestServer {
  readonly url: string;
  /** Starts the names of this run's databases. */
  readonly run: string;
  stop(): Promise<void>;
}

/** The database server of one Jest run: the given one, else an embedded one that is thrown away at the end. */
export async function startTestServer(givenUrl: string | undefined): Promise<TestServer> {
  const run = `fenghuo_test_${Math.floor(Date.now() / 1000)}_${process.pid}`;
  if (givenUrl) {
    await dropDatabases(givenUrl, (name) => isAbandoned(name));
    return { url: givenUrl, run, stop: () => dropDatabases(givenUrl, (name) => name.startsWith(run)) };
  }
  await clearAbandoned();
  const folder = mkdtempSync(join(tmpdir(), `fenghuo-test-server-${process.pid}-`));
  // As root, another user runs the server: it must be able to enter.
  chmodSync(folder, 0o755);
  // Nothing is flushed to the disk: speed. Tests of what survives a crash start servers of their own.
  const database = new EmbeddedDatabase({ folder, throwaway: true, settings: { max_connections: '300' } });
  const { url } = await database.start();
  const stop = async (): Promise<void> => {
    await database.stop();
    rmSync(folder, { recursive: true, force: true });
  };
  return { url, run, stop };
}

function isAbandoned(name: string): boolean {
  const madeAt = Number(/^fenghuo_test_(\d+)_/.exec(name)?.[1]);
  return madeAt + ABANDONED_AFTER_SECONDS < Date.now() / 1000;
}

async function dropDatabases(url: string, mine: (name: string) => boolean): Promise<void> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    const { rows } = await client.query<{ datname: string }>('SELECT datname FROM pg_database');
    for (const { datname } of rows)
      if (mine(datname)) await client.query(`DROP DATABASE IF EXISTS ${pg.escapeIdentifier(datname)} WITH (FORCE)`);
  } finally {
    await client.end();
  }
}

/** Ends servers, and removes folders, of runs and tests that were killed. */
async function clearAbandoned(): Promise<void> {
  for (const name of readdirSync(tmpdir())) {
    const folder = join(tmpdir(), name);
    const maker = Number(FOLDER.exec(name)?.[1]);
    if (!maker || processIdentity(maker) !== undefined || statSync(folder).uid !== process.getuid?.()) continue;
    await stopLeftovers(join(folder, 'postgres', 'data')).catch(() => {});
    rmSync(folder, { recursive: true, force: true });
  }
}
