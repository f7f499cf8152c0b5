import type { Stamped } from '../../model/batch.js';
import type { IncidentRecord } from '../../model/record.js';
import type { Queryable } from '../database.js';
import { type IncidentColumns, roadEventOf } from './incident-roads.js';
import { REPORT_COLUMNS, reportValues, toJson, type Written } from './upsert.js';
import { writeRoadEvents } from './write-road-events.js';

const COLUMNS = [
  ...REPORT_COLUMNS,
  'number',
  'title',
  'changed_at',
  'description',
  'address',
  'class_code',
  'level',
  'state',
  'source_state',
  'source_type',
  'unit_code',
  'dispatch_number',
  'feedback_number',
];
/** What the source does not speak of again stays as it was. */
const STAYS = [
  ...['lon', 'lat', 'original_lon', 'original_lat', 'original_crs', 'division_code', 'description', 'address'],
  ...['source_state', 'source_type', 'unit_code', 'dispatch_number', 'feedback_number'],
];
const SPOKEN_OF: Readonly<Record<string, string>> = {
  ...Object.fromEntries(STAYS.map((name) => [name, `coalesce(excluded.${name}, t.${name})`])),
  level: `CASE WHEN excluded.level = 'UNKNOWN' THEN t.level ELSE excluded.level END`,
  // Once it is reported by hand, what the reports say of its class and of its end counts for more.
  class_code: `CASE WHEN t.report_count > 0 THEN coalesce(t.class_code, excluded.class_code) ELSE coalesce(excluded.class_code, t.class_code) END`,
  state: `CASE WHEN excluded.source_state IS NULL OR t.last_report_kind = 'FINAL' THEN t.state ELSE excluded.state END`,
};

/** What the history keeps of a revision, besides the incident's id. */
export const KEPT_COLUMNS = `revision, title, description, address, class_code, level, state, source_state, lon, lat, changed_at,
  received_at`;

const WRITE = `
WITH written AS (
  INSERT INTO incident AS t (${COLUMNS.join(', ')})
  SELECT ${COLUMNS.join(', ')} FROM jsonb_populate_recordset(NULL::incident, $1)
  ON CONFLICT (id) DO UPDATE SET ${COLUMNS.slice(2)
    .map((name) => `${name} = ${SPOKEN_OF[name] ?? `excluded.${name}`}`)
    .join(', ')}, revision = t.revision + 1
  WHERE t.raw_hash <> excluded.raw_hash AND t.changed_at <= excluded.changed_at
  RETURNING t.*, (t.xmax = 0) AS inserted
), kept AS (
  INSERT INTO incident_revision (incident_id, ${KEPT_COLUMNS}) SELECT id, ${KEPT_COLUMNS} FROM written
)
SELECT * FROM written`;

/**
 * Inserts incidents by (feed, number). The same bytes again change nothing, and neither does a word older than the one at hand;
 * any other replaces what it speaks of, raises `revision` and stays in the history, also where one batch tells of it several times.
 */
export async function writeIncidents(
  client: Queryable,
  feedId: string,
  records: readonly Stamped<IncidentRecord>[],
  at: Date,
): Promise<Written> {
  let [stored, replaced] = [0, 0];
  const moments: Date[] = [];
  for (const wave of waves(records)) {
    const rows = wave.map((r) => rowOf(feedId, at, r));
    const answer = await client.query<IncidentColumns & { inserted: boolean }>(WRITE, [JSON.stringify(rows)]);
    stored += answer.rows.filter(({ inserted }) => inserted).length;
    replaced += answer.rows.filter(({ inserted }) => !inserted).length;
    moments.push(...answer.rows.map((row) => row.observed_at));
    await writeRoadEvents(client, feedId, answer.rows.flatMap(roadEventOf), at);
  }
  return { stored, replaced, moments };
}

/** One statement cannot touch a row twice: first each incident's oldest word, then its second … in the order of their own times. */
function waves(records: readonly Stamped<IncidentRecord>[]): Stamped<IncidentRecord>[][] {
  const found: Stamped<IncidentRecord>[][] = [];
  const seen = new Map<string, number>();
  const inOrder = [...records].sort((a, b) => a.changedAt.getTime() - b.changedAt.getTime());
  for (const record of inOrder) {
    const nth = seen.get(record.sourceId) ?? 0;
    seen.set(record.sourceId, nth + 1);
    const wave = found[nth] ?? [];
    wave.push(record);
    found[nth] = wave;
  }
  // In one order everywhere, or two writers of the same incidents could wait for each other.
  return found.map((wave) => wave.sort((a, b) => (a.sourceId < b.sourceId ? -1 : 1)));
}

function rowOf(feedId: string, at: Date, r: Stamped<IncidentRecord>): Record<string, unknown> {
  const values = [
    ...reportValues(feedId, at, r),
    r.number,
    r.title,
    r.changedAt,
    r.description,
    r.address,
    r.classCode,
    r.level,
    r.state,
    r.sourceState,
    r.sourceType,
    r.unitCode,
    r.dispatchNumber,
    r.feedbackNumber,
  ];
  return Object.fromEntries(COLUMNS.map((name, i) => [name, toJson(values[i])]));
}
