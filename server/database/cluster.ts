import { execFile } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { chownSync, existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { pause } from '../../connectors/back-off.js';
import type { PostgresPlace } from './postgres-place.js';

const run = promisify(execFile);
const passwordFile = (place: PostgresPlace): string => `${place.cluster}.password`;

/** The superuser's password, readable by the hub's and the server's user alone. */
export const readPassword = (place: PostgresPlace): string => readFileSync(passwordFile(place), 'utf8').trim();

/** Makes the cluster unless it exists. A half-made one, from a start that was interrupted, is made anew. */
export async function makeCluster(place: PostgresPlace): Promise<void> {
  if (existsSync(join(place.cluster, 'PG_VERSION'))) return;
  const partial = `${place.cluster}.new`;
  rmSync(partial, { recursive: true, force: true });
  mkdirSync(partial, { mode: 0o700 });
  const password = passwordFile(place);
  writeFileSync(password, `${randomBytes(18).toString('base64url')}\n`, { mode: 0o600 });
  if (place.ids) for (const path of [partial, password]) chownSync(path, place.ids.uid, place.ids.gid);
  try {
    await run(
      join(place.binaries, 'bin', 'initdb'),
      [
        '-D',
        partial,
        '-U',
        'fenghuo',
        '--auth=scram-sha-256',
        `--pwfile=${password}`,
        '--encoding=UTF8',
        '--locale=C',
        '--no-instructions',
      ],
      { ...place.ids, cwd: partial, env: { LC_ALL: 'C', PATH: '/usr/bin:/bin' }, timeout: 120_000 },
    );
  } catch (error) {
    const said = String((error as { stderr?: string }).stderr ?? error)
      .trim()
      .split('\n')
      .at(-1);
    throw new Error(`PostgreSQL cannot make its data folder ${place.cluster} as user ${place.user}: ${said}`, {
      cause: error,
    });
  }
  renameSync(partial, place.cluster);
}

/** Stops a server that still runs on the cluster though its hub is gone; true if there was one. */
export async function stopOrphan(place: PostgresPlace): Promise<boolean> {
  const pid = postmasterOf(place);
  if (pid === undefined) return false;
  const signals = ['SIGINT', 'SIGQUIT', 'SIGKILL'] as const;
  for (const [i, signal] of signals.entries()) {
    process.kill(pid, signal);
    const limit = Date.now() + (i === 0 ? 5000 : 2000);
    while (Date.now() < limit) {
      if (postmasterOf(place) === undefined) return true;
      await pause(20, AbortSignal.timeout(1000));
    }
  }
  throw new Error(`process ${pid} still serves ${place.cluster} and cannot be stopped`);
}

/** The process that the cluster's own pid file names, if it lives and is this cluster's server. */
function postmasterOf(place: PostgresPlace): number | undefined {
  try {
    const pid = Number(readFileSync(join(place.cluster, 'postmaster.pid'), 'utf8').split('\n')[0]);
    process.kill(pid, 0);
    return commandOf(pid)?.includes(place.cluster) === false ? undefined : pid;
  } catch {
    return undefined;
  }
}

/** The command line of a process; undefined where the system has no /proc: then the pid file's word counts. */
function commandOf(pid: number): string | undefined {
  return existsSync('/proc/self/cmdline') ? readFileSync(`/proc/${pid}/cmdline`, 'utf8') : undefined;
}
