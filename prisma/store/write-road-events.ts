import type { Position } from 'geojson';
import type { Stamped } from '../../model/batch.js';
import type { FactReport } from '../../model/fact.js';
import type { RoadEventListRecord, RoadEventRecord } from '../../model/record.js';
import { roadPrecedence, SAME_ROAD_EVENT } from '../../model/road-event.js';
import type { Queryable } from '../database.js';
import { placeReports } from './facts.js';
import { REPORT_COLUMNS, reportValues, upsert, type Written } from './upsert.js';

const OWN_COLUMNS = [
  'event_kind',
  'state',
  'cause',
  'cause_text',
  'road_code',
  'section',
  'direction',
  'start_stake',
  'end_stake',
  'start_stake_metres',
  'end_stake_metres',
  'impact',
  'measures',
  'description',
  'starts_at',
  'expected_end_at',
  'ended_at',
  'managing_unit',
  'reporting_unit',
  'prepared_by',
  'reviewed_by',
  'placed_by',
  'place_note',
  'geometry',
  'west',
  'south',
  'east',
  'north',
];

/**
 * Inserts road events by (feed, source id); the same bytes again change nothing, what the source said later replaces and raises
 * `revision`, what it said earlier does not. Each new one is put to the event that another department tells of, or is one.
 */
export async function writeRoadEvents(
  client: Queryable,
  feedId: string,
  records: readonly Stamped<RoadEventRecord>[],
  at: Date,
): Promise<Written> {
  // Of several in one batch the last counts.
  const inOrder = [...records].sort((a, b) => a.observedAt.getTime() - b.observedAt.getTime());
  const written = await upsert(
    client,
    'road_event',
    [...REPORT_COLUMNS, ...OWN_COLUMNS],
    inOrder.map((r) => [...reportValues(feedId, at, r), ...ownValues(r)]),
    { newestBy: 'observed_at', history: true },
  );
  const byId = new Map(inOrder.map((r) => [`${feedId}:${r.sourceId}`, r]));
  const changed = (written.ids ?? []).flatMap((id) => {
    const record = byId.get(id);
    return record ? [factReport(id, feedId, record)] : [];
  });
  await placeReports(client, 'road-event', changed);
  return written;
}

/** By when it began and where it begins. A way around or a standing limit is no event that others tell of too. */
function factReport(reportId: string, feedId: string, r: Stamped<RoadEventRecord>): FactReport {
  const alone = r.eventKind === 'DETOUR' || r.eventKind === 'RESTRICTION';
  return {
    reportId,
    source: feedId,
    key: alone ? reportId : r.roadCode,
    status: r.status,
    precedence: roadPrecedence(feedId),
    version: r.observedAt,
    observedAt: r.startsAt,
    lon: alone ? null : (r.position?.lon ?? null),
    lat: alone ? null : (r.position?.lat ?? null),
    reach: SAME_ROAD_EVENT,
  };
}

const ownValues = (r: RoadEventRecord): unknown[] => [
  r.eventKind,
  r.state,
  r.cause,
  r.causeText,
  r.roadCode,
  r.section,
  r.direction,
  r.startStake,
  r.endStake,
  r.startStakeMetres,
  r.endStakeMetres,
  r.impact,
  r.measures,
  r.description,
  r.startsAt,
  r.expectedEndAt,
  r.endedAt,
  r.managingUnit,
  r.reportingUnit,
  r.preparedBy,
  r.reviewedBy,
  r.placedBy,
  r.placeNote,
  r.geometry,
  ...boundsOf(r.geometry),
];

/** West, south, east, north. */
function boundsOf(geometry: RoadEventRecord['geometry']): readonly (number | null)[] {
  if (!geometry) return [null, null, null, null];
  const positions: readonly Position[] = geometry.type === 'Point' ? [geometry.coordinates] : geometry.coordinates;
  const [lons, lats] = [0, 1].map((axis) => positions.map((position) => position[axis] ?? 0)) as [number[], number[]];
  const least = (values: readonly number[]): number => values.reduce((a, b) => Math.min(a, b));
  const most = (values: readonly number[]): number => values.reduce((a, b) => Math.max(a, b));
  return [least(lons), least(lats), most(lons), most(lats)];
}

/** Ends what a complete list no longer names, its last word kept in the history. Named again, it stands again: its hash is gone, so that the same bytes count as new. */
export async function endUnlisted(
  client: Queryable,
  feedId: string,
  lists: readonly Stamped<RoadEventListRecord>[],
): Promise<Written> {
  const list = lists.at(-1);
  if (!list) return { stored: 0, replaced: 0 };
  // A statement sees the table as it was before it: `old` is what the update replaces.
  const { rows } = await client.query<{ moment: Date }>(
    `WITH old AS (SELECT * FROM road_event WHERE feed_id = $1 AND ended_at IS NULL AND NOT id = ANY($3) FOR UPDATE),
     kept AS (INSERT INTO report_history (report_id, revision, received_at, content)
       SELECT id, revision, received_at, to_jsonb(old) - 'raw_hash' FROM old)
     UPDATE road_event t SET ended_at = greatest($2::timestamptz, old.starts_at), state = 'OPEN', raw_hash = ''::bytea,
       revision = old.revision + 1 FROM old WHERE t.id = old.id RETURNING t.observed_at AS moment`,
    [feedId, list.at, list.listed.map((sourceId) => `${feedId}:${sourceId}`)],
  );
  return { stored: 0, replaced: rows.length, moments: rows.map(({ moment }) => moment) };
}
