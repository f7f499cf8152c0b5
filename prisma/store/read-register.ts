import { contains } from '../../model/area.js';
import type { Page, RegisterRow } from '../../model/rows.js';
import type { Reach } from '../../model/sight.js';
import type { Database, Queryable } from '../database.js';
import { chunkSize, decodeKey, encodeKey, type PageRequest, pageSize, toPage, Where } from './keyset.js';
import { type PlaceQuery, wherePlace } from './place-conditions.js';
import { inReach, whereInReach } from './reach.js';

export interface RegisterQuery extends PageRequest, PlaceQuery {
  readonly noun: string;
  /** Only what the viewer may see. */
  readonly reach?: Reach | undefined;
  /** Part of the name, or the beginning of the code. */
  readonly text?: string | undefined;
  readonly feeds?: readonly string[] | undefined;
  /** False: in use; true: retired; undefined: both. */
  readonly retired?: boolean | undefined;
  /** Fields, named by the register's description, that must hold one of these codes. */
  readonly codes?: Readonly<Record<string, readonly string[]>> | undefined;
  /** From the instant in one field, before that in another. */
  readonly during?: { readonly from: string; readonly to: string; readonly at: Date } | undefined;
}

/** The select list of a RegisterRow from a table or step known as `e`. */
export const REGISTER_COLUMNS = `e.id, e.feed_id AS "feedId", e.noun, e.code, e.name, e.lon, e.lat, e.original_lon AS "originalLon",
  e.original_lat AS "originalLat", e.original_crs AS "originalCrs", e.division_code AS "divisionCode", e.fields, e.status,
  e.revision, e.by_hand AS "byHand", e.updated_at AS "updatedAt", e.retired_at AS "retiredAt"`;

/** Entries of one register by id. The outline of `within` is judged exactly, after its bounding box. */
export async function readRegister(db: Database, query: RegisterQuery): Promise<Page<RegisterRow>> {
  const size = pageSize(query);
  const limit = chunkSize(size, query.within !== undefined);
  const found: RegisterRow[] = [];
  let after = decodeKey(query.after, 'text')?.[0];
  for (;;) {
    const where = conditions(query, after);
    const { rows } = await db.read.query<RegisterRow>(
      `SELECT ${REGISTER_COLUMNS} FROM register_entry e ${where.sql} ORDER BY e.id LIMIT ${where.bind(limit)}`,
      where.values,
    );
    const { within } = query;
    found.push(
      ...(within ? rows.filter(({ lon, lat }) => lon !== null && lat !== null && contains(within, lon, lat)) : rows),
    );
    after = rows.at(-1)?.id;
    if (found.length > size || rows.length < limit) return toPage(found, size, (row) => encodeKey(row.id));
  }
}

function conditions(query: RegisterQuery, after: string | undefined): Where {
  const where = new Where().and('e.noun = ?', query.noun);
  if (after !== undefined) where.and('e.id > ?', after);
  whereInReach(where, query.reach, 'e.feed_id', 'e.noun');
  if (query.text !== undefined) {
    const text = query.text.replaceAll(/[\\%_]/g, '\\$&');
    where.and('e.name ILIKE ? OR e.code ILIKE ?', `%${text}%`, `${text}%`);
  }
  if (query.feeds) where.and('e.feed_id = ANY(?)', query.feeds);
  if (query.retired !== undefined) where.and('(e.retired_at IS NOT NULL) = ?', query.retired);
  for (const [name, codes] of Object.entries(query.codes ?? {}))
    where.and('e.fields ->> ?::text = ANY(?)', name, codes);
  if (query.during) {
    const { from, to, at } = query.during;
    // Instants are kept in one form, whose order as text is that in time.
    where.and('(e.fields ->> ?::text) COLLATE "C" <= ?', from, at.toISOString());
    where.and('(e.fields ->> ?::text) COLLATE "C" > ?', to, at.toISOString());
  }
  wherePlace(where, 'e', query);
  return where;
}

export async function entriesById(db: Database, ids: readonly string[]): Promise<RegisterRow[]> {
  const { rows } = await db.read.query<RegisterRow>(
    `SELECT ${REGISTER_COLUMNS} FROM register_entry e WHERE e.id = ANY($1)`,
    [ids],
  );
  return rows;
}

