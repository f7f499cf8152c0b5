import booleanIntersects from '@turf/boolean-intersects';
import type { RoadPhase, RoadState } from '../../model/road-event.js';
import type { Page, RoadEventRow } from '../../model/rows.js';
import type { Reach } from '../../model/sight.js';
import type { Database } from '../database.js';
import { factKeys } from './facts.js';
import { Where } from './keyset.js';
import { headsInReach } from './reach.js';
import { COMMON_COLUMNS, type ReportQuery, readReports } from './read-reports.js';

const COLUMNS = `fact_id AS "factId", event_kind AS "eventKind", state, cause, cause_text AS "causeText", road_code AS "roadCode", section, direction,
  start_stake AS "startStake", end_stake AS "endStake", start_stake_metres AS "startStakeMetres",
  end_stake_metres AS "endStakeMetres", impact, measures, description, starts_at AS "startsAt",
  expected_end_at AS "expectedEndAt", ended_at AS "endedAt", managing_unit AS "managingUnit",
  reporting_unit AS "reportingUnit", prepared_by AS "preparedBy", reviewed_by AS "reviewedBy", placed_by AS "placedBy",
  place_note AS "placeNote", geometry`;
const HEADS = `(SELECT e.*, f.id AS fact_key, f.id::text AS fact_id FROM fact f JOIN road_event e ON e.id = f.head_id WHERE f.kind = 'road-event') q`;
const REPORTS = `(SELECT e.*, r.fact_id AS fact_key, r.fact_id::text, r.precedence, r.version FROM road_event e JOIN fact_report r ON r.report_id = e.id) q`;

const heads = (where: Where, reach: Reach | undefined): string =>
  reach ? headsInReach(where, reach, 'road-event', 'road_event') : HEADS;

export interface RoadEventQuery extends ReportQuery {
  readonly states?: readonly RoadState[] | undefined;
  readonly phases?: readonly RoadPhase[] | undefined;
  readonly roads?: readonly string[] | undefined;
  /** What phases are judged by. */
  readonly now: Date;
}

const PHASES: Readonly<Record<RoadPhase, string>> = {
  ENDED: 'ended_at <= ?',
  PLANNED: '(ended_at IS NULL OR ended_at > ?) AND starts_at > ?',
  CURRENT: '(ended_at IS NULL OR ended_at > ?) AND starts_at <= ?',
};

/** Road events by the report each goes by, its newest word first. `within` finds what lies in the area in part. */
export const readRoadEvents = (db: Database, query: RoadEventQuery): Promise<Page<RoadEventRow>> =>
  readReports<RoadEventRow>(
    db,
    query,
    (where) => heads(where, query.reach),
    COLUMNS,
    (where) => addConditions(where, query),
    {
      bounds: ['west', 'south', 'east', 'north'],
      meets: (area, { geometry }) => geometry !== null && booleanIntersects(area, geometry),
    },
  );

function addConditions(where: Where, { states, phases, roads, now }: RoadEventQuery): void {
  if (states) where.and('state = ANY(?)', states);
  if (roads) where.and('road_code = ANY(?)', roads);
  if (!phases) return;
  const conditions = phases.map((phase) => PHASES[phase]);
  const values = conditions.flatMap((condition) => [...condition.matchAll(/\?/g)].map(() => now));
  where.and(conditions.map((condition) => `(${condition})`).join(' OR ') || 'false', ...values);
}

/** The report that each of these events goes by within reach. */
export async function roadEventsById(
  db: Database,
  ids: readonly string[],
  reach: Reach | undefined,
): Promise<RoadEventRow[]> {
  const where = new Where().and('fact_key = ANY(?::bigint[])', factKeys(ids));
  const { rows } = await db.read.query<RoadEventRow>(
    `SELECT ${COMMON_COLUMNS}, ${COLUMNS} FROM ${heads(where, reach)} ${where.sql}`,
    where.values,
  );
  return rows;
}

/** All reports of these events, each event's in their order of precedence. */
export async function roadReportsOf(db: Database, factIds: readonly string[]): Promise<RoadEventRow[]> {
  const { rows } = await db.read.query<RoadEventRow>(
    `SELECT ${COMMON_COLUMNS}, ${COLUMNS} FROM ${REPORTS} WHERE fact_key = ANY($1::bigint[])
     ORDER BY fact_key, precedence, version DESC, id`,
    [factIds],
  );
  return rows;
}
