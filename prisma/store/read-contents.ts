import type { RegisterRow, StationRow } from '../../model/rows.js';
import type { Database } from '../database.js';
import { REGISTER_COLUMNS } from './read-register.js';
import { STATION_COLUMNS } from './read-stations.js';

/** What of one kind lies in a division, a number of them: `prefix` is that of the division's code. */
export interface Contents {
  readonly prefix: string;
  readonly first: number;
  /** Only this department's stations, or this register's entries. */
  readonly only: string | null;
}
type Placed<T> = T & { readonly place: number };

/** For each of `wanted` the stations that lie in its division or beneath it, by id; `place` is the index in `wanted`. */
export const stationsIn = (db: Database, wanted: readonly Contents[]): Promise<Placed<StationRow>[]> =>
  contents<StationRow>(
    db,
    wanted,
    STATION_COLUMNS,
    's',
    `station o JOIN feed f ON f.id = o.feed_id`,
    'f.department_code',
  );

/** The same for entries of registers that are in use. */
export const entriesIn = (db: Database, wanted: readonly Contents[]): Promise<Placed<RegisterRow>[]> =>
  contents<RegisterRow>(db, wanted, REGISTER_COLUMNS, 'e', 'register_entry o', 'o.noun', 'AND o.retired_at IS NULL');

async function contents<T extends object>(
  db: Database,
  wanted: readonly Contents[],
  columns: string,
  alias: string,
  from: string,
  kind: string,
  more = '',
): Promise<Placed<T>[]> {
  const { rows } = await db.read.query<Placed<T>>(
    `SELECT w.place::int, ${columns}
     FROM unnest($1::text[], $2::int[], $3::text[]) WITH ORDINALITY AS w(prefix, most, wanted, place)
     CROSS JOIN LATERAL (SELECT o.* FROM ${from} WHERE o.division_code LIKE w.prefix || '%'
       AND (w.wanted IS NULL OR ${kind} = w.wanted) ${more} ORDER BY o.id LIMIT w.most) ${alias}`,
    [wanted.map(({ prefix }) => prefix), wanted.map(({ first }) => first), wanted.map(({ only }) => only)],
  );
  return rows.map((row) => ({ ...row, place: row.place - 1 }));
}
