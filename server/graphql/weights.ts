import { MAX_POINTS, MAX_SPAN_DAYS } from '../../resolvers/shared/observation.js';

/** What a list without `first` is taken to hold: a few. */
const FEW = 5;

/** Lists that hold more than a few, by field, or by type and field where the same name means less elsewhere. About what is there, not the most that may be. */
export const LENGTHS: Readonly<Record<string, number>> = {
  'Query.apiKeys': 50,
  'Query.departments': 12,
  'Query.feeds': 50,
  'Query.grants': 50,
  'Query.jurisdictions': 20,
  'Department.feeds': 10,
  'Division.children': 20,
  'Earthquake.sources': 4,
  'Enterprise.majorHazards': 20,
  'Enterprise.stations': 50,
  'Fire.alarms': 30,
  'Fire.hotspots': 30,
  'FeedQuality.gaps': 50,
  'Incident.reports': 20,
  'SupplyDepot.items': 20,
  'WarningReach.townships': 20,
  history: 20,
  revisions: 10,
};

const POINT = 10;
/** Outlines and lines have some hundred points. */
const OUTLINE = 100;
const OUTLINES: readonly string[] = ['area', 'boundary', 'geometry'];

/** How many items a list holds that has no `first`. */
export const usualLength = (parent: string | undefined, field: string): number =>
  LENGTHS[`${parent}.${field}`] ?? LENGTHS[field] ?? FEW;

/** As how many plain values a geometry counts, by the field that gives it. */
export const geometryWeight = (field: string): number => (OUTLINES.includes(field) ? OUTLINE : POINT);

/** Each series is a statement of its own. */
const STATEMENT = 20;
/** As often raw values come, as a rule: gauges report every five minutes, a few every minute. */
const RAW_SECONDS = 120;

/** How many points a series may hold, and what reading it weighs beside them: buckets are made of every value in their time. */
export function seriesWeight(args: { readonly from: unknown; readonly to: unknown; readonly everySeconds: unknown }): {
  readonly points: number;
  readonly reading: number;
} {
  const { from, to, everySeconds } = args;
  // What is not known is taken to be the longest.
  const known = from instanceof Date && to instanceof Date;
  const longest = MAX_SPAN_DAYS * 86_400;
  const span = known ? Math.min(Math.max(0, (to.getTime() - from.getTime()) / 1000), longest) : longest;
  const bucket = typeof everySeconds === 'number' && everySeconds > 0 ? everySeconds : undefined;
  const points = Math.max(1, Math.ceil(span / (bucket ?? RAW_SECONDS)));
  return {
    points: Math.min(points, MAX_POINTS),
    reading: STATEMENT + (bucket === undefined ? 0 : Math.ceil(span / 3600)),
  };
}
