import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { ROLE } from './cluster.js';
import { FolderLock } from './folder-lock.js';
import { choosePlace, dataOf } from './postgres-place.js';

/** The address of the embedded database that a running hub has in this data folder; undefined where no hub runs there. */
export async function runningDatabase(folder: string): Promise<string | undefined> {
  const place = await choosePlace({ folder });
  if (!(await FolderLock.isHeld(place.folder))) return undefined;
  // The fourth line of PostgreSQL's own file is its port.
  const port = (await readFile(join(dataOf(place), 'postmaster.pid'), 'utf8')).split('\n')[3]?.trim();
  const password = (await readFile(join(place.folder, 'password'), 'utf8')).trim();
  return `postgresql://${ROLE}:${password}@127.0.0.1:${port}/${ROLE}`;
}
