import { type AuditDay, type AuditDraft, type AuditEntry, auditText, ownersOf, sha256 } from '../../model/audit.js';
import type { Queryable } from '../database.js';

/** A process that stops between locking the head and committing loses its transaction after this. */
const HEAD_HELD_MS = 10_000;

export interface AuditHead {
  readonly position: number;
  readonly hash: string;
  /** Null before anything was written. */
  readonly day: string | null;
  readonly first: number;
  readonly opening: string;
}

const HEAD = `position, encode(hash, 'hex') AS hash, day::text AS day, first, encode(opening, 'hex') AS opening`;

/** The end of the chain, locked until the transaction ends. Take it last, after the log's. */
export async function lockAuditHead(client: Queryable): Promise<AuditHead> {
  const { rows } = await client.query<AuditHead>(
    `SELECT ${HEAD}, set_config('idle_in_transaction_session_timeout', '${HEAD_HELD_MS}', true) FROM audit_head FOR UPDATE`,
  );
  return headOf(rows);
}

/** Whether the running transaction has written or locked anything. */
export async function hasChanged(client: Queryable): Promise<boolean> {
  const { rows } = await client.query<{ changed: boolean }>(
    'SELECT pg_current_xact_id_if_assigned() IS NOT NULL AS changed',
  );
  return rows[0]?.changed ?? true;
}

export async function readAuditHead(db: Queryable): Promise<AuditHead> {
  const { rows } = await db.query<AuditHead>(`SELECT ${HEAD} FROM audit_head`);
  return headOf(rows);
}

function headOf(rows: readonly AuditHead[]): AuditHead {
  const [head] = rows;
  if (!head) throw new Error('audit_head has no row: the database was not migrated');
  return head;
}

/** Appends drafts behind a locked head as rows of a day, in their order; one statement however many they are. */
export async function appendAudit(
  client: Queryable,
  head: AuditHead,
  day: string,
  drafts: readonly AuditDraft[],
): Promise<AuditHead> {
  let { position, hash } = head;
  const rows = drafts.map((draft) => {
    const entry: AuditEntry = { ...draft, day, owners: ownersOf(draft.feeds), previous: hash, position: position + 1 };
    position = entry.position;
    hash = sha256(auditText(entry));
    return toRow(entry, hash);
  });
  const begun = head.day !== day;
  const first = begun ? head.position + 1 : head.first;
  const next = { position, hash, day, first, opening: begun ? head.hash : head.opening };
  await client.query(APPEND, [JSON.stringify(rows), position, hash, day, next.first, next.opening]);
  return next;
}

const APPEND = `
WITH head AS (
  UPDATE audit_head SET position = $2, hash = decode($3, 'hex'), day = $4, first = $5, opening = decode($6, 'hex')
)
INSERT INTO audit_entry SELECT * FROM json_populate_recordset(null::audit_entry, $1::json)`;

const toRow = (entry: AuditEntry, hash: string): Record<string, unknown> => ({
  position: entry.position,
  day: entry.day,
  at: entry.at,
  kind: entry.kind,
  principal: entry.principal.id,
  principal_kind: entry.principal.kind,
  principal_name: entry.principal.name,
  department: entry.principal.department,
  roles: entry.principal.roles,
  operation: entry.operation,
  document: entry.document,
  root_fields: entry.rootFields,
  variables: entry.variables,
  grants: entry.grants,
  feeds: entry.feeds,
  owners: entry.owners,
  result: entry.result,
  outcome: entry.outcome,
  row_count: entry.rowCount,
  times: entry.times,
  request_id: entry.requestId,
  address: entry.address,
  milliseconds: entry.milliseconds,
  previous: `\\x${entry.previous}`,
  hash: `\\x${hash}`,
});

/** A day's head with the signature over `dayText`. */
export async function insertAuditDay(
  client: Queryable,
  { day, first, last, previous, head, signedAt }: AuditDay,
  key: { readonly id: string; readonly pem: string },
  signature: Buffer,
): Promise<void> {
  await client.query('INSERT INTO audit_key (key, pem) VALUES ($1, $2) ON CONFLICT (key) DO NOTHING', [
    key.id,
    key.pem,
  ]);
  await client.query(
    `INSERT INTO audit_day (day, first, last, previous, head, signed_at, key, signature)
     VALUES ($1, $2, $3, decode($4, 'hex'), decode($5, 'hex'), $6, $7, $8)`,
    [day, first, last, previous, head, signedAt, key.id, signature],
  );
}