/** An entry, locked until the transaction ends. */
export async function lockEntry(client: Queryable, id: string): Promise<RegisterRow | undefined> {
  const { rows } = await client.query<RegisterRow>(
    `SELECT ${REGISTER_COLUMNS} FROM register_entry e WHERE e.id = $1 FOR UPDATE`,
    [id],
  );
  return rows[0];
}

/** A noun and a code, as references name their target; several feeds may have one. */
export interface RegisterKey {
  readonly noun: string;
  readonly code: string;
}

/** All entries of these codes, by id. */
export async function entriesByCode(db: Queryable, keys: readonly RegisterKey[]): Promise<RegisterRow[]> {
  const { rows } = await db.query<RegisterRow>(
    `SELECT ${REGISTER_COLUMNS} FROM register_entry e
     JOIN (SELECT DISTINCT * FROM unnest($1::text[], $2::text[]) AS k(noun, code)) k USING (noun, code) ORDER BY e.id`,
    [keys.map((key) => key.noun), keys.map((key) => key.code)],
  );
  return rows;
}

/** Entries of `noun` whose reference `field` holds `code`. */
export interface Referring {
  readonly noun: string;
  readonly field: string;
  readonly code: string;
}

/** At most so many entries that refer to one thing are listed with it. */
export const MAX_REFERRING = 200;

/** For each of `wanted` what refers to it and is in use, by id, at most MAX_REFERRING; `place` is the index in `wanted`. */
export async function entriesReferring(
  db: Database,
  wanted: readonly Referring[],
  reach: Reach | undefined,
): Promise<(RegisterRow & { readonly place: number })[]> {
  const where = new Where();
  const [nouns, fields, codes, most] = [
    where.bind(wanted.map((w) => w.noun)),
    where.bind(wanted.map((w) => w.field)),
    where.bind(wanted.map((w) => w.code)),
    where.bind(MAX_REFERRING),
  ];
  const { rows } = await db.read.query<RegisterRow & { place: number }>(
    `SELECT w.place::int, ${REGISTER_COLUMNS}
     FROM unnest(${nouns}::text[], ${fields}::text[], ${codes}::text[]) WITH ORDINALITY AS w(noun, field, code, place)
     CROSS JOIN LATERAL (SELECT * FROM register_entry r
       WHERE r.noun = w.noun AND r.fields @> jsonb_build_object(w.field, w.code) AND r.retired_at IS NULL
         AND ${inReach(where, reach, 'r.feed_id', 'r.noun')} ORDER BY r.id LIMIT ${most}) e`,
    where.values,
  );
  return rows.map((row) => ({ ...row, place: row.place - 1 }));
}

/** At most so many revisions of an entry are listed. */
export const MAX_REVISIONS = 100;

/** The revisions of these entries, newest first, at most MAX_REVISIONS each. */
export async function revisionsOf(db: Database, ids: readonly string[]): Promise<RegisterRow[]> {
  const { rows } = await db.read.query<RegisterRow>(
    `SELECT ${REGISTER_COLUMNS} FROM register_entry n CROSS JOIN LATERAL (
       SELECT n.id, n.feed_id, n.noun, n.code, h.* FROM register_history h WHERE h.entry_id = n.id
       ORDER BY h.revision DESC LIMIT $2) e
     WHERE n.id = ANY($1) ORDER BY e.id, e.revision DESC`,
    [ids, MAX_REVISIONS],
  );
  return rows;
}

/** What a feed itself has ever brought to a register and is in use. Entries made by hand alone are not among them. */
export async function entriesBrought(
  db: Database,
  feedId: string,
  noun: string,
): Promise<{ readonly code: string; readonly name: string }[]> {
  const { rows } = await db.read.query<{ code: string; name: string }>(
    `SELECT e.code, e.name FROM register_entry e WHERE e.feed_id = $1 AND e.noun = $2 AND e.retired_at IS NULL
       AND EXISTS (SELECT FROM register_history h WHERE h.entry_id = e.id AND NOT h.by_hand) ORDER BY e.code`,
    [feedId, noun],
  );
  return rows;
}

/** Whether a feed itself has ever brought an entry to a register. */
export async function everBrought(db: Queryable, feedId: string, noun: string): Promise<boolean> {
  const { rows } = await db.query(
    `SELECT 1 FROM register_entry e WHERE e.feed_id = $1 AND e.noun = $2
       AND EXISTS (SELECT FROM register_history h WHERE h.entry_id = e.id AND NOT h.by_hand) LIMIT 1`,
    [feedId, noun],
  );
  return rows.length > 0;
}
