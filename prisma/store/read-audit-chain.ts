import type { AuditDay, AuditEntry } from '../../model/audit.js';
import type { ChainedEntry } from '../../model/audit-rows.js';
import type { Queryable } from '../database.js';

export interface SignedDay extends AuditDay {
  readonly key: string;
  readonly signature: string;
}

interface FlatEntry extends Omit<AuditEntry, 'principal' | 'variables'> {
  readonly principal: string;
  readonly principalKind: AuditEntry['principal']['kind'];
  readonly principalName: string;
  readonly department: AuditEntry['principal']['department'];
  readonly roles: AuditEntry['principal']['roles'];
  readonly variables: string | null;
  readonly hash: string;
}

export const ENTRY_COLUMNS = `position, day::text AS day, at, kind, principal, principal_kind AS "principalKind",
  principal_name AS "principalName", department, roles, operation, document, root_fields AS "rootFields", variables::text AS variables,
  grants, feeds, owners, result, outcome, row_count AS "rowCount", times, request_id AS "requestId", address, milliseconds,
  encode(previous, 'hex') AS previous, encode(hash, 'hex') AS hash`;

export function toEntry({
  principal,
  principalKind,
  principalName,
  department,
  roles,
  ...rest
}: FlatEntry): ChainedEntry {
  const { hash, variables, ...entry } = rest;
  return {
    entry: {
      ...entry,
      variables: null,
      principal: { id: principal, kind: principalKind, name: principalName, department, roles },
    },
    variables: variables ?? 'null',
    hash,
  };
}

/** Rows behind a position up to another, in their order, at most `limit`. */
export async function readChain(db: Queryable, after: number, upTo: number, limit: number): Promise<ChainedEntry[]> {
  const { rows } = await db.query<FlatEntry>(
    `SELECT ${ENTRY_COLUMNS} FROM audit_entry WHERE position > $1 AND position <= $2 ORDER BY position LIMIT $3`,
    [after, upTo, limit],
  );
  return rows.map(toEntry);
}

/** All days that are over, in their order; those whose rows have been dropped too. */
export async function readAuditDays(db: Queryable): Promise<SignedDay[]> {
  const { rows } = await db.query<SignedDay>(
    `SELECT day::text AS day, first, last, encode(previous, 'hex') AS previous, encode(head, 'hex') AS head, signed_at AS "signedAt", key,
       encode(signature, 'hex') AS signature FROM audit_day ORDER BY first`,
  );
  return rows;
}

/** The public keys that have signed, in PEM. */
export async function readAuditKeys(db: Queryable): Promise<string[]> {
  const { rows } = await db.query<{ pem: string }>('SELECT pem FROM audit_key ORDER BY key');
  return rows.map(({ pem }) => pem);
}

/** Up to which row retention has dropped. */
export async function readAuditFloor(db: Queryable): Promise<number> {
  const { rows } = await db.query<{ position: number }>('SELECT position FROM audit_floor');
  return rows[0]?.position ?? 0;
}
