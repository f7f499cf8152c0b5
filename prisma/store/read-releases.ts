import type { ReleaseRow, ReleaseStep } from '../../model/release.js';
import type { Page } from '../../model/rows.js';
import type { Database, Queryable } from '../database.js';
import { chunkSize, decodeKey, encodeKey, type PageRequest, pageSize, toPage, Where } from './keyset.js';

type Row = Omit<ReleaseRow, 'steps'> & { steps: (Omit<ReleaseStep, 'at'> & { at: string })[] | null };

const SELECT = `
SELECT r.id, r.kind, r.department_code AS "departmentCode", r.warning_id AS "warningId", r.replaces, r.reason, r.state, r.version,
  r.required, r.submitted_at AS "submittedAt", r.review_due_at AS "reviewDueAt", r.reviewed_at AS "reviewedAt", s.steps
FROM warning_release r
LEFT JOIN LATERAL (
  SELECT jsonb_agg(jsonb_build_object('serial', serial, 'kind', kind, 'version', version, 'by', principal_id, 'name', principal_name,
    'department', principal_department, 'approvals', approvals, 'at', at, 'note', note, 'verdict', verdict, 'missing', missing)
    ORDER BY serial) AS steps
  FROM warning_release_step WHERE release_id = r.id
) s ON true`;

const toRelease = (row: Row): ReleaseRow => ({
  ...row,
  steps: (row.steps ?? []).map((step) => ({ ...step, at: new Date(step.at) })),
});

async function read(db: Queryable, rest: string, values: readonly unknown[]): Promise<ReleaseRow[]> {
  const { rows } = await db.query<Row>(`${SELECT} ${rest}`, [...values]);
  return rows.map(toRelease);
}

export const releasesById = (db: Queryable, ids: readonly string[]): Promise<ReleaseRow[]> =>
  read(db, 'WHERE r.id = ANY($1)', [ids]);

/** All that was ever meant to become or to end these warnings, the newest message first. */
export const releasesOfWarnings = (db: Queryable, identifiers: readonly string[]): Promise<ReleaseRow[]> =>
  read(db, 'WHERE r.warning_id = ANY($1) ORDER BY r.id DESC', [identifiers]);

export interface ReleaseQuery extends PageRequest {
  /** Of this department only. */
  readonly department?: string | undefined;
  /** Judged on each one after the rest. */
  readonly matches?: ((release: ReleaseRow) => boolean) | undefined;
}

/** What waits for release, longest waiting first. */
export const pendingReleases = (db: Database, query: ReleaseQuery): Promise<Page<ReleaseRow>> =>
  page(db, query, new Where().and(`r.state = 'PENDING'`), 'submittedAt');

/** Bypasses that nobody has reviewed; those due before `dueBefore` only, where it is given. First the one that is due first. */
export function unreviewedBypasses(
  db: Database,
  { dueBefore, ...query }: ReleaseQuery & { readonly dueBefore?: Date | undefined },
): Promise<Page<ReleaseRow>> {
  const where = new Where().and('r.review_due_at IS NOT NULL AND r.reviewed_at IS NULL');
  if (dueBefore) where.and('r.review_due_at <= ?', dueBefore);
  return page(db, query, where, 'reviewDueAt');
}

/** How many bypasses should have been reviewed by `now` and were not. */
export async function overdueBypasses(db: Queryable, now: Date): Promise<number> {
  const { rows } = await db.query<{ n: number }>(
    'SELECT count(*)::int AS n FROM warning_release WHERE review_due_at <= $1 AND reviewed_at IS NULL',
    [now],
  );
  return rows[0]?.n ?? 0;
}

const COLUMNS = { submittedAt: 'r.submitted_at', reviewDueAt: 'r.review_due_at' } as const;

async function page(
  db: Database,
  query: ReleaseQuery,
  where: Where,
  by: keyof typeof COLUMNS,
): Promise<Page<ReleaseRow>> {
  if (query.department !== undefined) where.and('r.department_code = ?', query.department);
  const size = pageSize(query);
  const limit = chunkSize(size, query.matches !== undefined);
  const [time, id] = decodeKey(query.after, 'time', 'text') ?? ['-infinity', ''];
  const [timeAt, idAt, limitAt] = [where.bind(time), where.bind(id), where.bind(limit)];
  const rest = `${where.sql} AND (${COLUMNS[by]}, r.id) > (${timeAt}::timestamptz, ${idAt}) ORDER BY ${COLUMNS[by]}, r.id LIMIT ${limitAt}`;
  const values = [...where.values];
  const found: ReleaseRow[] = [];
  const keyOf = (row: ReleaseRow): [string, string] => [(row[by] as Date).toISOString(), row.id];
  for (;;) {
    const rows = await read(db.read, rest, values);
    found.push(...(query.matches ? rows.filter(query.matches) : rows));
    const last = rows.at(-1);
    if (!last || found.length > size || rows.length < limit)
      return toPage(found, size, (row) => encodeKey(...keyOf(row)));
    values.splice(values.length - 3, 2, ...keyOf(last));
  }
}
