import DataLoader from 'dataloader';
import type { RegisterRow } from '../../model/rows.js';
import type { Sight } from '../../model/sight.js';
import type { Database } from '../../prisma/database.js';
import {
  entriesByCode,
  entriesById,
  entriesReferring,
  type RegisterKey,
  revisionsOf,
} from '../../prisma/store/read-register.js';
import { seenEntries } from '../coarsen.js';
import { many, one, placed } from '../loader-kinds.js';
import type { Loaders } from '../loader-types.js';

export function registerLoaders(
  db: Database,
  sight: Sight,
): Pick<Loaders, 'entry' | 'entriesOfCode' | 'referring' | 'revisionsOfEntry'> {
  const keyOf = ({ noun, code }: RegisterKey): string => JSON.stringify([noun, code]);
  const visible = (rows: readonly RegisterRow[]): readonly RegisterRow[] => seenEntries(sight, rows);
  return {
    entry: one(
      async (ids) => visible(await entriesById(db, ids)),
      (row) => row.id,
    ),
    entriesOfCode: new DataLoader(
      async (keys) => {
        const rows = visible(await entriesByCode(db.read, keys));
        return keys.map((key) => rows.filter((row) => keyOf(row) === keyOf(key)));
      },
      { cacheKeyFn: keyOf },
    ),
    referring: placed(
      async (wanted) => seenEntries(sight, await entriesReferring(db, wanted, sight.reach({ kind: 'register' }))),
      ({ noun, field, code }) => JSON.stringify([noun, field, code]),
    ),
    revisionsOfEntry: many(
      async (ids) => visible(await revisionsOf(db, ids)),
      (row) => row.id,
    ),
  };
}
