import type { AccessGrant } from '../../model/access.js';
import type { ApiKeyRow, GrantRow } from '../../model/access-rows.js';
import type { Queryable } from '../database.js';
import { API_KEY_COLUMNS, GRANT_COLUMNS, toGrant } from './read-access.js';

export type NewApiKey = Pick<
  ApiKeyRow,
  'id' | 'name' | 'department' | 'roles' | 'scopes' | 'createdAt' | 'createdBy' | 'expiresAt'
> & {
  readonly hash: Buffer;
  readonly peer?: string | null;
};

export async function insertApiKey(client: Queryable, key: NewApiKey): Promise<ApiKeyRow> {
  const { rows } = await client.query<ApiKeyRow>(
    `INSERT INTO api_key (id, name, department_code, roles, scopes, hash, created_at, created_by, expires_at, peer)
     VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10) RETURNING ${API_KEY_COLUMNS}`,
    [
      key.id,
      key.name,
      key.department,
      key.roles,
      key.scopes,
      key.hash,
      key.createdAt,
      key.createdBy,
      key.expiresAt,
      key.peer ?? null,
    ],
  );
  return rows[0] as ApiKeyRow;
}

/** A key, locked until the transaction ends. */
export async function lockApiKey(client: Queryable, id: string): Promise<ApiKeyRow | undefined> {
  const { rows } = await client.query<ApiKeyRow>(`SELECT ${API_KEY_COLUMNS} FROM api_key WHERE id = $1 FOR UPDATE`, [
    id,
  ]);
  return rows[0];
}

/** The secret of now still opens until `formerUntil`. */
export async function rotateApiKey(
  client: Queryable,
  id: string,
  change: { readonly hash: Buffer; readonly at: Date; readonly formerUntil: Date; readonly expiresAt: Date },
): Promise<ApiKeyRow> {
  const { rows } = await client.query<ApiKeyRow>(
    `UPDATE api_key SET former_hash = hash, former_until = $3, hash = $2, rotated_at = $4, expires_at = $5 WHERE id = $1
     RETURNING ${API_KEY_COLUMNS}`,
    [id, change.hash, change.formerUntil, change.at, change.expiresAt],
  );
  return rows[0] as ApiKeyRow;
}

export async function endApiKey(client: Queryable, id: string, at: Date, by: string): Promise<ApiKeyRow> {
  const { rows } = await client.query<ApiKeyRow>(
    `UPDATE api_key SET revoked_at = coalesce(revoked_at, $2), revoked_by = coalesce(revoked_by, $3) WHERE id = $1
     RETURNING ${API_KEY_COLUMNS}`,
    [id, at, by],
  );
  return rows[0] as ApiKeyRow;
}

export type NewGrant = AccessGrant & Pick<GrantRow, 'reason' | 'grantedAt' | 'grantedBy'>;

export async function insertGrant(client: Queryable, grant: NewGrant): Promise<GrantRow> {
  const { dataset, coarsening } = grant;
  const { rows } = await client.query<Parameters<typeof toGrant>[0]>(
    `INSERT INTO access_grant (id, owner, grantee, feed_id, property, register, coarse_position, coarse_value, hide_names, reason,
       valid_from, valid_until, granted_at, granted_by, peer)
     VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15) RETURNING ${GRANT_COLUMNS}`,
    [
      grant.id,
      grant.owner,
      grant.grantee,
      dataset.feed,
      dataset.property,
      dataset.register,
      coarsening.position,
      coarsening.value,
      coarsening.names,
      grant.reason,
      grant.validFrom,
      grant.validUntil,
      grant.grantedAt,
      grant.grantedBy,
      grant.peer ?? null,
    ],
  );
  return toGrant(rows[0] as Parameters<typeof toGrant>[0]);
}

/** A grant, locked until the transaction ends. */
export async function lockGrant(client: Queryable, id: string): Promise<GrantRow | undefined> {
  const { rows } = await client.query<Parameters<typeof toGrant>[0]>(
    `SELECT ${GRANT_COLUMNS} FROM access_grant WHERE id = $1 FOR UPDATE`,
    [id],
  );
  return rows[0] && toGrant(rows[0]);
}

export async function endGrant(client: Queryable, id: string, at: Date, by: string): Promise<GrantRow> {
  const { rows } = await client.query<Parameters<typeof toGrant>[0]>(
    `UPDATE access_grant SET revoked_at = coalesce(revoked_at, $2), revoked_by = coalesce(revoked_by, $3) WHERE id = $1
     RETURNING ${GRANT_COLUMNS}`,
    [id, at, by],
  );
  return toGrant(rows[0] as Parameters<typeof toGrant>[0]);
}

export async function blockPerson(client: Queryable, id: string, reason: string, at: Date, by: string): Promise<void> {
  await client.query(
    `INSERT INTO blocked_person (id, reason, blocked_at, blocked_by) VALUES ($1, $2, $3, $4) ON CONFLICT (id) DO NOTHING`,
    [id, reason, at, by],
  );
}

/** False where the person was not blocked. */
export async function unblockPerson(client: Queryable, id: string): Promise<boolean> {
  const { rowCount } = await client.query('DELETE FROM blocked_person WHERE id = $1', [id]);
  return rowCount === 1;
}
