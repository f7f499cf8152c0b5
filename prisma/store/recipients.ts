import { DEPARTMENTS } from '../../model/department.js';
import type { Queryable } from '../database.js';

/** A 6-digit code without the zeros that stand for "all of it". */
const prefix = (code: string): string =>
  `CASE WHEN length(${code}) = 6 THEN regexp_replace(${code}, '(00){1,2}$', '') ELSE ${code} END`;

/** Whom warnings go to is for the emergency department to say: no other department's feed adds to them. */
const kept = (entry: string): string =>
  `${entry}.noun = 'warning-recipient' AND ${entry}.feed_id LIKE '${DEPARTMENTS.EMERGENCY.slug}/%'`;

/**
 * The select that names whom warnings are meant for: entries of the register warning-recipient in a division that a warning
 * names, above it or beneath; where it names audiences, of such a group and beneath that audience's division. Whoever left the
 * register after the warning was issued still counts. `$1`: identifiers.
 */
export const TARGETS = `SELECT w.identifier, e.id, ${prefix('e.division_code')} AS place, e.fields ->> 'group' AS "group",
    e.fields ->> 'channel' AS "only", e.fields ->> 'phone' AS phone
  FROM warning w JOIN register_entry e ON ${kept('e')} AND e.division_code IS NOT NULL
    AND (e.retired_at IS NULL OR e.retired_at > w.issued_at)
  WHERE w.identifier = ANY($1)
    AND EXISTS (SELECT 1 FROM unnest(w.division_codes) c
      WHERE starts_with(${prefix('c')}, ${prefix('e.division_code')}) OR starts_with(${prefix('e.division_code')}, ${prefix('c')}))
    AND (NOT EXISTS (SELECT 1 FROM warning_audience a WHERE a.identifier = w.identifier)
      OR EXISTS (SELECT 1 FROM warning_audience a WHERE a.identifier = w.identifier AND a.audience = e.fields ->> 'group'
        AND starts_with(${prefix('e.division_code')}, ${prefix('a.division_code')})))`;

/** Those of a warning's recipients whom a channel can send to: with a number, of these groups, and not another channel's. */
export async function recipientsWithPhone(
  db: Queryable,
  identifier: string,
  channel: string,
  groups: readonly string[] | undefined,
): Promise<string[]> {
  const { rows } = await db.query<{ id: string }>(
    `SELECT t.id FROM (${TARGETS}) t WHERE t.phone IS NOT NULL AND (t."only" IS NULL OR t."only" = $2)
       AND ($3::text[] IS NULL OR t."group" = ANY($3)) ORDER BY t.id`,
    [[identifier], channel, groups ?? null],
  );
  return rows.map(({ id }) => id);
}

/** The numbers of recipients still in the register, by entry id. Personal data: for the call that needs them, and nothing else. */
export async function phonesOf(db: Queryable, ids: readonly string[]): Promise<Map<string, string>> {
  const { rows } = await db.query<{ id: string; phone: string }>(
    `SELECT id, fields ->> 'phone' AS phone FROM register_entry e
     WHERE id = ANY($1) AND ${kept('e')} AND retired_at IS NULL AND fields ->> 'phone' IS NOT NULL`,
    [ids],
  );
  return new Map(rows.map(({ id, phone }) => [id, phone]));
}

export interface RecipientRow {
  readonly id: string;
  readonly principal: string | null;
}

/** Recipients in use by entry id, or all those that a principal acknowledges for. */
export async function recipientsBy(
  db: Queryable,
  by: { readonly id: string } | { readonly principal: string },
): Promise<RecipientRow[]> {
  const [id, principal] = 'id' in by ? [by.id, null] : [null, by.principal];
  const { rows } = await db.query<RecipientRow>(
    `SELECT id, fields ->> 'principal' AS principal FROM register_entry e
     WHERE ${kept('e')} AND retired_at IS NULL
       AND ($1::text IS NULL OR id = $1) AND ($2::text IS NULL OR fields ->> 'principal' = $2) ORDER BY id`,
    [id, principal],
  );
  return rows;
}

/** Which of some recipients a warning is meant for. */
export async function targetedAmong(db: Queryable, identifier: string, ids: readonly string[]): Promise<string[]> {
  const { rows } = await db.query<{ id: string }>(
    `SELECT t.id FROM (${TARGETS}) t WHERE t.id = ANY($2) ORDER BY t.id`,
    [[identifier], ids],
  );
  return rows.map(({ id }) => id);
}
