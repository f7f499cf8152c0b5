import type { WarningSnapshot } from '../../model/entry.js';
import type { Page, SourceRow } from '../../model/rows.js';
import { PUBLISHED } from '../../model/warning-sight.js';
import type { Database } from '../database.js';
import { chunkSize, decodeKey, encodeKey, type PageRequest, pageSize, toPage, Where } from './keyset.js';
import { readSnapshots } from './warning-rows.js';

export interface WarningQuery extends PageRequest {
  readonly departments?: readonly string[] | undefined;
  readonly divisionPrefixes?: readonly string[] | undefined;
  readonly hazardCodes?: readonly string[] | undefined;
  readonly levels?: readonly string[] | undefined;
  readonly states: readonly string[];
  /** Only what the viewer may see (model/warning-sight.ts): published ones of these statuses, and unpublished ones of `drafts`. */
  readonly seen: { readonly statuses: readonly string[]; readonly drafts: string | null | undefined };
  readonly statuses?: readonly string[] | undefined;
  /** Judged on each warning after the rest. */
  readonly matches?: ((warning: WarningSnapshot) => boolean) | undefined;
  readonly now: Date;
}

/** A 6-digit code without the zeros that stand for "all of it". */
const PREFIX = `CASE WHEN length(c) = 6 THEN regexp_replace(c, '(00){1,2}$', '') ELSE c END`;

/** Warnings, newest first. An ACTIVE one whose time has run out counts as EXPIRED, swept or not. */
export async function readWarnings(db: Database, query: WarningQuery): Promise<Page<WarningSnapshot>> {
  const size = pageSize(query);
  const limit = chunkSize(size, query.matches !== undefined);
  const found: WarningSnapshot[] = [];
  let after = decodeKey(query.after, 'time', 'text');
  for (;;) {
    const keys = await readKeys(db, query, after, limit);
    const snapshots = await readSnapshots(
      db.read,
      keys.map((key) => key.identifier),
    );
    const chunk = keys.flatMap(({ identifier }) => snapshots.get(identifier) ?? []);
    found.push(...(query.matches ? chunk.filter(query.matches) : chunk));
    const last = keys.at(-1);
    after = last && [last.issuedAt.toISOString(), last.identifier];
    if (found.length > size || keys.length < limit)
      return toPage(found, size, (w) => encodeKey(w.issuedAt, w.identifier));
  }
}

interface Key {
  readonly identifier: string;
  readonly issuedAt: Date;
}

async function readKeys(
  db: Database,
  query: WarningQuery,
  after: readonly string[] | undefined,
  limit: number,
): Promise<Key[]> {
  const where = new Where();
  if (after) where.and('(w.issued_at, w.identifier) < (?::timestamptz, ?)', after[0], after[1]);
  const stored = query.states.includes('EXPIRED') ? [...query.states, 'ACTIVE'] : query.states;
  where.and(
    `w.state = ANY(?) AND CASE WHEN w.state = 'ACTIVE' AND w.expires_at <= ? THEN 'EXPIRED' ELSE w.state END = ANY(?)`,
    stored,
    query.now,
    query.states,
  );
  whereSeen(where, query.seen);
  if (query.departments) where.and('w.department_code = ANY(?)', query.departments);
  if (query.hazardCodes) where.and('w.hazard_code = ANY(?)', query.hazardCodes);
  if (query.levels) where.and('w.level = ANY(?)', query.levels);
  if (query.statuses) where.and('w.status = ANY(?)', query.statuses);
  if (query.divisionPrefixes)
    where.and(
      `EXISTS (SELECT 1 FROM unnest(w.division_codes) c, unnest(?::text[]) p WHERE starts_with(${PREFIX}, p) OR starts_with(p, ${PREFIX}))`,
      query.divisionPrefixes,
    );
  const { rows } = await db.read.query<Key>(
    `SELECT w.identifier, w.issued_at AS "issuedAt" FROM warning w ${where.sql}
     ORDER BY w.issued_at DESC, w.identifier DESC LIMIT ${where.bind(limit)}`,
    where.values,
  );
  return rows;
}

function whereSeen(where: Where, { statuses, drafts }: WarningQuery['seen']): void {
  const published = 'w.state = ANY(?) AND w.status = ANY(?)';
  if (drafts === null) where.and(published, PUBLISHED, statuses);
  else
    where.and(
      `(${published}) OR (w.state <> ALL(?) AND (?::text IS NULL OR w.department_code = ?))`,
      ...[PUBLISHED, statuses, PUBLISHED, drafts ?? null, drafts ?? null],
    );
}

/** The identifiers that each of some warnings supersedes, by the successor's. */
export async function supersededBy(
  db: Database,
  identifiers: readonly string[],
): Promise<{ identifier: string; successor: string }[]> {
  const { rows } = await db.read.query<{ identifier: string; successor: string }>(
    'SELECT identifier, superseded_by AS successor FROM warning WHERE superseded_by = ANY($1) ORDER BY issued_at DESC, identifier',
    [identifiers],
  );
  return rows;
}

export const sourcesOf = (db: Database, identifiers: readonly string[]): Promise<SourceRow[]> =>
  db.prisma.warningSource.findMany({
    where: { warningId: { in: [...identifiers] } },
    orderBy: [{ format: 'asc' }, { feedId: 'asc' }],
  });
