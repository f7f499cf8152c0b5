import type { ApiKeyRow, GrantRow } from '../../model/access-rows.js';
import type { DepartmentCode } from '../../model/department.js';
import type { Queryable } from '../database.js';

export interface ApiKeySecrets extends ApiKeyRow {
  readonly hash: Buffer;
  readonly formerHash: Buffer | null;
}

export const API_KEY_COLUMNS = `id, name, department_code AS department, peer, roles, scopes, created_at AS "createdAt", created_by AS "createdBy",
  expires_at AS "expiresAt", rotated_at AS "rotatedAt", former_until AS "formerUntil", revoked_at AS "revokedAt"`;

/** A key with the digests of its secrets, for the door alone. */
export async function readApiKey(db: Queryable, id: string): Promise<ApiKeySecrets | undefined> {
  const { rows } = await db.query<ApiKeySecrets>(
    `SELECT ${API_KEY_COLUMNS}, hash, former_hash AS "formerHash" FROM api_key WHERE id = $1`,
    [id],
  );
  return rows[0];
}

/** Keys of one department, or of all, by name; revoked ones too. */
export async function listApiKeys(db: Queryable, department: DepartmentCode | undefined): Promise<ApiKeyRow[]> {
  const { rows } = await db.query<ApiKeyRow>(
    `SELECT ${API_KEY_COLUMNS} FROM api_key WHERE $1::text IS NULL OR department_code = $1 ORDER BY name, id LIMIT 1000`,
    [department ?? null],
  );
  return rows;
}

interface FlatGrant extends Omit<GrantRow, 'dataset' | 'coarsening'> {
  readonly feed: string;
  readonly property: string | null;
  readonly register: string | null;
  readonly position: boolean;
  readonly value: boolean;
  readonly names: boolean;
}

export const GRANT_COLUMNS = `id, owner, grantee, peer, feed_id AS feed, property, register, coarse_position AS position, coarse_value AS value,
  hide_names AS names, reason, valid_from AS "validFrom", valid_until AS "validUntil", granted_at AS "grantedAt", granted_by AS "grantedBy",
  revoked_at AS "revokedAt"`;

export const toGrant = ({ feed, property, register, position, value, names, ...rest }: FlatGrant): GrantRow => ({
  ...rest,
  dataset: { feed, property, register },
  coarsening: { position, value, names },
});

/** What is granted to a department or platform (`granteeOf` of model/access.ts) and neither revoked nor over by `now`; what has yet to begin is among it. */
export async function grantsTo(db: Queryable, grantee: string, now: Date): Promise<GrantRow[]> {
  const { rows } = await db.query<FlatGrant>(
    `SELECT ${GRANT_COLUMNS} FROM access_grant
     WHERE coalesce('peer:' || peer, grantee) = $1 AND revoked_at IS NULL AND (valid_until IS NULL OR valid_until > $2) ORDER BY id`,
    [grantee, now],
  );
  return rows.map(toGrant);
}

export interface GrantQuery {
  /** Given by or to this department, or to this platform (`granteeOf`); undefined: all. */
  readonly of?: string | undefined;
  readonly feed?: string | undefined;
  /** Also those that are over or revoked. */
  readonly past: boolean;
  readonly now: Date;
}

/** Grants, newest first; at most 1000. */
export async function listGrants(db: Queryable, { of, feed, past, now }: GrantQuery): Promise<GrantRow[]> {
  const { rows } = await db.query<FlatGrant>(
    `SELECT ${GRANT_COLUMNS} FROM access_grant WHERE ($1::text IS NULL OR owner = $1 OR coalesce('peer:' || peer, grantee) = $1) AND ($2::text IS NULL OR feed_id = $2)
       AND ($3 OR (revoked_at IS NULL AND (valid_until IS NULL OR valid_until > $4))) ORDER BY granted_at DESC, id LIMIT 1000`,
    [of ?? null, feed ?? null, past, now],
  );
  return rows.map(toGrant);
}

export async function isBlocked(db: Queryable, personId: string): Promise<boolean> {
  const { rowCount } = await db.query('SELECT FROM blocked_person WHERE id = $1', [personId]);
  return rowCount === 1;
}

/** Whether the settings name a platform so. */
export async function isPeer(db: Queryable, name: string): Promise<boolean> {
  const { rowCount } = await db.query('SELECT FROM exchange_peer WHERE name = $1 AND configured', [name]);
  return rowCount === 1;
}
