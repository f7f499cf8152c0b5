import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import { chmod, chown, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import pg from 'pg';
import { binary } from './postgres-binaries.js';
import { dataOf, type PostgresPlace } from './postgres-place.js';
import { adviceFor, failureIn } from './server-log.js';

/** The cluster's superuser, and the hub's database. */
export const ROLE = 'fenghuo';

/** PostgreSQL's processes get neither the hub's credentials nor PG* variables that would redirect them. */
export const ENVIRONMENT: NodeJS.ProcessEnv = { PATH: '/usr/bin:/bin', LC_ALL: 'C', TZ: 'UTC' };

/** The identity to spawn a process of the cluster with. */
export const runAs = ({ user }: PostgresPlace): { uid?: number; gid?: number } =>
  user.uid === undefined ? {} : { uid: user.uid, ...(user.gid === undefined ? {} : { gid: user.gid }) };

/** Makes the cluster at the first start; returns the superuser's password, kept in a file only the cluster's user may read. */
export async function makeCluster(
  place: PostgresPlace,
  extra: readonly string[],
  signal: AbortSignal,
): Promise<string> {
  const data = dataOf(place);
  const passwordFile = join(place.folder, 'password');
  const made = existsSync(join(data, 'PG_VERSION'));
  if (!existsSync(passwordFile)) {
    if (made)
      throw new Error(
        `${passwordFile} is missing: put it back from a backup, the database cannot be opened without it`,
      );
    const draft = `${passwordFile}.new`;
    await writeFile(draft, `${randomBytes(24).toString('base64url')}\n`, { mode: 0o600 });
    await chmod(draft, 0o600);
    const { uid, gid } = place.user;
    if (uid !== undefined && gid !== undefined) await chown(draft, uid, gid);
    await rename(draft, passwordFile);
  }
  if (!made) {
    // Renamed when complete: a start cut short leaves no half cluster under the name that counts.
    const draft = `${data}.new`;
    await rm(draft, { recursive: true, force: true });
    await initdb(place, draft, passwordFile, extra, signal);
    await rename(draft, data);
  }
  return (await readFile(passwordFile, 'utf8')).trim();
}

async function initdb(
  place: PostgresPlace,
  data: string,
  passwordFile: string,
  extra: readonly string[],
  signal: AbortSignal,
): Promise<void> {
  const locale = ['--encoding=UTF8', '--locale=C', '--locale-provider=builtin', '--builtin-locale=C.UTF-8'];
  const access = [`--username=${ROLE}`, `--pwfile=${passwordFile}`, '--auth=scram-sha-256'];
  const child = spawn(
    binary(place.binaries, 'initdb'),
    ['-D', data, ...locale, ...access, '--no-instructions', ...extra],
    {
      ...runAs(place),
      cwd: place.folder,
      env: ENVIRONMENT,
      detached: true,
      stdio: ['ignore', 'ignore', 'pipe'],
      signal,
    },
  );
  let said = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    said = (said + text).slice(-10_000);
  });
  const failure = await new Promise<string | undefined>((resolve) => {
    child.once('error', (error) => resolve(error.message));
    child.once('close', (code, killedBy) =>
      resolve(code === 0 ? undefined : (failureIn(said) ?? `initdb ended by ${killedBy ?? code}`)),
    );
  });
  if (failure === undefined) return;
  await rm(data, { recursive: true, force: true });
  signal.throwIfAborted();
  throw new Error(`no database could be made in ${place.folder}: ${failure}; ${adviceFor(failure, place.folder)}`);
}

/** Makes the hub's database on a running server unless it is there. */
export async function createDatabase(url: string): Promise<void> {
  const admin = new URL(url);
  admin.pathname = '/postgres';
  const client = new pg.Client({ connectionString: admin.href, connectionTimeoutMillis: 10_000 });
  client.on('error', () => {});
  await client.connect();
  try {
    const { rowCount } = await client.query('SELECT 1 FROM pg_database WHERE datname = $1', [ROLE]);
    if (rowCount === 0) await client.query(`CREATE DATABASE ${pg.escapeIdentifier(ROLE)}`);
  } finally {
    await client.end();
  }
}
