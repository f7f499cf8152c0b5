import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { userInfo } from 'node:os';

/** Whom PostgreSQL runs as; without `uid` it is whoever runs the hub. */
export interface SystemUser {
  readonly name: string;
  readonly uid?: number;
  readonly gid?: number;
}

export const isRoot = (): boolean => process.getuid?.() === 0;

/** The user of this process. A container may run it under a number without a name. */
export function currentUser(): SystemUser {
  try {
    return { name: userInfo().username };
  } catch {
    return { name: `user ${process.getuid?.() ?? ''}` };
  }
}

/** A line of /etc/passwd by name or by number. */
export function findUser(wanted: string | number): Required<SystemUser> | undefined {
  const lines = readFileSync('/etc/passwd', 'utf8').split('\n');
  for (const line of lines) {
    const [name, , uid, gid] = line.split(':');
    if (name && (name === wanted || Number(uid) === wanted)) return { name, uid: Number(uid), gid: Number(gid) };
  }
  return undefined;
}

/** For root, as whom PostgreSQL refuses to run: the user "postgres", made when missing, else "nobody". */
export function databaseUser(): Required<SystemUser> {
  const found = findUser('postgres');
  if (found) return found;
  const home = ['--system', '--no-create-home', '--home-dir', '/', '--shell', '/usr/sbin/nologin'];
  // The second try is for a group of that name without its user.
  for (const group of [['--user-group'], ['--gid', 'postgres']]) {
    spawnSync('useradd', [...home, ...group, 'postgres'], { env: { PATH: '/usr/sbin:/sbin:/usr/bin:/bin' } });
    const made = findUser('postgres');
    if (made) return made;
  }
  const nobody = findUser('nobody');
  if (nobody) return nobody;
  throw new Error(
    'PostgreSQL does not run as root, and no user "postgres" could be made: start the hub as an ordinary user',
  );
}

/** Asks the system itself: whether the user can read and enter (or execute) every one of the paths. */
export function mayUse(user: SystemUser, paths: readonly string[]): boolean {
  const script = 'for each; do test -r "$each" && test -x "$each" || exit 1; done';
  const { uid, gid } = user;
  const run = spawnSync('/bin/sh', ['-c', script, 'sh', ...paths], {
    cwd: '/',
    ...(uid === undefined ? {} : { uid, gid }),
  });
  if (run.error) throw new Error(`a process cannot be started as user ${user.name}: ${run.error.message}`);
  return run.status === 0;
}
