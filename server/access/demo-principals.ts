import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Dataset, type Role, type Scope, WHOLE } from '../../model/access.js';
import { hashOf, newApiKey, parseApiKey } from '../../model/api-key.js';
import { type DepartmentCode, departmentOfFeed } from '../../model/department.js';
import type { Database, Queryable } from '../../prisma/database.js';

interface DemoPrincipal {
  /** Of the file that keeps its key, and of the key. */
  readonly name: string;
  readonly department: DepartmentCode | null;
  readonly roles: readonly Role[];
  readonly scopes?: readonly Scope[];
}

/** One of each kind of user, so that whoever tries the demo can be any of them. */
const PRINCIPALS: readonly DemoPrincipal[] = [
  { name: 'demo-reader', department: null, roles: ['READER'], scopes: ['INTROSPECT'] },
  { name: 'demo-weather-forecaster', department: 'WEATHER', roles: ['READER', 'FORECASTER'] },
  { name: 'demo-weather-releaser', department: 'WEATHER', roles: ['READER', 'RELEASER'] },
  { name: 'demo-water-reader', department: 'WATER', roles: ['READER'] },
  { name: 'demo-water-administrator', department: 'WATER', roles: ['READER', 'ADMINISTRATOR'] },
  { name: 'demo-duty-officer', department: 'EMERGENCY', roles: ['READER', 'DUTY_OFFICER'], scopes: ['PERSONAL'] },
  { name: 'demo-auditor', department: null, roles: ['AUDITOR'] },
  { name: 'demo-gateway', department: null, roles: [], scopes: ['GATEWAY'] },
];

interface DemoGrant {
  readonly to: DepartmentCode;
  readonly dataset: Dataset;
  readonly coarse?: boolean;
}

const feed = (id: string, property: string | null = null): Dataset => ({ feed: id, property, register: null });

/** What the duty office needs to see, and a few examples among the others. */
const GRANTS: readonly DemoGrant[] = [
  ...['weather/stations', 'water/hydrology-db', 'water/telemetry', 'forestry/hotspots', 'seismic/catalogue'].map(
    (id): DemoGrant => ({ to: 'EMERGENCY', dataset: feed(id) }),
  ),
  { to: 'EMERGENCY', dataset: feed('transport/road-events') },
  { to: 'EMERGENCY', dataset: feed('public-security/incidents'), coarse: true },
  { to: 'WATER', dataset: feed('weather/stations', 'rain-1h') },
];

const YEAR_MS = 365 * 86_400_000;

/** Gives the demo's users their keys, kept in `folder` as <name>.key, and the departments' grants. To be called after the feeds are registered. */
export async function seedDemoAccess(db: Database, folder: string, now: Date): Promise<void> {
  await db.transaction(async (client) => {
    for (const principal of PRINCIPALS) await seedKey(client, principal, folder, now);
    for (const grant of GRANTS) await seedGrant(client, grant, now);
  });
}

/** The text of a demo user's key; undefined before it is made. */
export function demoKey(folder: string, name: string): string | undefined {
  const path = join(folder, `${name}.key`);
  return existsSync(path) ? readFileSync(path, 'utf8').trim() : undefined;
}

/** What a demo has left in a database that is used in earnest now opens nothing. */
export async function endDemoAccess(db: Database, now: Date): Promise<void> {
  await db.write.query(
    `UPDATE api_key SET revoked_at = $1, revoked_by = 'start' WHERE created_by = 'demo' AND revoked_at IS NULL`,
    [now],
  );
  await db.write.query(
    `UPDATE access_grant SET revoked_at = $1, revoked_by = 'start' WHERE granted_by = 'demo' AND revoked_at IS NULL`,
    [now],
  );
}

async function seedKey(client: Queryable, principal: DemoPrincipal, folder: string, now: Date): Promise<void> {
  const { name, department, roles, scopes = [] } = principal;
  const text = demoKey(folder, name) ?? makeKey(folder, name);
  const key = parseApiKey(text);
  if (!key) throw new Error(`${join(folder, `${name}.key`)} holds no key: remove it, and a new one is made`);
  await client.query(
    `INSERT INTO api_key (id, name, department_code, roles, scopes, hash, created_at, created_by, expires_at)
     VALUES ($1, $2, $3, $4, $5, $6, $7, 'demo', $8)
     ON CONFLICT (id) DO UPDATE SET roles = excluded.roles, scopes = excluded.scopes, expires_at = excluded.expires_at,
       revoked_at = NULL, revoked_by = NULL`,
    [key.id, name, department, roles, scopes, hashOf(key.secret), now, new Date(now.getTime() + YEAR_MS)],
  );
}

function makeKey(folder: string, name: string): string {
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const { text } = newApiKey();
  writeFileSync(join(folder, `${name}.key`), `${text}\n`, { mode: 0o600, flag: 'wx' });
  return text;
}

async function seedGrant(client: Queryable, { to, dataset, coarse = false }: DemoGrant, now: Date): Promise<void> {
  const { feed: feedId, property, register } = dataset;
  const id = `demo-${createHash('sha256')
    .update(JSON.stringify([to, dataset]))
    .digest('hex')
    .slice(0, 24)}`;
  await client.query(
    `INSERT INTO access_grant (id, owner, grantee, feed_id, property, register, coarse_position, coarse_value, hide_names, reason,
       valid_from, granted_at, granted_by)
     SELECT $1, $2, $3, id, $5, $6, $7, $8, $7, '演练授权', $9, $9, 'demo' FROM feed WHERE id = $4
     ON CONFLICT (id) DO UPDATE SET revoked_at = NULL, revoked_by = NULL`,
    [id, departmentOfFeed(feedId), to, feedId, property, register, coarse, WHOLE.value, now],
  );
}
