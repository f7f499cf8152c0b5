import type { WarningSnapshot } from '../../model/entry.js';
import type { WarningText } from '../../model/record.js';
import type { Queryable } from '../database.js';

/** A warning as `WARNING_COLUMNS` selects it. */
export type WarningRow = Omit<
  WarningSnapshot,
  'issuedAt' | 'effectiveAt' | 'onsetAt' | 'expiresAt' | 'cancelledAt' | 'receivedAt' | 'texts'
> & {
  issuedAt: Date;
  effectiveAt: Date | null;
  onsetAt: Date | null;
  expiresAt: Date;
  cancelledAt: Date | null;
  receivedAt: Date;
  texts: WarningText[] | null;
};

/** What a snapshot is made of, of a warning w with its texts t (`WARNING_TEXTS`). */
export const WARNING_COLUMNS = `w.identifier, w.department_code AS "departmentCode", w.feed_id AS "feedId", w.hazard_code AS "hazardCode", w.level, w.state,
  w.status, w.issued_at AS "issuedAt", w.effective_at AS "effectiveAt", w.onset_at AS "onsetAt", w.expires_at AS "expiresAt",
  w.cancelled_at AS "cancelledAt", w.received_at AS "receivedAt", w.division_codes AS "divisionCodes", w.area, w.revision,
  w.superseded_by AS "supersededById", t.texts`;

/** Joins to each warning w its texts. */
export const WARNING_TEXTS = `
LEFT JOIN LATERAL (
  SELECT jsonb_agg(jsonb_build_object('language', language, 'hazard', hazard, 'senderName', sender_name, 'headline', headline,
    'description', description, 'instruction', instruction) ORDER BY language) AS texts
  FROM warning_text WHERE identifier = w.identifier
) t ON true`;

const SELECT = `SELECT ${WARNING_COLUMNS} FROM warning w ${WARNING_TEXTS} WHERE w.identifier = ANY($1)`;

/** The warnings as they stand, by identifier; two joins in one statement whatever their number. */
export async function readSnapshots(
  db: Queryable,
  identifiers: readonly string[],
): Promise<Map<string, WarningSnapshot>> {
  if (identifiers.length === 0) return new Map();
  const { rows } = await db.query<WarningRow>(SELECT, [identifiers]);
  return new Map(rows.map((row) => [row.identifier, toSnapshot(row)]));
}

/** Only what a snapshot holds; further columns are left to the caller. */
export const toSnapshot = (row: WarningRow): WarningSnapshot => ({
  ...row,
  issuedAt: row.issuedAt.toISOString(),
  effectiveAt: row.effectiveAt?.toISOString() ?? null,
  onsetAt: row.onsetAt?.toISOString() ?? null,
  expiresAt: row.expiresAt.toISOString(),
  cancelledAt: row.cancelledAt?.toISOString() ?? null,
  receivedAt: row.receivedAt.toISOString(),
  texts: row.texts ?? [],
});

/** Inserts or replaces warnings with all their texts, and ties their sources to them. */
export async function saveSnapshots(client: Queryable, warnings: readonly WarningSnapshot[]): Promise<void> {
  for (const w of warnings) {
    await client.query(UPSERT, [
      w.identifier,
      w.departmentCode,
      w.feedId,
      w.hazardCode,
      w.level,
      w.state,
      w.status,
      w.issuedAt,
      w.effectiveAt,
      w.onsetAt,
      w.expiresAt,
      w.cancelledAt,
      w.receivedAt,
      w.divisionCodes,
      w.area && JSON.stringify(w.area),
      w.revision,
      w.supersededById,
    ]);
    await client.query('DELETE FROM warning_text WHERE identifier = $1', [w.identifier]);
    await client.query(
      `INSERT INTO warning_text (identifier, language, hazard, sender_name, headline, description, instruction)
       SELECT $1, * FROM unnest($2::text[], $3::text[], $4::text[], $5::text[], $6::text[], $7::text[])`,
      [
        w.identifier,
        w.texts.map((text) => text.language),
        w.texts.map((text) => text.hazard),
        w.texts.map((text) => text.senderName),
        w.texts.map((text) => text.headline),
        w.texts.map((text) => text.description),
        w.texts.map((text) => text.instruction),
      ],
    );
    await client.query(
      `UPDATE warning_source SET warning_id = identifier WHERE identifier = $1 AND warning_id IS NULL AND message_type <> 'CANCEL'`,
      [w.identifier],
    );
  }
}

const UPSERT = `
INSERT INTO warning (identifier, department_code, feed_id, hazard_code, level, state, status, issued_at, effective_at, onset_at,
  expires_at, cancelled_at, received_at, division_codes, area, revision, superseded_by)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17)
ON CONFLICT (identifier) DO UPDATE SET department_code = excluded.department_code, feed_id = excluded.feed_id,
  hazard_code = excluded.hazard_code, level = excluded.level, state = excluded.state, status = excluded.status,
  issued_at = excluded.issued_at, effective_at = excluded.effective_at, onset_at = excluded.onset_at,
  expires_at = excluded.expires_at, cancelled_at = excluded.cancelled_at, received_at = excluded.received_at,
  division_codes = excluded.division_codes, area = excluded.area, revision = excluded.revision,
  superseded_by = excluded.superseded_by`;
