import type { RegisterRow, StationRow } from '../../model/rows.js';
import type { Reach } from '../../model/sight.js';
import type { Database } from '../database.js';
import { Where } from './keyset.js';
import { inReach } from './reach.js';
import { REGISTER_COLUMNS } from './read-register.js';
import { STATION_COLUMNS, stationInReach } from './read-stations.js';

/** What of one kind lies in a division, a number of them: `prefix` is that of the division's code. */
export interface Contents {
  readonly prefix: string;
  readonly first: number;
  /** Only this department's stations, or this register's entries. */
  readonly only: string | null;
}
type Placed<T> = T & { readonly place: number };

/** For each of `wanted` the stations within reach that lie in its division or beneath it, by id; `place` is the index in `wanted`. */
export function stationsIn(
  db: Database,
  wanted: readonly Contents[],
  reach: Reach | undefined,
): Promise<Placed<StationRow>[]> {
  const where = new Where();
  return contents<StationRow>(db, wanted, where, {
    columns: STATION_COLUMNS,
    alias: 's',
    from: 'station s JOIN feed f ON f.id = s.feed_id',
    kind: 'f.department_code',
    more: stationInReach(where, reach),
  });
}

/** The same for entries of registers that are in use. */
export function entriesIn(
  db: Database,
  wanted: readonly Contents[],
  reach: Reach | undefined,
): Promise<Placed<RegisterRow>[]> {
  const where = new Where();
  return contents<RegisterRow>(db, wanted, where, {
    columns: REGISTER_COLUMNS,
    alias: 'e',
    from: 'register_entry e',
    kind: 'e.noun',
    more: `e.retired_at IS NULL AND ${inReach(where, reach, 'e.feed_id', 'e.noun')}`,
  });
}

interface Source {
  readonly columns: string;
  readonly alias: string;
  readonly from: string;
  readonly kind: string;
  readonly more: string;
}

async function contents<T extends object>(
  db: Database,
  wanted: readonly Contents[],
  where: Where,
  { columns, alias, from, kind, more }: Source,
): Promise<Placed<T>[]> {
  const asked = [
    wanted.map(({ prefix }) => prefix),
    wanted.map(({ first }) => first),
    wanted.map(({ only }) => only),
  ].map((values) => where.bind(values));
  const { rows } = await db.read.query<Placed<T>>(
    `SELECT w.place::int, ${columns}
     FROM unnest(${asked[0]}::text[], ${asked[1]}::int[], ${asked[2]}::text[]) WITH ORDINALITY AS w(prefix, most, wanted, place)
     CROSS JOIN LATERAL (SELECT ${alias}.* FROM ${from} WHERE ${alias}.division_code LIKE w.prefix || '%'
       AND (w.wanted IS NULL OR ${kind} = w.wanted) AND ${more} ORDER BY ${alias}.id LIMIT w.most) ${alias}`,
    where.values,
  );
  return rows.map((row) => ({ ...row, place: row.place - 1 }));
}
