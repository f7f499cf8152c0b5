import type { WarningText } from '../../model/record.js';
import { cancelledBy, messageFor, type PublicWarning, type Replaced } from '../../model/warning-message.js';
import { PUBLISHED } from '../../model/warning-sight.js';
import type { Database, Queryable } from '../database.js';
import { toSnapshot, WARNING_COLUMNS, WARNING_TEXTS, type WarningRow } from './warning-rows.js';

type Row = WarningRow & {
  changedAt: Date;
  replaces: Replaced[] | null;
  cancellation: { identifier: string; own: boolean; texts: WarningText[] } | null;
};

/** `isPublic` of model/warning-message.ts, with the published states as $1. */
const publicly = (warning: string): string => `${warning}.status = 'ACTUAL' AND ${warning}.state = ANY($1)`;

/** The feed draws nothing, and outlines are long. */
const WITHOUT_AREA = WARNING_COLUMNS.replace('w.area', 'NULL::jsonb AS area');

/** Warnings chosen first, then what each replaces, as far as that is published or was never here, and what cancelled it; of a warning in earnest
 *  only what is in earnest too. */
const select = (columns: string, chosen: string): string => `
WITH w AS MATERIALIZED (SELECT * FROM warning i WHERE ${chosen})
SELECT ${columns}, w.changed_at AS "changedAt", r.replaces, c.cancellation
FROM w ${WARNING_TEXTS}
LEFT JOIN LATERAL (
  SELECT jsonb_agg(jsonb_build_object('identifier', p.identifier, 'sentAt', o.issued_at, 'departmentCode', o.department_code, 'texts', (
    SELECT jsonb_agg(jsonb_build_object('language', language, 'senderName', sender_name) ORDER BY language)
    FROM warning_text WHERE identifier = o.identifier)) ORDER BY p.identifier) AS replaces
  FROM (SELECT to_identifier AS identifier FROM warning_reference WHERE from_identifier = w.identifier AND kind = 'UPDATE'
    UNION SELECT identifier FROM warning WHERE superseded_by = w.identifier) p
  LEFT JOIN warning o ON o.identifier = p.identifier
  WHERE o.identifier IS NULL OR (o.state = ANY($1) AND (o.status = 'ACTUAL' OR w.status <> 'ACTUAL'))
) r ON true
LEFT JOIN LATERAL (
  SELECT jsonb_build_object('identifier', x.from_identifier, 'texts', s.texts, 'own',
    NOT EXISTS (SELECT 1 FROM warning WHERE identifier = x.from_identifier)
    AND (SELECT count(*) FROM warning_reference WHERE from_identifier = x.from_identifier) = 1) AS cancellation
  FROM warning_reference x
  CROSS JOIN LATERAL (
    SELECT record->'texts' AS texts FROM warning_source
    WHERE identifier = x.from_identifier AND message_type = 'CANCEL' AND (record->>'status' = 'ACTUAL' OR w.status <> 'ACTUAL')
      AND (identifier = x.to_identifier OR record->'references' ? x.to_identifier)
    ORDER BY format, feed_id LIMIT 1
  ) s
  WHERE x.to_identifier = w.identifier AND x.kind = 'CANCEL'
  ORDER BY x.sent_at DESC, x.from_identifier DESC LIMIT 1
) c ON w.state = 'CANCELLED'
ORDER BY w.changed_at DESC, w.identifier DESC`;

/** The public warning that bears an identifier, or whose cancellation does; undefined for what is not public or not there. One statement. */
export async function readPublicWarning(db: Database, identifier: string): Promise<PublicWarning | undefined> {
  const { rows } = await db.read.query<Row>(
    select(
      WARNING_COLUMNS,
      `${publicly('i')} AND i.identifier = ANY(ARRAY(SELECT $2 UNION SELECT $3
         UNION SELECT to_identifier FROM warning_reference WHERE from_identifier = $2 AND kind = 'CANCEL'))`,
    ),
    [PUBLISHED, identifier, cancelledBy(identifier) ?? identifier],
  );
  const found = rows.map(toPublic);
  return (
    found.find(({ warning }) => warning.identifier === identifier) ??
    found.find((each) => messageFor(each).identifier === identifier)
  );
}

/** The published warning of an identifier, exercises and tests among them, for those who have a right to these; undefined for a draft. */
export async function readPublishedWarning(db: Queryable, identifier: string): Promise<PublicWarning | undefined> {
  const { rows } = await db.query<Row>(select(WARNING_COLUMNS, 'i.state = ANY($1) AND i.identifier = $2'), [
    PUBLISHED,
    identifier,
  ]);
  return rows.map(toPublic)[0];
}

export interface FeedWindow {
  /** Ended since then: run out by its own time, or cancelled as told to the hub. */
  readonly endedSince: Date;
  /** The most warnings; those in force go before those that ended. */
  readonly limit: number;
}

/** Public warnings in force and lately ended, the last changed first, without their outlines. What another one has superseded is left to that one. One statement. */
export async function readPublicWarnings(db: Database, { endedSince, limit }: FeedWindow): Promise<PublicWarning[]> {
  const { rows } = await db.read.query<Row>(
    select(
      WITHOUT_AREA,
      `${publicly('i')} AND ((i.state IN ('ACTIVE', 'EXPIRED') AND i.expires_at > $2) OR (i.state = 'CANCELLED' AND i.changed_at > $2))
         ORDER BY i.state = 'ACTIVE' DESC, i.changed_at DESC, i.identifier DESC LIMIT $3`,
    ),
    [PUBLISHED, endedSince, limit],
  );
  return rows.map(toPublic);
}

function toPublic({ changedAt, replaces, cancellation, ...row }: Row): PublicWarning {
  const texts = cancellation?.texts.map((text) => ({ ...text, instruction: text.instruction ?? null }));
  return {
    warning: toSnapshot(row),
    changedAt,
    replaces: (replaces ?? []).map((each) => ({ ...each, sentAt: each.sentAt && new Date(each.sentAt).toISOString() })),
    cancellation: cancellation && { ...cancellation, texts: texts ?? [] },
  };
}
