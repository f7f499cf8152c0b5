/** The share of those a warning is meant for that the city's plan wants reached. */
export const PLANNED_COVERAGE = 0.9;

export interface ReachCounts {
  /** Recipients in the register whom the warning is meant for. */
  readonly targeted: number;
  readonly delivered: number;
  readonly acknowledged: number;
  /** Delivered to or acknowledged by. */
  readonly reached: number;
}

export interface ChannelReach {
  readonly channel: string;
  /** Deliveries by state, the newest of each recipient. */
  readonly queued: number;
  readonly sent: number;
  readonly delivered: number;
  readonly failed: number;
  readonly expired: number;
}

/** How far a warning has come. */
export interface Reach extends ReachCounts {
  readonly identifier: string;
  /** Acknowledgements of officers, who are no recipients of the register. */
  readonly officers: number;
  readonly channels: readonly ChannelReach[];
  /** Counts by the recipients' township, or wider division. */
  readonly places: ReadonlyMap<string, ReachCounts>;
}

/** A township and how many of its recipients were reached; one without recipients is uncovered. */
export interface TownshipReach extends ReachCounts {
  readonly code: string;
}

/** From 0 to 1; null where there is nobody to reach. */
export const shareOf = ({ targeted, reached }: ReachCounts): number | null =>
  targeted === 0 ? null : reached / targeted;

/** Whether the plan's share is reached; nobody to reach is not that. */
export const meetsPlan = (counts: ReachCounts): boolean => (shareOf(counts) ?? 0) >= PLANNED_COVERAGE;
