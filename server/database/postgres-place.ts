import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { chmodSync, chownSync, cpSync, existsSync, mkdirSync, renameSync, rmSync, statSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import type { PostgresBinaries } from './postgres-binaries.js';

/** Where the cluster lies, whose binaries run it, and as whom. `uid` and `gid` only where that is not the hub's own user. */
export interface PostgresPlace {
  readonly cluster: string;
  readonly binaries: string;
  readonly user: string;
  readonly ids: { readonly uid: number; readonly gid: number } | undefined;
}

/** Shared by hubs that run as root from folders that only root may enter. */
const SYSTEM_FOLDER = '/var/lib/fenghuo';

/**
 * Finds PostgreSQL a user and a place. For an ordinary user: that user, in the data folder. PostgreSQL refuses to run as
 * root: then the user `postgres` (made when missing; `nobody` where users cannot be made), still in the data folder where that
 * user may enter it, else under /var/lib/fenghuo; binaries that the user cannot reach are copied there once.
 */
export function findPlace(dataFolder: string, binaries: PostgresBinaries, systemFolder = SYSTEM_FOLDER): PostgresPlace {
  const folder = resolve(dataFolder);
  mkdirSync(folder, { recursive: true });
  if (process.getuid?.() !== 0) {
    const user = process.env.USER ?? String(process.getuid?.() ?? 'this user');
    return { cluster: join(folder, 'postgres'), binaries: binaries.folder, user, ids: undefined };
  }
  const { user, ...ids } = serviceUser();
  const home = mayEnter(folder, ids)
    ? folder
    : systemPlace(systemFolder, createHash('sha256').update(folder).digest('hex').slice(0, 12), ids);
  const cluster = join(home, 'postgres');
  return {
    cluster,
    binaries: mayEnter(binaries.folder, ids) ? binaries.folder : copyBinaries(binaries, systemFolder),
    user,
    ids,
  };
}

interface Ids {
  readonly uid: number;
  readonly gid: number;
}

function serviceUser(): Ids & { user: string } {
  const known = idsOf('postgres') ?? madeUser() ?? idsOf('nobody');
  if (!known)
    throw new Error(
      'PostgreSQL refuses to run as root, and neither "postgres" nor "nobody" is a user here: run the hub as an ordinary user',
    );
  return known;
}

function madeUser(): (Ids & { user: string }) | undefined {
  try {
    execFileSync('useradd', ['--system', '--no-create-home', '--shell', '/usr/sbin/nologin', 'postgres'], {
      stdio: 'ignore',
    });
    return idsOf('postgres');
  } catch {
    return undefined;
  }
}

function idsOf(user: string): (Ids & { user: string }) | undefined {
  const id = (flag: string): number =>
    Number(execFileSync('id', [flag, user], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] }));
  try {
    return { user, uid: id('-u'), gid: id('-g') };
  } catch {
    return undefined;
  }
}

/** Whether a user may pass through every folder of a path, by the mode bits. */
export function mayEnter(path: string, { uid, gid }: Ids): boolean {
  for (let folder = path; ; folder = dirname(folder)) {
    const stat = statSync(folder);
    const bit = stat.uid === uid ? 0o100 : stat.gid === gid ? 0o010 : 0o001;
    if ((stat.mode & bit) === 0) return false;
    if (folder === dirname(folder)) return true;
  }
}

function systemPlace(systemFolder: string, name: string, { uid, gid }: Ids): string {
  const place = join(systemFolder, name);
  mkdirSync(place, { recursive: true });
  chmodSync(systemFolder, 0o755);
  chownSync(place, uid, gid);
  return place;
}

function copyBinaries({ folder, version }: PostgresBinaries, systemFolder: string): string {
  const place = join(systemFolder, `postgresql-${version}`);
  if (existsSync(place)) return place;
  mkdirSync(systemFolder, { recursive: true, mode: 0o755 });
  const partial = `${place}.${process.pid}`;
  rmSync(partial, { recursive: true, force: true });
  cpSync(folder, partial, { recursive: true, verbatimSymlinks: true });
  try {
    renameSync(partial, place);
  } catch (error) {
    // Another hub was quicker.
    rmSync(partial, { recursive: true, force: true });
    if (!existsSync(place)) throw error;
  }
  return place;
}
