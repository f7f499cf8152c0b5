import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import pg from 'pg';
import { readConfig } from '../../server/config.js';
import { connectors } from '../../server/connectors.js';
import { Hub, type HubOptions } from '../../server/hub.js';
import { packageRoot } from '../../server/root.js';
import { oneSchema } from './one-schema.js';

export const ADMIN_KEY = 'the-admin-key-of-the-tests';
/** The key of every push feed of the tests. */
export const FEED_KEY = 'the-key-of-a-push-feed';

const head = (area: string): string => `hub:\n  area: "${area}"\n  keepObservationsDays: 400`;

/** Parses settings of feeds as a settings file would hold them. */
function configOf(
  feeds: string,
  hubLines = '',
  area = '654202',
): { config: HubOptions['config']; folder: string; path: string } {
  const folder = mkdtempSync(join(tmpdir(), 'fenghuo-test-'));
  const path = join(folder, 'hub.yaml');
  writeFileSync(path, `${head(area)}${hubLines && `\n${hubLines}`}\nfeeds:${feeds || ' {}'}\n`);
  return { config: readConfig(path, connectors, { env: () => undefined, generated: () => FEED_KEY }), folder, path };
}

const silent = { warn: () => {}, error: () => {} };

/** A hub in this process over a database, listening on a free port of loopback. The tests read with the admin key. */
export async function startHub(
  databaseUrl: string,
  feeds = '',
  options: Partial<HubOptions> = {},
  /** Further lines of `hub:`. */
  hubLines = '',
  area?: string,
): Promise<Hub> {
  const { config, folder } = configOf(feeds, hubLines, area);
  rmSync(folder, { recursive: true, force: true });
  const hub = new Hub({
    config,
    databaseUrl,
    host: '127.0.0.1',
    port: 0,
    adminKey: ADMIN_KEY,
    logger: silent,
    ...(options.parts ? {} : { schema: oneSchema() }),
    ...options,
  });
  await hub.start();
  return hub;
}

export interface HubChild {
  readonly url: string;
  readonly child: ChildProcess;
  readonly lines: string[];
  kill(signal: NodeJS.Signals): Promise<{ code: number | null; milliseconds: number }>;
}

/** A hub as `npm start` runs it, in a process of its own; resolves when it says that it is ready. */
export async function spawnHub(env: Readonly<Record<string, string>>, feeds?: string): Promise<HubChild> {
  const made = feeds === undefined ? undefined : configOf(feeds);
  const child = spawn(process.execPath, ['dist/tests-run/server/main.js'], {
    cwd: packageRoot(),
    env: {
      PATH: process.env.PATH ?? '',
      PORT: '0',
      HUB_ADMIN_KEY: ADMIN_KEY,
      LOG_LEVEL: 'silent',
      ...(made ? { HUB_CONFIG: made.path } : {}),
      ...env,
    },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const lines: string[] = [];
  const exited = once(child, 'exit') as Promise<[number | null]>;
  const url = await new Promise<string>((resolve, reject) => {
    createInterface({ input: child.stdout }).on('line', (line) => {
      lines.push(line);
      const ready = /^ready\s+(http:\S+)\/graphql$/.exec(line)?.[1];
      if (ready) resolve(ready);
    });
    void exited.then(([code]) => reject(new Error(`the hub ended with ${code}: ${lines.join(' | ')}`)));
  });
  return {
    url,
    child,
    lines,
    kill: async (signal) => {
      const startedAt = Date.now();
      child.kill(signal);
      const [code] = await exited;
      if (made) rmSync(made.folder, { recursive: true, force: true });
      return { code, milliseconds: Date.now() - startedAt };
    },
  };
}

/** Asks a running hub; throws the first error of the answer with its code. */
export async function ask<T>(url: string, query: string, variables: Record<string, unknown> = {}): Promise<T> {
  const response = await fetch(`${url}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', authorization: `Bearer ${ADMIN_KEY}` },
    body: JSON.stringify({ query, variables }),
    signal: AbortSignal.timeout(15_000),
  });
  const answer = (await response.json()) as { data: T; errors?: { message: string }[] };
  if (answer.errors?.[0]) throw Object.assign(new Error(answer.errors[0].message), answer.errors[0]);
  return answer.data;
}

/** Asks again and again until the answer is as wanted; the limit is for a hub that never gets there. */
export async function until<T>(read: () => Promise<T>, wanted: (value: T) => boolean, limitMs = 20_000): Promise<T> {
  const limit = Date.now() + limitMs;
  for (;;) {
    const value = await read().catch((error: unknown) => {
      if (Date.now() > limit) throw error;
      return undefined;
    });
    if (value !== undefined && wanted(value)) return value;
    if (Date.now() > limit) throw new Error(`not so within ${limitMs} ms; at last: ${JSON.stringify(value)}`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

/** Options of the stock graphql-ws client for a reader of these hubs. */
export const reader = { connectionParams: { authorization: `Bearer ${ADMIN_KEY}` } };

/** How many live subscriptions a hub has, by its own metrics. */
export async function subscribers(url: string): Promise<number> {
  const text = await (await fetch(`${url}/metrics`)).text();
  return Number(/^fenghuo_subscribers (\d+)$/m.exec(text)?.[1]);
}

/** The cursor before everything that a database's log holds. */
export async function startOfLog(url: string): Promise<string> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  const { rows } = await client.query<{ epoch: string }>('SELECT epoch FROM log_head');
  await client.end();
  return `${rows[0]?.epoch}:0`;
}
