import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { STEPS, type Step } from '../exchange/steps.js';
import type { Party } from '../model/exchange.js';
import { EmbeddedDatabase } from '../server/database/embedded-database.js';
import { packageRoot } from '../server/root.js';
import { sideDatabases, verified } from './support/exchange-databases.js';
import type { HubOrders } from './support/exchange-hub.js';
import { CITY, Line, makeKey, PREFECTURE, peerYaml, QUICK } from './support/exchange-pair.js';
import { onDatabase } from './support/exchange-platform.js';
import { until } from './support/running-hub.js';
import { identifierOf, officeFeed, WarningOffice } from './support/warning-office.js';

// npm run exchange:crash: two hubs in processes of their own exchange warnings and signs of life. Each is ended with SIGKILL at every step of a
// hand-over and started again, one after the other and then both at once (`-- both`: only that). At the end every warning is there once, every
// bundle is over, and both sides verify.

type Key = ReturnType<typeof makeKey>;

/** One side: its process, started again and again over one database. */
class Side {
  #child: ChildProcess | undefined;
  restarts = 0;

  constructor(
    readonly name: string,
    readonly url: string,
    readonly party: Party,
    readonly key: Key,
    private readonly back: Line,
    private readonly orders: HubOrders['side'],
  ) {}

  start(killAt?: Step): { readonly ended: Promise<unknown[]> } {
    const orders: HubOrders = { databaseUrl: this.url, side: this.orders, killAt };
    const child = spawn(
      process.execPath,
      ['--import', 'tsx', 'tests/support/exchange-hub.ts', JSON.stringify(orders)],
      {
        cwd: packageRoot(),
        env: { PATH: process.env.PATH },
        stdio: ['ignore', 'pipe', 'inherit'],
      },
    );
    this.#child = child;
    this.restarts += 1;
    createInterface({ input: child.stdout }).once('line', (address) => this.back.leadTo(address));
    return { ended: once(child, 'exit') };
  }

