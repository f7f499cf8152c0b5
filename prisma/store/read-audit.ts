import type { AuditKind } from '../../model/audit.js';
import type { AccessRow, ChainedEntry } from '../../model/audit-rows.js';
import type { DepartmentCode } from '../../model/department.js';
import type { Page } from '../../model/rows.js';
import type { Database } from '../database.js';
import { decodeKey, encodeKey, type PageRequest, pageSize, toPage, Where } from './keyset.js';
import { ENTRY_COLUMNS, toEntry } from './read-audit-chain.js';

export interface AuditQuery extends PageRequest {
  readonly principals?: readonly string[] | undefined;
  /** Of principals of these departments. */
  readonly departments?: readonly DepartmentCode[] | undefined;
  readonly kinds?: readonly AuditKind[] | undefined;
  /** Names of root fields. */
  readonly fields?: readonly string[] | undefined;
  readonly results?: readonly string[] | undefined;
  /** That showed something of these feeds. */
  readonly feeds?: readonly string[] | undefined;
  readonly requestId?: string | undefined;
  readonly since?: Date | undefined;
  readonly until?: Date | undefined;
}

const cursorOf = (position: number): string => encodeKey(String(position));

/** Rows of the audit, newest first. */
export async function readAudit(db: Database, query: AuditQuery): Promise<Page<ChainedEntry>> {
  const size = pageSize(query);
  const where = new Where();
  if (query.principals) where.and('principal = ANY(?)', query.principals);
  if (query.departments) where.and('department = ANY(?)', query.departments);
  if (query.kinds) where.and('kind = ANY(?)', query.kinds);
  if (query.fields) where.and('root_fields && ?::text[]', query.fields);
  if (query.results) where.and('result = ANY(?)', query.results);
  if (query.feeds) where.and('feeds && ?::text[]', query.feeds);
  if (query.requestId !== undefined) where.and('request_id = ?', query.requestId);
  whereWhen(where, query);
  const { rows } = await db.read.query<Parameters<typeof toEntry>[0]>(
    `SELECT ${ENTRY_COLUMNS} FROM audit_entry ${where.sql} ORDER BY position DESC LIMIT ${where.bind(size + 1)}`,
    where.values,
  );
  return toPage(rows.map(toEntry), size, ({ entry }) => cursorOf(entry.position));
}

export interface AccessQuery extends PageRequest {
  readonly owner: DepartmentCode;
  /** The beginning of its feeds' ids, "water/". */
  readonly prefix: string;
  /** Also the department's own. */
  readonly own: boolean;
  readonly feeds?: readonly string[] | undefined;
  readonly readers?: readonly DepartmentCode[] | undefined;
  readonly since?: Date | undefined;
  readonly until?: Date | undefined;
}

/** Who saw data of a department, newest first: nothing of the rows but what concerns it. */
export async function readAccess(db: Database, query: AccessQuery): Promise<Page<AccessRow>> {
  const size = pageSize(query);
  const where = new Where().and(`owners <> '{}' AND owners @> ARRAY[?::text]`, query.owner);
  if (!query.own) where.and('department IS DISTINCT FROM ?', query.owner);
  if (query.readers) where.and('department = ANY(?)', query.readers);
  // Of others' feeds that a row tells of besides, not even whether they are among them.
  if (query.feeds)
    where.and(
      'feeds && ?::text[]',
      query.feeds.filter((feed) => feed.startsWith(query.prefix)),
    );
  whereWhen(where, query);
  const { rows } = await db.read.query<AccessRow>(
    `SELECT position, at, kind, principal, principal_kind AS "principalKind", principal_name AS "principalName", department, times,
       ARRAY(SELECT f FROM unnest(feeds) f WHERE starts_with(f, ${where.bind(query.prefix)})) AS feeds,
       ARRAY(SELECT g.id FROM access_grant g WHERE g.id = ANY(grants) AND g.owner = ${where.bind(query.owner)} ORDER BY g.id) AS grants
     FROM audit_entry ${where.sql} ORDER BY position DESC LIMIT ${where.bind(size + 1)}`,
    where.values,
  );
  return toPage(rows, size, ({ position }) => cursorOf(position));
}

function whereWhen(where: Where, { after, since, until }: Pick<AuditQuery, 'after' | 'since' | 'until'>): void {
  const place = decodeKey(after, 'number');
  if (place) where.and('position < ?::bigint', place[0]);
  if (since) where.and('at >= ?', since);
  if (until) where.and('at < ?', until);
}
