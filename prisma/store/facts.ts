import { type FactKind, type FactReport, factOf, type PlacedReport } from '../../model/fact.js';
import type { Queryable } from '../database.js';

/**
 * Gives each new report its fact, an existing one or one of its own, and re-reckons which report each fact goes by. A report that has its
 * fact keeps it, however it is corrected. Writers of one kind of fact take turns until their transactions end, so that two catalogues
 * that bring one quake in the same moment make one fact of it.
 */
export async function placeReports(client: Queryable, kind: FactKind, reports: readonly FactReport[]): Promise<void> {
  if (reports.length === 0) return;
  await client.query('SELECT pg_advisory_xact_lock(hashtextextended($1, 0))', [`fact ${kind}`]);
  const known = await knownReports(client, reports);
  const fresh = reports.filter(({ reportId }) => !known.has(reportId));
  const placed = fresh.length > 0 ? await reportsAround(client, kind, fresh) : [];
  const founders: FactReport[] = [];
  // Those that go first found the facts that the others join, whatever order they came in.
  const order = (a: FactReport, b: FactReport): number =>
    a.precedence - b.precedence || a.observedAt.getTime() - b.observedAt.getTime();
  for (const report of [...fresh].sort(order)) {
    const factId = factOf(report, placed) ?? -founders.push(report);
    placed.push({ ...report, factId });
  }
  const made = await newFacts(client, kind, founders);
  const facts = new Map(known);
  for (const { reportId, factId } of placed.slice(placed.length - fresh.length))
    facts.set(reportId, factId < 0 ? (made[-factId - 1] as number) : factId);
  await saveReports(client, kind, reports, facts);
  await settle(client, [...facts.values()]);
}

async function knownReports(client: Queryable, reports: readonly FactReport[]): Promise<Map<string, number>> {
  const { rows } = await client.query<{ reportId: string; factId: string }>(
    'SELECT report_id AS "reportId", fact_id AS "factId" FROM fact_report WHERE report_id = ANY($1)',
    [reports.map(({ reportId }) => reportId)],
  );
  return new Map(rows.map(({ reportId, factId }) => [reportId, Number(factId)]));
}

/** Every placed report that could be within reach of one of these. */
async function reportsAround(client: Queryable, kind: FactKind, fresh: readonly FactReport[]): Promise<PlacedReport[]> {
  const times = fresh.map(({ observedAt }) => observedAt.getTime());
  const slack = fresh.reduce((most, { reach }) => Math.max(most, reach.seconds * 1000), 0);
  const { rows } = await client.query<Omit<PlacedReport, 'factId'> & { factId: string }>(
    `SELECT report_id AS "reportId", fact_id AS "factId", source, key, status, observed_at AS "observedAt", lon, lat
     FROM fact_report
     WHERE kind = $1 AND observed_at BETWEEN $2 AND $3`,
    [
      kind,
      new Date(times.reduce((a, b) => Math.min(a, b)) - slack),
      new Date(times.reduce((a, b) => Math.max(a, b)) + slack),
    ],
  );
  return rows.map((row) => ({ ...row, factId: Number(row.factId) }));
}

type Founder = Pick<FactReport, 'reportId' | 'observedAt'>;

/** A fact for each of these, in their order. */
async function newFacts(client: Queryable, kind: FactKind, founders: readonly Founder[]): Promise<number[]> {
  if (founders.length === 0) return [];
  const { rows } = await client.query<{ id: string; headId: string }>(
    `INSERT INTO fact (kind, head_id, first_at, last_at) SELECT $1, id, at, at FROM unnest($2::text[], $3::timestamptz[]) AS r(id, at)
     RETURNING id, head_id AS "headId"`,
    [kind, founders.map(({ reportId }) => reportId), founders.map(({ observedAt }) => observedAt)],
  );
  const ids = new Map(rows.map(({ id, headId }) => [headId, Number(id)]));
  return founders.map(({ reportId }) => ids.get(reportId) as number);
}

