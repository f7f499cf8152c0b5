import booleanIntersects from '@turf/boolean-intersects';
import type { RoadPhase, RoadState } from '../../model/road-event.js';
import type { Page, RoadEventRow } from '../../model/rows.js';
import type { Database } from '../database.js';
import type { Where } from './keyset.js';
import { type ReportQuery, readReports } from './read-reports.js';

const COLUMNS = `event_kind AS "eventKind", state, cause, cause_text AS "causeText", road_code AS "roadCode", section, direction,
  start_stake AS "startStake", end_stake AS "endStake", start_stake_metres AS "startStakeMetres",
  end_stake_metres AS "endStakeMetres", impact, measures, description, starts_at AS "startsAt",
  expected_end_at AS "expectedEndAt", ended_at AS "endedAt", managing_unit AS "managingUnit",
  reporting_unit AS "reportingUnit", prepared_by AS "preparedBy", reviewed_by AS "reviewedBy", placed_by AS "placedBy",
  place_note AS "placeNote", geometry`;

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

/** Road events, newest word first. `within` finds what lies in the area in part. */
export const readRoadEvents = (db: Database, query: RoadEventQuery): Promise<Page<RoadEventRow>> =>
  readReports<RoadEventRow>(db, query, 'road_event', COLUMNS, (where) => addConditions(where, query), {
    bounds: ['west', 'south', 'east', 'north'],
    meets: (area, { geometry }) => geometry !== null && booleanIntersects(area, geometry),
  });

function addConditions(where: Where, { states, phases, roads, now }: RoadEventQuery): void {
  if (states) where.and('state = ANY(?)', states);
  if (roads) where.and('road_code = ANY(?)', roads);
  if (!phases) return;
  const conditions = phases.map((phase) => PHASES[phase]);
  const values = conditions.flatMap((condition) => [...condition.matchAll(/\?/g)].map(() => now));
  where.and(conditions.map((condition) => `(${condition})`).join(' OR ') || 'false', ...values);
}
