import { createHash } from 'node:crypto';
import type { Stamped } from '../../model/batch.js';
import type { RegisterRecord } from '../../model/record.js';
import type { RegisterFields } from '../../model/register.js';
import { registerOf } from '../../model/registers.js';
import type { RegisterRow } from '../../model/rows.js';
import type { Queryable } from '../database.js';
import { REGISTER_COLUMNS } from './read-register.js';
import type { Written } from './upsert.js';

export const registerId = (feedId: string, noun: string, code: string): string => `${feedId}:${noun}:${code}`;

/** What the history keeps of a revision, besides the entry's id. */
const KEPT = `revision, name, lon, lat, original_lon, original_lat, original_crs, division_code, fields, status, by_hand,
  updated_at, retired_at`;
const WITH_HISTORY = (write: string): string => `WITH written AS (${write}),
  kept AS (INSERT INTO register_history (entry_id, ${KEPT}) SELECT id, ${KEPT} FROM written)`;

const COLUMNS = `id, feed_id, noun, code, name, lon, lat, original_lon, original_lat, original_crs, division_code, fields, status,
  raw_hash, by_hand, updated_at, retired_at`;

const READ_OTHERWISE = `(t.name, t.lon, t.lat, t.division_code, t.fields, t.retired_at IS NULL) IS DISTINCT FROM (excluded.name,
  coalesce(excluded.lon, t.lon), coalesce(excluded.lat, t.lat), coalesce(excluded.division_code, t.division_code),
  t.fields || excluded.fields, excluded.retired_at IS NULL)`;

/**
 * Inserts or replaces entries by (feed, noun, code), in one statement for any number. What the feed brings unchanged touches
 * nothing, whatever was saved by hand since; when it changes, it overrules, and so does what is read otherwise than before,
 * by settings put right, where no hand was in between. A field, place or division that it does not speak of is kept; a null
 * takes a field back. `asOf`: when it came, if it is read again later: entries that changed since are left alone. Every
 * revision stays in the history.
 */
export async function writeRegister(
  client: Queryable,
  feedId: string,
  records: readonly Stamped<RegisterRecord>[],
  at: Date,
  asOf?: Date,
): Promise<Written> {
  if (records.length === 0) return { stored: 0, replaced: 0 };
  const byId = new Map(records.map((r) => [registerId(feedId, r.noun, r.code), r]));
  const sorted = [...byId].sort(([a], [b]) => (a < b ? -1 : 1));
  const reckoned = await reckon(client, sorted);
  const rows = sorted.map(([id, r]) => rowOf(id, feedId, { ...r, fields: { ...r.fields, ...reckoned.get(id) } }, at));
  const answer = await client.query<{ inserted: boolean }>(
    `${WITH_HISTORY(`INSERT INTO register_entry AS t (${COLUMNS}, revision)
       SELECT ${COLUMNS}, 0 FROM jsonb_populate_recordset(NULL::register_entry, $1)
     ON CONFLICT (id) DO UPDATE SET name = excluded.name, status = excluded.status, raw_hash = excluded.raw_hash,
       lon = coalesce(excluded.lon, t.lon), lat = coalesce(excluded.lat, t.lat),
       original_lon = coalesce(excluded.original_lon, t.original_lon),
       original_lat = coalesce(excluded.original_lat, t.original_lat),
       original_crs = coalesce(excluded.original_crs, t.original_crs),
       division_code = coalesce(excluded.division_code, t.division_code),
       fields = t.fields || excluded.fields, by_hand = false,
       updated_at = excluded.updated_at, revision = t.revision + 1,
       retired_at = CASE WHEN excluded.retired_at IS NOT NULL THEN coalesce(t.retired_at, excluded.retired_at) END
     WHERE ($2::timestamptz IS NULL OR t.updated_at <= $2) AND (t.raw_hash <> excluded.raw_hash OR NOT t.by_hand AND ${READ_OTHERWISE})
     RETURNING t.*, (t.xmax = 0) AS inserted`)}
     SELECT inserted FROM written`,
    [JSON.stringify(rows), asOf ?? null],
  );
  const stored = answer.rows.filter((row) => row.inserted).length;
  return { stored, replaced: answer.rows.length - stored };
}

