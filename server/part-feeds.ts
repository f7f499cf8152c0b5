import type { Database } from '../prisma/database.js';
import type { Config, ConfiguredFeed } from './config.js';
import type { DemoOptions } from './demo-departments.js';
import { enabled, registrations } from './feeds.js';
import type { Parts } from './parts.js';

type Addresses = Readonly<Record<string, string>>;

/** The feeds that run here. Throws ConfigError on any mistake in their settings; those of other processes are not looked at. */
export const ownFeeds = (parts: Parts, config: Config, addresses: Addresses): ConfiguredFeed[] =>
  enabled(config.feeds(addresses, parts.whole ? undefined : (id) => parts.owns(id)));

/** A feed that another process runs, as the settings have it; undefined where they do not, or not so that it can be read here. */
export const otherFeed = (config: Config, addresses: Addresses, feedId: string): ConfiguredFeed | undefined =>
  enabled(config.check(addresses, (id) => id === feedId).feeds)[0];

/**
 * Writes down the feeds that run here. The shared part also writes down those of other processes, as far as their settings can be read without
 * their credentials: grants and lists name them before they first ran.
 */
export function registerParts(
  db: Database,
  parts: Parts,
  own: readonly ConfiguredFeed[],
  { config, addresses, running = [] }: { config: Config; addresses: Addresses; running?: readonly string[] },
): Promise<void> {
  const departments = parts.whole ? undefined : parts.departments;
  if (parts.whole || !parts.shared) return registrations(db, own, running, departments);
  const others = enabled(config.check(addresses, (id) => !parts.owns(id)).feeds);
  const theirs = others.map(({ connector }) => connector.id);
  return registrations(db, [...own, ...others], [...running, ...theirs], departments);
}

/** Which of the demo's stand-ins belong to the feeds and channels that run here. */
export const standInsOf = (parts: Parts, config: Config): Pick<DemoOptions, 'sources' | 'feeds'> =>
  parts.whole ? {} : { sources: config.demoNames((id) => parts.owns(id), parts.shared), feeds: (id) => parts.owns(id) };
