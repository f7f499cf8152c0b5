import { isDeepStrictEqual } from 'node:util';
import { Outbound } from '../connectors/outbound.js';
import { HubError } from '../model/errors.js';
import type { ReloadResult } from '../model/reload.js';
import type { Database } from '../prisma/database.js';
import {
  type Config,
  ConfigError,
  type ConfiguredFeed,
  channelDifferences,
  exchangeDifferences,
  fixedDifferences,
  type HubSettings,
} from './config.js';
import type { Demo } from './demo.js';
import type { FeedMonitor } from './feed-monitor.js';
import type { FeedSet } from './feeds.js';
import { ownFeeds, registerParts } from './part-feeds.js';
import type { Parts } from './parts.js';
import type { PushRouter } from './push-router.js';

export interface ReloadOptions {
  readonly config: Config;
  readonly readConfig?: () => Config;
  readonly db: Database;
  readonly push: PushRouter;
  readonly monitor: FeedMonitor;
  readonly feeds: FeedSet;
  readonly outbound: Outbound;
  /** Of the demo's sources, which stay where they are. */
  readonly addresses: Readonly<Record<string, string>>;
  readonly demo: Demo | undefined;
  readonly parts: Parts;
}

interface Difference {
  readonly added: readonly ConfiguredFeed[];
  readonly changed: readonly ConfiguredFeed[];
  readonly removed: readonly string[];
  readonly unchanged: readonly string[];
}

const PORTS: Readonly<Record<string, number>> = {
  'http:': 80,
  'https:': 443,
  'mqtt:': 1883,
  'mqtts:': 8883,
  'postgres:': 5432,
  'postgresql:': 5432,
};

/** Brings a running hub in step with its settings file, one reload after another. Feeds that did not change are not touched. */
export class Reload {
  #queue: Promise<unknown> = Promise.resolve();
  #stopped = false;

  constructor(private readonly options: ReloadOptions) {}

  /** A file with a mistake changes nothing, and the mistake is in the result. Throws where the database cannot be written: then nothing changed either. */
  run(): Promise<ReloadResult> {
    const result = this.#queue.then(() => this.#run());
    this.#queue = result.catch(() => {});
    return result;
  }

  /** Waits for the one under way; later ones are refused. */
  async stop(): Promise<void> {
    this.#stopped = true;
    await this.#queue;
  }

  async #run(): Promise<ReloadResult> {
    const { readConfig, config, addresses, parts } = this.options;
    if (!readConfig || this.#stopped) throw new HubError('CONFLICT', 'the settings cannot be read again now');
    try {
      const next = readConfig();
      const feeds = ownFeeds(parts, next, addresses);
      if (parts.shared) next.channels(addresses);
      const difference = this.#compare(feeds, new Outbound(allowed(next.hub, addresses)));
      await this.#apply(next, feeds, difference);
      const idOf = ({ connector }: ConfiguredFeed): string => connector.id;
      return {
        ...difference,
        error: null,
        added: difference.added.map(idOf),
        changed: difference.changed.map(idOf),
        needsRestart: [
          ...fixedDifferences(config.hub, next.hub),
          ...channelDifferences(config, next),
          ...exchangeDifferences(config, next),
        ],
      };
    } catch (error) {
      if (!(error instanceof ConfigError)) throw error;
      return { error: error.message, added: [], changed: [], removed: [], unchanged: [], needsRestart: [] };
    }
  }

  /** A feed also counts as changed where its own addresses are allowed now and were not, or the other way round. */
  #compare(next: readonly ConfiguredFeed[], outbound: Outbound): Difference {
    const before = new Map(this.options.feeds.configured.map((feed) => [feed.connector.id, feed]));
    const same = (feed: ConfiguredFeed): boolean => {
      const old = before.get(feed.connector.id);
      if (!old || !isDeepStrictEqual(old.settings, feed.settings)) return false;
      return addressesOf(feed.settings).every((each) => allows(this.options.outbound, each) === allows(outbound, each));
    };
    const kept = next.filter(({ connector }) => before.has(connector.id));
    const ids = new Set(next.map(({ connector }) => connector.id));
    return {
      added: next.filter(({ connector }) => !before.has(connector.id)),
      changed: kept.filter((feed) => !same(feed)),
      removed: [...before.keys()].filter((id) => !ids.has(id)),
      unchanged: kept.filter(same).map(({ connector }) => connector.id),
    };
  }

  async #apply(next: Config, all: readonly ConfiguredFeed[], { added, changed, removed, unchanged }: Difference) {
    const { db, push, monitor, feeds, outbound, addresses, demo, parts } = this.options;
    await registerParts(db, parts, all, { config: next, addresses, running: unchanged });
    const off = await monitor.switchedOff();
    outbound.allow(allowed(next.hub, addresses));
    push.expect(all.map(({ connector }) => connector.id));
    for (const id of [...removed, ...changed.map(({ connector }) => connector.id)]) {
      await monitor.remove(id);
      feeds.remove(id);
    }
    for (const feed of [...changed, ...added]) {
      const runtime = feeds.add(feed);
      monitor.add(runtime);
      if (!off.has(runtime.id)) runtime.start();
    }
    await demo?.callAgain(changed.map(({ connector }) => connector.id));
  }
}

/** The settings' list, and the demo's own addresses, which are made anew at each start. */
export function allowed({ outbound }: HubSettings, demo: Readonly<Record<string, string>>): string[] | undefined {
  const own = Object.values(demo)
    .filter((address) => URL.canParse(address))
    .map((address) => new URL(address));
  return outbound && [...outbound.allow, ...own.map(({ hostname, port }) => `${hostname}:${port || '*'}`)];
}

/** Every address that a feed's settings name. */
function addressesOf(value: unknown): URL[] {
  if (typeof value === 'string') {
    const url = URL.canParse(value) ? new URL(value) : undefined;
    return url && url.protocol in PORTS ? [url] : [];
  }
  return typeof value === 'object' && value !== null ? Object.values(value).flatMap(addressesOf) : [];
}

function allows(outbound: Outbound, { hostname, port, protocol }: URL): boolean {
  try {
    outbound.check(hostname, Number(port || PORTS[protocol]));
    return true;
  } catch {
    return false;
  }
}