/** What the hub derives of entries, from what is said now over what is kept: two statements, and only where a noun derives something. */
async function reckon(
  client: Queryable,
  records: readonly (readonly [string, Stamped<RegisterRecord>])[],
): Promise<ReadonlyMap<string, RegisterFields>> {
  const deriving = records.filter(([, { noun }]) => registerOf(noun)?.derived);
  if (deriving.length === 0) return new Map();
  await holdIds(
    client,
    deriving.map(([id]) => id),
  );
  const { rows } = await client.query<{ id: string; fields: RegisterFields }>(
    'SELECT id, fields FROM register_entry WHERE id = ANY($1) ORDER BY id FOR UPDATE',
    [deriving.map(([id]) => id)],
  );
  const kept = new Map(rows.map(({ id, fields }) => [id, fields]));
  return new Map(
    deriving.map(([id, { noun, fields }]) => [
      id,
      registerOf(noun)?.derived?.reckon({ ...kept.get(id), ...fields }) ?? {},
    ]),
  );
}

/** Until the transaction ends nobody else makes entries of these ids: what is derived of one must see all that is said of it. */
async function holdIds(client: Queryable, ids: readonly string[]): Promise<void> {
  await client.query('SELECT pg_advisory_xact_lock(hashtextextended(id, 0)) FROM unnest($1::text[]) AS e(id)', [ids]);
}

const rowOf = (id: string, feedId: string, r: Stamped<RegisterRecord>, at: Date): Record<string, unknown> => ({
  id,
  feed_id: feedId,
  noun: r.noun,
  code: r.code,
  name: r.name,
  lon: r.position?.lon,
  lat: r.position?.lat,
  original_lon: r.position?.original.lon,
  original_lat: r.position?.original.lat,
  original_crs: r.position?.original.crs,
  division_code: r.division,
  fields: r.fields,
  status: r.status,
  raw_hash: `\\x${r.rawHash.toString('hex')}`,
  by_hand: false,
  updated_at: at.toISOString(),
  retired_at: r.retired ? at.toISOString() : null,
});

/** What a person makes of an entry: the whole of it. */
export type RegisterDraft = Omit<RegisterRow, 'revision' | 'byHand'>;

/** A new entry; undefined where its id is taken. */
export async function insertByHand(client: Queryable, draft: RegisterDraft): Promise<RegisterRow | undefined> {
  if (registerOf(draft.noun)?.derived) await holdIds(client, [draft.id]);
  const { rows } = await client.query<RegisterRow>(
    `${WITH_HISTORY(`INSERT INTO register_entry (${COLUMNS})
       VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, true, $15, $16)
     ON CONFLICT (id) DO NOTHING RETURNING *`)}
     SELECT ${REGISTER_COLUMNS} FROM written e`,
    [
      draft.id,
      draft.feedId,
      draft.noun,
      draft.code,
      ...contentOf(draft),
      createHash('sha256').update(JSON.stringify(draft)).digest(),
      draft.updatedAt,
      draft.retiredAt,
    ],
  );
  return rows[0];
}

/** The next revision of an entry that the caller has locked. */
export async function updateByHand(client: Queryable, draft: RegisterDraft): Promise<RegisterRow> {
  const { rows } = await client.query<RegisterRow>(
    `${WITH_HISTORY(`UPDATE register_entry SET name = $2, lon = $3, lat = $4, original_lon = $5, original_lat = $6,
       original_crs = $7, division_code = $8, fields = $9, status = $10, by_hand = true, updated_at = $11,
       retired_at = $12, revision = revision + 1 WHERE id = $1 RETURNING *`)}
     SELECT ${REGISTER_COLUMNS} FROM written e`,
    [draft.id, ...contentOf(draft), draft.updatedAt, draft.retiredAt],
  );
  return rows[0] as RegisterRow;
}

const contentOf = (draft: RegisterDraft): unknown[] => [
  draft.name,
  draft.lon,
  draft.lat,
  draft.originalLon,
  draft.originalLat,
  draft.originalCrs,
  draft.divisionCode,
  JSON.stringify(draft.fields),
  draft.status,
];
