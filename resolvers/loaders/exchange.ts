import DataLoader from 'dataloader';
import type { BundleKind } from '../../model/exchange.js';
import { bundleKey } from '../../model/exchange-rows.js';
import type { Database } from '../../prisma/database.js';
import { handoversOf, itemsOfBundles, readLags, receiptsOfBundles } from '../../prisma/store/read-exchange.js';
import { many, one } from '../loader-kinds.js';
import type { Loaders } from '../loader-types.js';

/** Of every peer: who may see the exchange is asked first (resolvers/shared/exchange.ts). */
export const exchangeLoaders = (
  db: Database,
): Pick<Loaders, 'exchangeLag' | 'itemsOfBundle' | 'receiptsOfBundle' | 'handovers'> => ({
  exchangeLag: one(
    (names) => readLags(db.read, names),
    (row) => row.peer,
  ),
  itemsOfBundle: many((keys) => itemsOfBundles(db, keys), bundleKey),
  receiptsOfBundle: many((keys) => receiptsOfBundles(db, keys), bundleKey),
  handovers: new DataLoader(async (keys) => {
    const wanted = keys.map((key) => key.split(' ') as [BundleKind, string]);
    const kinds = [...new Set(wanted.map(([kind]) => kind))];
    const found = await Promise.all(
      kinds.map(async (kind) => {
        const ids = wanted.filter((each) => each[0] === kind).map(([, id]) => id);
        return (await handoversOf(db.read, kind, ids)).map((row) => ({ ...row, kind }));
      }),
    );
    const all = found.flat();
    return wanted.map(([kind, id]) => all.filter((row) => row.kind === kind && row.itemId === id));
  }),
});