async function saveReports(
  client: Queryable,
  kind: FactKind,
  reports: readonly FactReport[],
  facts: ReadonlyMap<string, number>,
): Promise<void> {
  await client.query(
    `INSERT INTO fact_report AS t (report_id, kind, fact_id, source, key, precedence, version, status, observed_at, lon, lat)
     SELECT id, $1, fact, source, key, precedence, version, status, at, lon, lat FROM unnest($2::text[], $3::bigint[], $4::text[], $5::text[],
       $6::int[], $7::timestamptz[], $8::text[], $9::timestamptz[], $10::float8[], $11::float8[])
       AS r(id, fact, source, key, precedence, version, status, at, lon, lat)
     ON CONFLICT (report_id) DO UPDATE SET source = excluded.source, key = excluded.key, precedence = excluded.precedence,
       version = excluded.version, status = excluded.status, observed_at = excluded.observed_at, lon = excluded.lon, lat = excluded.lat`,
    [
      kind,
      reports.map(({ reportId }) => reportId),
      reports.map(({ reportId }) => facts.get(reportId)),
      reports.map(({ source }) => source),
      reports.map(({ key }) => key),
      reports.map(({ precedence }) => precedence),
      reports.map(({ version }) => version),
      reports.map(({ status }) => status),
      reports.map(({ observedAt }) => observedAt),
      reports.map(({ lon }) => lon),
      reports.map(({ lat }) => lat),
    ],
  );
}

/** Fact ids as they come from outside; what is none is left out. */
export const factKeys = (ids: readonly string[]): readonly string[] => ids.filter((id) => /^\d{1,15}$/.test(id));

/** Which report goes first, and from when to when there are any; a fact without reports is no more. */
async function settle(client: Queryable, factIds: readonly number[]): Promise<void> {
  await client.query(
    `UPDATE fact f SET head_id = s.head_id, first_at = s.first_at, last_at = s.last_at FROM (
       SELECT fact_id, (array_agg(report_id ORDER BY precedence, version DESC, report_id))[1] AS head_id,
         min(observed_at) AS first_at, max(observed_at) AS last_at
       FROM fact_report WHERE fact_id = ANY($1) GROUP BY fact_id) s
     WHERE f.id = s.fact_id`,
    [factIds],
  );
  await client.query(
    'DELETE FROM fact WHERE id = ANY($1) AND NOT EXISTS (SELECT 1 FROM fact_report r WHERE r.fact_id = fact.id)',
    [factIds],
  );
}

/**
 * Moves a report by hand to another fact of its kind, or to one of its own where `to` is null; later corrections leave it there.
 * Resolves to the fact that now holds it; undefined where the report, or such a fact, does not exist.
 */
export async function moveReport(client: Queryable, reportId: string, to: number | null): Promise<number | undefined> {
  const found = await client.query<{ kind: FactKind; observedAt: Date }>(
    'SELECT kind, observed_at AS "observedAt" FROM fact_report WHERE report_id = $1',
    [reportId],
  );
  const report = found.rows[0];
  if (!report) return undefined;
  await client.query('SELECT pg_advisory_xact_lock(hashtextextended($1, 0))', [`fact ${report.kind}`]);
  if (to !== null) {
    const target = await client.query('SELECT 1 FROM fact WHERE id = $1 AND kind = $2', [to, report.kind]);
    if (target.rows.length === 0) return undefined;
  }
  const [alone] = to === null ? await newFacts(client, report.kind, [{ reportId, ...report }]) : [];
  const factId = alone ?? (to as number);
  // Read again under the lock: who moved it meanwhile left another fact behind.
  const { rows } = await client.query<{ before: string }>(
    `UPDATE fact_report t SET fact_id = $2, by_hand = true FROM fact_report before
     WHERE t.report_id = $1 AND before.report_id = t.report_id RETURNING before.fact_id AS before`,
    [reportId, factId],
  );
  await settle(client, [factId, Number(rows[0]?.before)]);
  return factId;
}
