import { join, resolve } from 'node:path';
import { messageOf } from '../model/errors.js';
import { keptKey } from './access/kept-key.js';
import { keptAuditKey } from './audit/key.js';
import { type Config, ConfigError, readConfig } from './config.js';
import { connectors } from './connectors.js';
import { EmbeddedDatabase } from './database/embedded-database.js';
import { UNREACHABLE } from './demo.js';
import { demoDepartments } from './demo-departments.js';
import { type Environment, readEnvironment } from './environment.js';
import { Hub } from './hub.js';
import { cleanText } from './log-cleaning.js';
import { captureConsole, stderrLogger } from './logger.js';
import { ownFeeds, standInsOf } from './part-feeds.js';
import { type Parts, readParts } from './parts.js';
import { packageRoot } from './root.js';
import { assertSafe } from './safe-start.js';

const line = (text: string): void => void process.stdout.write(`${text}\n`);

/** Starts the hub from the environment (CONTRACT: PORT, HOST, DATABASE_URL, HUB_DATA_DIR, HUB_CONFIG, HUB_ADMIN_KEY). */
async function main(): Promise<void> {
  const parts = readParts(process.argv.slice(2));
  const env = readEnvironment(process.env);
  const logger = stderrLogger(env.LOG_LEVEL);
  captureConsole(logger);
  const dataFolder = resolve(env.HUB_DATA_DIR);
  const keys = join(dataFolder, 'keys');
  const read = (): Config =>
    readConfig(resolve(env.HUB_CONFIG ?? join(packageRoot(), 'config', 'demo.yaml')), connectors, {
      env: (name) => process.env[name],
      generated: (name) => keptKey(keys, name).key,
    });
  const config = read();
  assertStartable(parts, config, env);
  const stops: (() => Promise<void>)[] = [];
  onceStopped(stops);
  const running: { hub?: Hub } = {};
  process.on('SIGHUP', () => void reload(running.hub));
  line('烽火 Fenghuo');
  const databaseUrl = env.DATABASE_URL ?? (await startEmbedded(dataFolder, stops));
  if (env.DATABASE_URL) line('database  DATABASE_URL');
  const admin = env.HUB_ADMIN_KEY ? undefined : keptKey(keys, 'admin');
  const adminKey = env.HUB_ADMIN_KEY ?? (admin as { key: string }).key;
  const hub = new Hub({
    config,
    readConfig: read,
    databaseUrl,
    parts,
    host: env.HOST,
    port: env.PORT,
    adminKey,
    auditKey: () => keptAuditKey(keys),
    auditWitness: join(keys, parts.shared ? 'audit.end' : `audit-${parts.list.join('-')}.end`),
    demo: config.hub.demo.enabled
      ? demoDepartments({
          ...standInsOf(parts, config),
          speed: env.HUB_DEMO_SPEED ?? config.hub.demo.speed,
          adminKey,
          databaseUrl,
          key: (name) => keptKey(keys, name).key,
        })
      : undefined,
    demoKeys: keys,
    logger,
    onLine: line,
  });
  stops.push(() => hub.stop());
  running.hub = hub;
  await hub.start();
  // Where the hub serves for real its key is nobody's to read over a shoulder, or out of a log of the start.
  if (admin?.made && config.hub.demo.enabled) line(`admin key ${admin.key}  (kept in ${admin.path})`);
  else if (admin?.made) line(`admin key kept in ${admin.path}, readable by its owner alone`);
  if (config.hub.demo.enabled && parts.shared) line(`demo keys ${keys}/demo-*.key  (one for each kind of user)`);
  line(`ready     ${hub.url}/graphql`);
}

/** Every mistake in the settings is told before anything starts; what other processes run is theirs to check. */
function assertStartable(parts: Parts, config: Config, env: Environment): void {
  const addresses = config.hub.demo.enabled ? UNREACHABLE : {};
  ownFeeds(parts, config, addresses);
  if (parts.shared) {
    config.capSigning();
    config.channels(addresses);
    config.exchange(addresses);
  }
  assertSafe(config, env);
  assertOneDatabase(parts, env.DATABASE_URL);
}

/** Parts in processes of their own meet in one database; an embedded one is known to its own process alone. */
function assertOneDatabase(parts: Parts, databaseUrl: string | undefined): void {
  if (databaseUrl === undefined && !parts.shared)
    throw new ConfigError(
      `--departments ${parts.list.join(',')}, DATABASE_URL: parts of the hub work over one database, and the embedded one is for a hub in a single process: set DATABASE_URL to the database of the process with --departments shared`,
    );
}

async function startEmbedded(folder: string, stops: (() => Promise<void>)[]): Promise<string> {
  const database = new EmbeddedDatabase({ folder, onLine: (text) => line(`database  ${text}`) });
  stops.push(() => database.stop());
  const { url, place, user } = await database.start();
  line(`database  PostgreSQL in ${place}, run by ${user}`);
  return url;
}

/** On SIGHUP: says in one line what the settings file has changed, or what is wrong with it. */
async function reload(hub: Hub | undefined): Promise<void> {
  if (!hub) return line('settings  not reloaded: the hub is still starting');
  try {
    const { error, unchanged, ...different } = await hub.reload();
    const parts = Object.entries(different).filter(([, ids]) => ids.length > 0);
    const text = parts.map(([what, ids]) => `${what} ${ids.join(', ')}`).join('; ');
    line(`settings  ${error ?? (text || `nothing changed for ${unchanged.length} feeds`)}`);
  } catch (error) {
    line(`settings  not reloaded: ${messageOf(error)}`);
  }
}

/** Stops everything once, last first, on Ctrl-C or SIGTERM; a second signal ends at once. After a failed start the exit code stays 1. */
function onceStopped(stops: readonly (() => Promise<void>)[]): void {
  let stopping = false;
  const stop = (): void => {
    if (stopping) process.exit(1);
    stopping = true;
    line('stopping');
    const limit = setTimeout(() => process.exit(1), 15_000);
    limit.unref();
    void [...stops]
      .reverse()
      .reduce((before, each) => before.then(each), Promise.resolve())
      .then(
        () => process.exit(),
        (error) => {
          process.stderr.write(`${messageOf(error)}\n`);
          process.exit(1);
        },
      );
  };
  process.on('SIGINT', stop);
  process.on('SIGTERM', stop);
}

main().catch((error: unknown) => {
  process.stderr.write(
    error instanceof ConfigError ? `${error.message}\n` : `the hub could not start: ${cleanText(messageOf(error))}\n`,
  );
  process.exitCode = 1;
  // Nothing listens yet where the settings themselves are wrong: then the process ends by itself.
  if (process.listenerCount('SIGTERM') > 0) process.kill(process.pid, 'SIGTERM');
});
