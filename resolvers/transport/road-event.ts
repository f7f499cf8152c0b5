import { ROAD_PHASES, ROAD_STATES, type RoadPhase, type RoadState, roadPhaseOf } from '../../model/road-event.js';
import type { Page, RoadEventRow } from '../../model/rows.js';
import type { PageRequest } from '../../prisma/store/keyset.js';
import { readRoadEvents } from '../../prisma/store/read-road-events.js';
import { type HubContext, maySeePersonal } from '../context.js';
import { listInput } from '../shared/area-input.js';
import { asSeen, type ReportFilter, reportQuery } from '../shared/report.js';
import { idInput } from '../shared/text-input.js';

export interface RoadEventFilter extends ReportFilter {
  readonly states?: readonly RoadState[] | null | undefined;
  readonly phases?: readonly RoadPhase[] | null | undefined;
  readonly roads?: readonly string[] | null | undefined;
}

export const roadEvents = (
  args: PageRequest & { filter?: RoadEventFilter | null | undefined },
  context: HubContext,
): Promise<Page<RoadEventRow>> =>
  asSeen(
    readRoadEvents(context.db, {
      ...reportQuery(args, context),
      states: args.filter?.states ? ROAD_STATES.filter((state) => args.filter?.states?.includes(state)) : undefined,
      phases: args.filter?.phases ? ROAD_PHASES.filter((phase) => args.filter?.phases?.includes(phase)) : undefined,
      roads: listInput('roads', args.filter?.roads)?.map((code) => code.trim().toUpperCase()),
      now: context.now(),
    }),
    context,
  );

export const phase = (row: RoadEventRow, context: HubContext): RoadPhase => roadPhaseOf(row, context.now());

/** A person's name, for whoever may see it. */
export const person = (name: string | null, context: HubContext): string | null =>
  maySeePersonal(context) ? name : null;

export const roadEvent = async (id: string, context: HubContext): Promise<RoadEventRow | null> =>
  (await context.loaders.roadEvent.load(idInput('id', id))) ?? null;

export const sources = (event: RoadEventRow, context: HubContext): Promise<readonly RoadEventRow[]> =>
  context.loaders.roadReports.load(event.factId);