  async stop(): Promise<void> {
    if (!this.#child || this.#child.exitCode !== null || this.#child.signalCode !== null) return;
    const ended = once(this.#child, 'exit');
    this.#child.kill('SIGTERM');
    await ended;
  }

  /** Ends at each step and is started again. `onStep`: what is to happen meanwhile. */
  async walk(onStep: () => void): Promise<void> {
    for (const [n, step] of STEPS.entries()) {
      const from = Date.now();
      const { ended } = this.start(step);
      onStep();
      const [, signal] = (await ended) as [number | null, string | null];
      if (signal !== 'SIGKILL') throw new Error(`${this.name} ended by itself (${signal}) before "${step}"`);
      process.stdout.write(`${this.name.padEnd(11)}${n + 1}/${STEPS.length}  ${step}  ${Date.now() - from} ms\n`);
    }
    this.start();
  }

  rows<T>(sql: string): Promise<T[]> {
    return onDatabase(this.url, async (client) => (await client.query(sql)).rows as T[]);
  }
}

async function main(): Promise<number> {
  const from = Date.now();
  const folder = mkdtempSync(join(tmpdir(), 'fenghuo-crash-'));
  const database = new EmbeddedDatabase({ folder });
  const lines = [await Line.open(), await Line.open()] as const;
  const office = new WarningOffice();
  const sides: Side[] = [];
  try {
    const { url } = await database.start();
    const [city, prefecture] = await makeSides(url, lines, await office.start());
    sides.push(city, prefecture);
    let issued = 0;
    const issue = (): void => {
      for (let n = 0; n < 2; n += 1) {
        issued += 1;
        office.issue({ identifier: identifierOf(issued), expiresAt: new Date(Date.now() + 6 * 3_600_000) });
      }
    };
    // One after another with the other side up, then both at once; `both`: only that.
    if (process.argv[2] !== 'both') {
      prefecture.start();
      await city.walk(issue);
      await prefecture.stop();
      await prefecture.walk(issue);
      await Promise.all([city.stop(), prefecture.stop()]);
    }
    await Promise.all([city.walk(issue), prefecture.walk(issue)]);
    return await judge(city, prefecture, issued, from);
  } finally {
    await Promise.all(sides.map((side) => side.stop()));
    await Promise.all([office.stop(), ...lines.map((line) => line.close())]);
    await database.stop();
    rmSync(folder, { recursive: true, force: true });
  }
}

async function makeSides(server: string, [up, down]: readonly [Line, Line], office: string): Promise<[Side, Side]> {
  const keys = { city: makeKey('city-1'), prefecture: makeKey('prefecture-1') };
  const flow = { flow: { warning: { statuses: ['ACTUAL', 'EXERCISE'] } } };
  const quick = { ...QUICK, heartbeatSeconds: 1, ...flow };
  const [cityUrl = '', prefectureUrl = ''] = await sideDatabases(server, ['city', 'prefecture']);
  const secret = ({ kid, pem }: Key): { kid: string; pem: string } => ({ kid, pem });
  const city = new Side('city', cityUrl, CITY, keys.city, down, {
    ...{ party: CITY, tier: 'CITY', keys: [secret(keys.city)], feeds: officeFeed(office) },
    peers: { prefecture: peerYaml(PREFECTURE, 'PREFECTURE', [keys.prefecture], { ...quick, push: { url: up.url } }) },
  });
  const prefecture = new Side('prefecture', prefectureUrl, PREFECTURE, keys.prefecture, up, {
    ...{ party: PREFECTURE, tier: 'PREFECTURE', keys: [secret(keys.prefecture)] },
    peers: { city: peerYaml(CITY, 'CITY', [keys.city], { ...quick, push: { url: down.url } }) },
  });
  return [city, prefecture];
}

/** What came of it; 1 where anything is lost, doubled, open or not as it was written. */
async function judge(city: Side, prefecture: Side, issued: number, from: number): Promise<number> {
  const faults: string[] = [];
  const warnings = (): Promise<{ id: string; told: number }[]> =>
    prefecture.rows(
      `SELECT w.identifier AS id, (SELECT count(*)::int FROM log_entry e WHERE e.topic = 'warning' AND e.key = w.identifier) AS told FROM warning w`,
    );
  const found = await until(warnings, (rows) => rows.length >= issued, 60_000).catch(warnings);
  if (found.length !== issued) faults.push(`${issued} warnings were issued, ${found.length} are at the prefecture`);
  for (const { id, told } of found.filter((row) => row.told !== 1)) faults.push(`${id} was told ${told} times`);
  for (const side of [city, prefecture]) {
    const open = (): Promise<{ n: number }[]> =>
      side.rows(
        `SELECT count(*)::int AS n FROM exchange_bundle WHERE state NOT IN ('ACTED', 'APPLIED') AND stored_at < now() - interval '5 s'`,
      );
    const [still] = await until(open, ([row]) => row?.n === 0, 30_000).catch(open);
    if (still?.n !== 0) faults.push(`${side.name}: ${still?.n} bundles are not over`);
  }
  await Promise.all([city.stop(), prefecture.stop()]);
  for (const side of [city, prefecture]) {
    const { faults: broken, records } = await verified(side, [city, prefecture]);
    process.stdout.write(`${side.name}: ${records} bundles and receipts verified, ${side.restarts} starts\n`);
    faults.push(...broken.map((fault) => `${side.name}: ${fault}`));
  }
  for (const fault of faults) process.stdout.write(`WRONG: ${fault}\n`);
  const seconds = Math.round((Date.now() - from) / 1000);
  process.stdout.write(
    `${issued} warnings, ${city.restarts + prefecture.restarts} starts, each ended but the last at one of ${STEPS.length} steps, ${seconds} s: ${faults.length} faults\n`,
  );
  return faults.length === 0 ? 0 : 1;
}

main().then(
  (code) => {
    process.exitCode = code;
  },
  (error: unknown) => {
    process.stderr.write(`${error instanceof Error ? error.stack : error}\n`);
    process.exitCode = 2;
  },
);
