import { createHash } from 'node:crypto';
import {
  chmodSync,
  chownSync,
  existsSync,
  mkdirSync,
  readFileSync,
  realpathSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { completeBinaries, copyBinaries, findBinaries, type PostgresBinaries } from './postgres-binaries.js';
import { currentUser, databaseUser, findUser, isRoot, mayUse, type SystemUser } from './system-user.js';

/** Where a cluster lies and who runs it with what. */
export interface PostgresPlace {
  /** Holds the cluster (`data`), its password, its log and the hub's lock; without links in its path. */
  readonly folder: string;
  readonly user: SystemUser;
  readonly binaries: PostgresBinaries;
  /** Why the place is not inside the data folder. */
  readonly note?: string;
}

export interface PlaceOptions {
  /** The hub's data folder; made when missing. */
  readonly folder: string;
  /** Where root puts what only root could reach otherwise. */
  readonly shelter?: string;
  readonly binaries?: PostgresBinaries;
}

export const dataOf = (place: PostgresPlace): string => join(place.folder, 'data');

/**
 * Chooses the place of a data folder's cluster: `<folder>/postgres`, or for root, where the database's user cannot enter that,
 * a folder of the shelter. A cluster that exists is always found again: the data folder keeps a note of its place.
 */
export async function choosePlace(options: PlaceOptions): Promise<PostgresPlace> {
  mkdirSync(options.folder, { recursive: true });
  const folder = realpathSync(options.folder);
  const binaries = options.binaries ?? findBinaries();
  if (!isRoot()) {
    const place = ownPlace(folder);
    await completeBinaries(binaries);
    return { folder: place, user: currentUser(), binaries };
  }
  await completeBinaries(binaries);
  const shelter = options.shelter ?? '/var/lib/fenghuo';
  const { place, user, note } = rootPlace(folder, shelter);
  const reachable = mayUse(user, [join(binaries.folder, 'bin', 'postgres'), join(binaries.folder, 'lib')]);
  if (!reachable) openShelter(shelter, user);
  return {
    folder: place,
    user,
    binaries: reachable ? binaries : await copyBinaries(binaries, shelter),
    ...(note && { note }),
  };
}

const pointer = (folder: string): string => join(folder, 'postgres.place');
const hasCluster = (place: string): boolean => existsSync(join(place, 'data', 'PG_VERSION'));

function ownPlace(folder: string): string {
  const place = join(folder, 'postgres');
  if (!existsSync(place) && existsSync(pointer(folder)))
    throw new Error(
      `the database of ${folder} was made by root and lies in ${readFileSync(pointer(folder), 'utf8').trim()}: start the hub as root, or with another data folder (HUB_DATA_DIR)`,
    );
  makePlace(place);
  if (statSync(place).uid !== process.getuid?.())
    throw new Error(
      `${place} belongs to another user: start the hub as that user, or with another data folder (HUB_DATA_DIR)`,
    );
  return place;
}

interface RootPlace {
  readonly place: string;
  readonly user: SystemUser;
  readonly note?: string;
}

function rootPlace(folder: string, shelter: string): RootPlace {
  const inside = join(folder, 'postgres');
  const noted = existsSync(pointer(folder)) ? readFileSync(pointer(folder), 'utf8').trim() : undefined;
  const existing = [noted, inside].find((each) => each !== undefined && hasCluster(each));
  if (existing !== undefined) {
    const user = ownerOf(join(existing, 'data'));
    if (!mayUse(user, [existing]))
      throw new Error(
        `user ${user.name}, to whom the database in ${existing} belongs, cannot enter that folder: let others enter the folders above it (chmod o+x)`,
      );
    return { place: existing, user, ...(existing === inside ? {} : { note: sheltered(folder) }) };
  }
  const user = databaseUser();
  if (mayUse(user, [folder])) {
    makePlace(inside, user);
    return { place: inside, user };
  }
  openShelter(shelter, user);
  const place = join(shelter, createHash('sha256').update(folder).digest('hex').slice(0, 12));
  makePlace(place, user);
  writeFileSync(pointer(folder), `${place}\n`);
  return { place, user, note: sheltered(folder) };
}

const sheltered = (folder: string): string => `only root may enter ${folder}, and PostgreSQL does not run as root`;

function ownerOf(data: string): SystemUser {
  const { uid, gid } = statSync(data);
  return uid === 0 ? databaseUser() : { name: findUser(uid)?.name ?? String(uid), uid, gid };
}

function makePlace(place: string, user?: SystemUser): void {
  mkdirSync(place, { recursive: true, mode: 0o700 });
  if (user?.uid !== undefined && user.gid !== undefined) chownSync(place, user.uid, user.gid);
}

function openShelter(shelter: string, user: SystemUser): void {
  mkdirSync(shelter, { recursive: true });
  chmodSync(shelter, 0o755);
  if (!mayUse(user, [shelter]))
    throw new Error(
      `user ${user.name} can enter neither the data folder nor ${dirname(shelter)}: choose another data folder (HUB_DATA_DIR)`,
    );
}
