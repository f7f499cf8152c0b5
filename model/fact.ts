import type { WarningStatus } from './warning.js';

/** What several departments may report of: one earthquake in three catalogues, one fire seen by a satellite and by a camera. */
export const FACT_KINDS = ['earthquake', 'fire', 'road-event'] as const;
export type FactKind = (typeof FACT_KINDS)[number];

/** How close two reports must be to be taken for one fact. */
export interface Reach {
  readonly seconds: number;
  readonly metres: number;
}

/** A report as the search for its fact sees it. */
export interface FactReport {
  readonly reportId: string;
  /** Of one `source` there is one report a fact at the most; null: any number. */
  readonly source: string | null;
  /** Rank within its fact, smallest first; of equals the newest `version`. */
  readonly precedence: number;
  readonly version: Date;
  readonly observedAt: Date;
  readonly lon: number | null;
  readonly lat: number | null;
  readonly reach: Reach;
  /** Must be the same where both say one, e.g. a road's number. */
  readonly key: string | null;
  /** Must be the same: an exercise and the real thing are never one. */
  readonly status: WarningStatus;
}

/** A report that has its fact. */
export type PlacedReport = Omit<FactReport, 'precedence' | 'version' | 'reach'> & { readonly factId: number };

/**
 * The fact that a new report tells of: that of the nearest placed report within reach in both time and space, of those facts that
 * hold none of the same source; undefined where there is none. A report without a place matches only by its key.
 */
export function factOf(report: FactReport, placed: readonly PlacedReport[]): number | undefined {
  const taken = new Set(
    placed.flatMap((each) => (report.source !== null && each.source === report.source ? [each.factId] : [])),
  );
  let best: { factId: number; far: number } | undefined;
  for (const each of placed) {
    if (taken.has(each.factId)) continue;
    const far = farness(report, each);
    if (far <= 1 && (best === undefined || far < best.far)) best = { factId: each.factId, far };
  }
  return best?.factId;
}

/** 0 the same, 1 just within reach, Infinity not comparable: the larger of both shares. */
function farness(report: FactReport, other: PlacedReport): number {
  if (report.status !== other.status) return Number.POSITIVE_INFINITY;
  if (report.key !== null && other.key !== null && report.key !== other.key) return Number.POSITIVE_INFINITY;
  const time = Math.abs(report.observedAt.getTime() - other.observedAt.getTime()) / 1000 / report.reach.seconds;
  const metres = metresBetween(report, other);
  if (metres === undefined) return report.key !== null && report.key === other.key ? time : Number.POSITIVE_INFINITY;
  return Math.max(time, metres / report.reach.metres);
}

type Point = { readonly lon: number | null; readonly lat: number | null };

/** Along the great circle; undefined where one of both has no place. */
export function metresBetween(a: Point, b: Point): number | undefined {
  if (a.lon === null || a.lat === null || b.lon === null || b.lat === null) return undefined;
  const rad = Math.PI / 180;
  const h =
    Math.sin(((b.lat - a.lat) * rad) / 2) ** 2 +
    Math.cos(a.lat * rad) * Math.cos(b.lat * rad) * Math.sin(((b.lon - a.lon) * rad) / 2) ** 2;
  return 2 * 6_371_000 * Math.asin(Math.min(1, Math.sqrt(h)));
}
