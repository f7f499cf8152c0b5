import { DEPARTMENTS, type DepartmentCode } from '../../model/department.js';
import { RELEASES, type ReleaseRow, type ReleaseStep } from '../../model/release.js';
import type { WarningState } from '../../model/warning.js';
import { PUBLISHED } from '../../model/warning-sight.js';
import type { Queryable } from '../database.js';
import { releasesById } from './read-releases.js';

/** A call that changed something, by the principal's own key of it. */
export interface EarlierCall {
  readonly inputHash: Buffer;
  /** The step that it made. */
  readonly serial: number;
  /** As it is now. */
  readonly release: ReleaseRow;
}

/** Holds up whoever calls with the same key, until the transaction ends; what was done under it, if anything. */
export async function lockCall(client: Queryable, principalId: string, key: string): Promise<EarlierCall | undefined> {
  await client.query('SELECT pg_advisory_xact_lock(hashtextextended($1, 20))', [`${principalId} ${key}`]);
  const { rows } = await client.query<{ releaseId: string; inputHash: Buffer; serial: number }>(
    `SELECT release_id AS "releaseId", input_hash AS "inputHash", serial FROM warning_release_step
     WHERE principal_id = $1 AND idempotency_key = $2`,
    [principalId, key],
  );
  const [found] = rows;
  const [release] = found ? await releasesById(client, [found.releaseId]) : [];
  return found && release && { ...found, release };
}

/** Locks a release until the transaction ends; undefined for an unknown id. */
export async function lockRelease(client: Queryable, id: string): Promise<ReleaseRow | undefined> {
  await client.query('SELECT 1 FROM warning_release WHERE id = $1 FOR UPDATE', [id]);
  // In a statement of its own, so that it sees what was done while this one waited for the lock.
  return (await releasesById(client, [id]))[0];
}

/**
 * An identifier "<sender>_<yyyyMMddHHmmss>" that no warning, message, reference or draft has: of this second by Beijing's clock, or
 * the next free one within the hour. Others of the sender wait until the transaction ends; undefined where none is free.
 */
export async function freeIdentifier(client: Queryable, sender: string, now: Date): Promise<string | undefined> {
  await client.query('SELECT pg_advisory_xact_lock(hashtextextended($1, 21))', [sender]);
  const beijing = new Date(now.getTime() + 8 * 3_600_000).toISOString().slice(0, 19);
  const { rows } = await client.query<{ id: string }>(
    `SELECT id FROM generate_series($2::timestamp, $2::timestamp + interval '1 hour', interval '1 second') t,
       LATERAL (SELECT $1 || '_' || to_char(t, 'YYYYMMDDHH24MISS') AS id) made
     WHERE NOT EXISTS (SELECT 1 FROM warning WHERE identifier = id)
       AND NOT EXISTS (SELECT 1 FROM warning_source WHERE identifier = id)
       AND NOT EXISTS (SELECT 1 FROM warning_reference WHERE to_identifier = id)
       AND NOT EXISTS (SELECT 1 FROM warning_release WHERE warning_release.id = made.id)
     ORDER BY t LIMIT 1`,
    [sender, beijing],
  );
  return rows[0]?.id;
}

/** Inserts a release, or writes how it stands now. Its steps are added by `addStep` alone. */
export async function saveRelease(client: Queryable, release: Omit<ReleaseRow, 'steps'>): Promise<void> {
  await client.query(
    `INSERT INTO warning_release (id, kind, department_code, warning_id, replaces, reason, state, version, required, submitted_at,
       review_due_at, reviewed_at)
     VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)
     ON CONFLICT (id) DO UPDATE SET state = excluded.state, version = excluded.version, required = excluded.required,
       submitted_at = excluded.submitted_at, review_due_at = excluded.review_due_at, reviewed_at = excluded.reviewed_at`,
    [
      release.id,
      release.kind,
      release.departmentCode,
      release.warningId,
      release.replaces,
      release.reason,
      release.state,
      release.version,
      release.required,
      release.submittedAt,
      release.reviewDueAt,
      release.reviewedAt,
    ],
  );
}

export async function addStep(
  client: Queryable,
  releaseId: string,
  step: ReleaseStep,
  call: { readonly key: string; readonly hash: Buffer },
): Promise<void> {
  await client.query(
    `INSERT INTO warning_release_step (release_id, serial, kind, version, principal_id, principal_name, principal_department, approvals,
       at, note, verdict, missing, idempotency_key, input_hash)
     VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14)`,
    [
      releaseId,
      step.serial,
      step.kind,
      step.version,
      step.by,
      step.name,
      step.department,
      step.approvals,
      step.at,
      step.note,
      step.verdict,
      step.missing,
      call.key,
      call.hash,
    ],
  );
}

/** The state of a warning that is not released yet; one that is stays as it is. */
export async function moveDraft(client: Queryable, identifier: string, state: WarningState): Promise<void> {
  await client.query('UPDATE warning SET state = $2 WHERE identifier = $1 AND state <> ALL($3)', [
    identifier,
    state,
    PUBLISHED,
  ]);
}

export const releaseFeed = (department: DepartmentCode): string => `${DEPARTMENTS[department].slug}/${RELEASES}`;

/** The feed of what a department releases here: made with its first release, never late, in no settings file. */
export async function ensureReleaseFeed(client: Queryable, department: DepartmentCode): Promise<string> {
  const id = releaseFeed(department);
  await client.query(
    `INSERT INTO feed (id, department_code, title_en, title_zh, freshness, expected_every_seconds, status, link, announced_state)
     VALUES ($1, $2, 'Warnings released in the hub', '平台发布的预警', 'on-demand', 86400, 'ACTUAL', 'UP', 'LIVE')
     ON CONFLICT (id) DO NOTHING`,
    [id, department],
  );
  return id;
}
