/** LATE: nothing newer than expected. DOWN: the link itself fails. */
export const FEED_STATES = ['LIVE', 'LATE', 'DOWN', 'DISABLED'] as const;
export type FeedState = (typeof FEED_STATES)[number];

/** What a feed's state is derived from; the columns of the same names. */
export interface FeedHealth {
  readonly disabled: boolean;
  readonly configured: boolean;
  readonly freshness: string;
  /** STARTING, UP or DOWN */
  readonly link: string;
  readonly linkReason: string | null;
  readonly expectedEverySeconds: number;
  readonly lastReceivedAt: Date | null;
  readonly lastObservedAt: Date | null;
}

export interface FeedVerdict {
  readonly state: FeedState;
  /** One sentence where the state is not LIVE. */
  readonly reason: string | null;
}

/** How many expected intervals may pass before a feed, or a value, counts as late. */
export const LATE_AFTER_INTERVALS = 2;

/** The moment before which something of this feed is no longer fresh. */
export const freshSince = (expectedEverySeconds: number, now: Date): Date =>
  new Date(now.getTime() - expectedEverySeconds * LATE_AFTER_INTERVALS * 1000);

/** The state of a feed at `now`: derived when read, so that a hub that stopped writing never shows an old LIVE. */
export function feedState(feed: FeedHealth, now: Date): FeedVerdict {
  if (feed.disabled) return { state: 'DISABLED', reason: feed.linkReason ?? 'disabled by an administrator' };
  if (!feed.configured) return { state: 'DISABLED', reason: "not in this hub's settings" };
  if (feed.link === 'DOWN') return { state: 'DOWN', reason: feed.linkReason ?? 'the link is broken' };
  // People file when something happens: silence says nothing of the feed.
  if (feed.freshness === 'on-demand') return { state: 'LIVE', reason: null };
  const [last, what] =
    feed.freshness === 'observation' ? [feed.lastObservedAt, 'observation'] : [feed.lastReceivedAt, 'contact'];
  if (last && last >= freshSince(feed.expectedEverySeconds, now)) return { state: 'LIVE', reason: null };
  const since = last ? `the last ${what} is of ${last.toISOString()}` : `no ${what} has come yet`;
  return { state: 'LATE', reason: `${since}; one is expected every ${feed.expectedEverySeconds} s` };
}
