import type { FeedRuntime } from '../connectors/runtime.js';
import { appendEntries } from '../events/log.js';
import { HubError } from '../model/errors.js';
import { feedState } from '../model/feed-state.js';
import type { Database } from '../prisma/database.js';
import { type FeedRow, lockFeed, readFeedHealth, saveFeedHealth } from '../prisma/store/feeds.js';
import { writeGap } from '../prisma/store/write-quality.js';

export interface FeedMonitorOptions {
  readonly db: Database;
  readonly now: () => Date;
  readonly onError: (error: unknown) => void;
  /** Where other processes run other feeds: which of all are kept in step here; all if not given. */
  readonly watches?: (feedId: string) => boolean;
  /** Which feeds another process runs, that follows when they are switched here. */
  readonly elsewhere?: (feedId: string) => boolean;
  /** What is switched off or on in another process is followed here. */
  readonly follows?: boolean;
}

/** A sign of life is written down no more often than this. */
const CONTACT_EVERY_MS = 10_000;

/**
 * Keeps each feed's row in step with its runtime, and tells on the log when its state changes: at once when the link
 * does, by `check` when time alone makes a feed late. Also switches feeds off and on.
 */
export class FeedMonitor {
  readonly #runtimes = new Map<string, FeedRuntime>();
  #queue: Promise<void> = Promise.resolve();
  #started = false;

  constructor(private readonly options: FeedMonitorOptions) {}

  add(runtime: FeedRuntime): void {
    this.#runtimes.set(runtime.id, runtime);
  }

  runtime(feedId: string): FeedRuntime | undefined {
    return this.#runtimes.get(feedId);
  }

  /** Ends a feed that the settings no longer have; its new state is on the log when it resolves. */
  async remove(feedId: string): Promise<void> {
    const runtime = this.#runtimes.get(feedId);
    this.#runtimes.delete(feedId);
    await runtime?.stop();
    this.linkChanged(feedId);
    await this.#queue;
  }

  /** The feeds that an administrator has switched off. */
  async switchedOff(): Promise<ReadonlySet<string>> {
    const rows = await readFeedHealth(this.options.db.write);
    return new Set(rows.filter(({ disabled }) => disabled).map(({ id }) => id));
  }

  async #follow({ id, disabled }: FeedRow): Promise<void> {
    const runtime = this.#runtimes.get(id);
    if (disabled && runtime?.running) await runtime.stop();
    else if (!disabled && !runtime?.running) runtime?.start();
  }

  /** Starts every feed that is not switched off. What has become late while the hub was away is told first. */
  async start(): Promise<void> {
    await this.check();
    const rows = new Map((await readFeedHealth(this.options.db.read)).map((row) => [row.id, row]));
    for (const runtime of this.#runtimes.values()) if (!rows.get(runtime.id)?.disabled) runtime.start();
    this.#started = true;
  }

  async stop(): Promise<void> {
    this.#started = false;
    await Promise.all([...this.#runtimes.values()].map((runtime) => runtime.stop()));
    await this.#queue;
  }

  /** Writes one feed's link down soon; never throws. Changes are written one after another. */
  linkChanged(feedId: string): void {
    this.#queue = this.#queue.then(() => this.#sync(feedId)).catch(this.options.onError);
  }

  /** One read of all feeds, and a write for each whose state or sign of life is behind. */
  async check(): Promise<void> {
    const { db, follows, now: clock, watches = () => true } = this.options;
    const now = clock();
    for (const row of (await readFeedHealth(db.write)).filter(({ id }) => watches(id))) {
      if (follows && this.#started) await this.#follow(row);
      const next = this.#withLink(row);
      const silentMs = (next.lastReceivedAt?.getTime() ?? 0) - (row.lastReceivedAt?.getTime() ?? 0);
      const behind = next.link !== row.link || next.linkReason !== row.linkReason || silentMs > CONTACT_EVERY_MS;
      if (behind || feedState(next, now).state !== row.announcedState) await this.#sync(row.id);
    }
  }

  /** Switches a feed off or on, for this start and later ones; the state is on the log when it resolves. `db` runs the transaction that decides it. */
  async setEnabled(feedId: string, enabled: boolean, reason?: string, db = this.options.db): Promise<void> {
    const runtime = this.#runtimes.get(feedId);
    if (!runtime && !(await this.#runsElsewhere(feedId)))
      throw new HubError('NOT_FOUND', `no feed "${feedId}" in this hub's settings`);
    const ran = runtime?.running;
    if (!enabled) await runtime?.stop();
    const change = { disabled: !enabled, linkReason: enabled ? null : (reason ?? null) };
    await this.#sync(feedId, change, db).catch((error: unknown) => {
      // It was not switched off after all.
      if (!enabled && ran) runtime?.start();
      throw error;
    });
    if (enabled) runtime?.start();
  }

  async #runsElsewhere(feedId: string): Promise<boolean> {
    const { db, elsewhere } = this.options;
    if (!elsewhere?.(feedId)) return false;
    return (await readFeedHealth(db.write)).some(({ id, configured }) => id === feedId && configured);
  }

  async #sync(feedId: string, change: Partial<FeedRow> = {}, db = this.options.db): Promise<void> {
    await db.transaction(async (client) => {
      const row = await lockFeed(client, feedId);
      if (!row) return;
      const next = { ...this.#withLink(row), ...change };
      const { state, reason } = feedState(next, this.options.now());
      await saveFeedHealth(client, { ...next, announcedState: state });
      if (state === row.announcedState) return;
      const at = this.options.now();
      const since = (next.freshness === 'observation' ? next.lastObservedAt : next.lastReceivedAt) ?? at;
      await writeGap(client, feedId, state === 'LIVE' ? undefined : { state, reason, since }, at);
      await appendEntries(client, [{ topic: 'feed', key: feedId, at, payload: { feedId, state, reason } }]);
    });
  }

  #withLink(row: FeedRow): FeedRow {
    const runtime = this.#runtimes.get(row.id);
    if (!runtime?.running || row.disabled) return row;
    const { state, reason, contactAt } = runtime.link;
    const lastReceivedAt =
      contactAt && (!row.lastReceivedAt || contactAt > row.lastReceivedAt) ? contactAt : row.lastReceivedAt;
    return { ...row, link: state, linkReason: reason, lastReceivedAt };
  }
}
