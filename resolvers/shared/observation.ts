import { expand } from '../../events/live-iterator.js';
import type { DepartmentCode } from '../../model/department.js';
import type { ObservationEntry } from '../../model/entry.js';
import { HubError } from '../../model/errors.js';
import { feedState, freshSince } from '../../model/feed-state.js';
import type { DatastreamRow, SeriesRow, ThresholdRow } from '../../model/rows.js';
import { exceeded, gradeOf } from '../../model/threshold.js';
import { readSeries } from '../../prisma/store/read-observations.js';
import { type HubContext, renewLoaders } from '../context.js';
import { divisionInput, listInput } from './area-input.js';
import { feedOf } from './feed.js';
import { departmentOf, propertyInput, sightOf, stationOf, thresholdsOf } from './station.js';

/** An observation with the datastream it belongs to. */
export interface ObservationNode {
  readonly datastream: DatastreamRow;
  readonly value: number | null;
  readonly quality: string;
  readonly observedAt: Date;
  readonly receivedAt: Date;
  readonly originalTime: string;
  readonly zone: string;
  readonly revision: number;
}

export async function latest(datastream: DatastreamRow, context: HubContext): Promise<ObservationNode | null> {
  const row = await context.loaders.latest.load(datastream.key);
  return row ? { ...row, datastream } : null;
}

/** Older than twice the feed's interval, or of a feed that is down or switched off. */
export async function isStale(node: ObservationNode, context: HubContext): Promise<boolean> {
  const station = await stationOf(node.datastream, context);
  const feed = await feedOf(station.feedId, context);
  const { state } = feedState(feed, context.now());
  return (
    state === 'DOWN' || state === 'DISABLED' || node.observedAt < freshSince(feed.expectedEverySeconds, context.now())
  );
}

/** The thresholds that a value has reached or gone beyond, the gravest first; none for a value that is missing or erroneous. */
export async function exceeds(node: ObservationNode | null, context: HubContext): Promise<ThresholdRow[]> {
  if (!node || node.value === null || node.quality === 'ERRONEOUS') return [];
  return exceeded(await thresholdsOf(node.datastream, context), node.value, node.observedAt);
}

/** Null where it is missing, or where the viewer sees its grade alone. */
export const valueSeen = ({ value, datastream }: ObservationNode, context: HubContext): number | null =>
  sightOf(datastream, context)?.value ? null : value;

/** The gravest threshold that it has reached, by name, else "normal"; null where there is none to judge by. */
export async function grade(node: ObservationNode, context: HubContext): Promise<string | null> {
  if (node.value === null || node.quality === 'ERRONEOUS') return null;
  return gradeOf(await thresholdsOf(node.datastream, context), node.value, node.observedAt);
}

/** The most that one series holds. */
export const MAX_POINTS = 10_000;
/** The longest time that one series covers. */
export const MAX_SPAN_DAYS = 400;

export interface SeriesArgs {
  readonly from: Date;
  readonly to: Date;
  readonly everySeconds?: number | null | undefined;
}

/** At most 10,000 points over at most 400 days; a request for more is TOO_COMPLEX and says what would do. */
export async function series(
  datastream: DatastreamRow,
  args: SeriesArgs,
  context: HubContext,
): Promise<readonly SeriesRow[]> {
  if (sightOf(datastream, context)?.value)
    throw new HubError('FORBIDDEN', 'series: only the grade of these values was granted');
  const span = (args.to.getTime() - args.from.getTime()) / 1000;
  if (span <= 0) throw new HubError('BAD_INPUT', 'series: `to` must be after `from`');
  if (span > MAX_SPAN_DAYS * 86_400)
    throw new HubError('TOO_COMPLEX', `series: at most ${MAX_SPAN_DAYS} days at a time`);
  const every = args.everySeconds ?? undefined;
  if (every !== undefined && every < 1) throw new HubError('BAD_INPUT', 'series: everySeconds must be at least 1');
  if (every !== undefined && span / every > MAX_POINTS)
    throw new HubError(
      'TOO_COMPLEX',
      `series: at most ${MAX_POINTS} points; take everySeconds of at least ${Math.ceil(span / MAX_POINTS)}`,
    );
  const rows = await readSeries(context.db, {
    key: datastream.key,
    from: args.from,
    to: args.to,
    everySeconds: every,
    limit: MAX_POINTS + 1,
  });
  if (rows.length > MAX_POINTS)
    throw new HubError('TOO_COMPLEX', `series: more than ${MAX_POINTS} values; give everySeconds, or a shorter time`);
  return rows;
}

export interface ObservationFilter {
  readonly stations?: readonly (string | number)[] | null | undefined;
  readonly departments?: readonly DepartmentCode[] | null | undefined;
  readonly divisions?: readonly string[] | null | undefined;
  readonly properties?: readonly string[] | null | undefined;
}

/** Live observations, newest per datastream: a slow reader skips what it was too slow for, and never lags. */
export async function observationAdded(
  filter: ObservationFilter | null | undefined,
  context: HubContext,
): Promise<AsyncIterableIterator<ObservationNode>> {
  const matches = matcher(filter ?? {}, context);
  const source = await context.hub.subscribeLatest('observation', {
    expand: (entry) => entry.payload.observations,
    key: (item) => item.datastreamId,
  });
  return expand(source, async (item) => {
    renewLoaders(context);
    const datastream = await context.loaders.datastream.load(item.datastreamId);
    return datastream && (await matches(datastream)) ? [toNode(item, datastream)] : [];
  });
}

const toNode = (item: ObservationEntry['observations'][number], datastream: DatastreamRow): ObservationNode => ({
  ...item,
  datastream,
  observedAt: new Date(item.observedAt),
  receivedAt: new Date(item.receivedAt),
});

function matcher(filter: ObservationFilter, context: HubContext): (datastream: DatastreamRow) => Promise<boolean> {
  const stations = listInput('stations', filter.stations)?.map(String);
  const properties = propertyInput(filter.properties);
  const prefixes = divisionInput(context.divisions, filter.divisions);
  const departments = listInput('departments', filter.departments);
  return async (datastream) => {
    if (stations && !stations.includes(datastream.stationId)) return false;
    if (properties && !properties.includes(datastream.property)) return false;
    if (!prefixes && !departments) return true;
    const station = await stationOf(datastream, context);
    if (departments && !departments.includes(departmentOf(station))) return false;
    return !prefixes || prefixes.some((prefix) => station.divisionCode?.startsWith(prefix));
  };
}
