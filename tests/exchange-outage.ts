import { mkdtempSync, rmSync } from 'node:fs';
import { cpus, tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { EmbeddedDatabase } from '../server/database/embedded-database.js';
import type { Hub } from '../server/hub.js';
import { sideDatabases, type VerifiedSide, verified } from './support/exchange-databases.js';
import { CITY, Line, makeKey, PREFECTURE, peerYaml, QUICK, startSide } from './support/exchange-pair.js';
import { onDatabase } from './support/exchange-platform.js';
import { ask, FEED_KEY, until } from './support/running-hub.js';
import { identifierOf, officeFeed, WarningOffice } from './support/warning-office.js';

// npm run exchange:outage: two whole hubs in this process, their clocks set on by the run, lose the line between them for 12 hours (OUTAGE_HOURS).
// Each quarter of an hour the city's weather office issues a warning and its stations observe; each hour there are digests. Says what piled up, what
// it took to catch up, and ends with 1 where anything is lost, doubled, out of order or does not verify.

const HOURS = Number(process.env.OUTAGE_HOURS ?? 12);
const STATIONS = 250;
const QUARTER_MS = 15 * 60_000;
const IDLE_MS = 30_000;
const FLOW = {
  ...{ warning: { statuses: ['ACTUAL', 'EXERCISE'] }, warningReach: {}, incidentReport: {}, instruction: {} },
  ...{ observationDigest: { everyMinutes: 60 }, resourceDigest: { everyMinutes: 60 }, acknowledgement: {} },
};

/** Statements of a hub: all, and those of the exchange with the brackets of transactions. */
class Statements {
  all = 0;
  exchange = 0;
  readonly count = (sql: string): void => {
    this.all += 1;
    if (/exchange_|hashtextextended|access_grant|^\s*(BEGIN|COMMIT)/i.test(sql)) this.exchange += 1;
  };
  reset(): void {
    this.all = this.exchange = 0;
  }
}

interface World {
  readonly city: Hub;
  readonly sides: readonly [VerifiedSide, VerifiedSide];
  readonly lines: readonly Line[];
  readonly office: WarningOffice;
  readonly statements: readonly [Statements, Statements];
  issued: number;
  now: number;
}

const say = (what: string, figures: object): void =>
  void process.stdout.write(`${what.padEnd(22)}${JSON.stringify(figures)}\n`);

function memory(): { rssMb: number; heapMb: number } {
  globalThis.gc?.();
  const { heapUsed, rss } = process.memoryUsage();
  return { rssMb: Math.round(rss / 1e6), heapMb: Math.round(heapUsed / 1e6) };
}

const rows = <T>({ url }: VerifiedSide, sql: string): Promise<T[]> =>
  onDatabase(url, async (client) => (await client.query(sql)).rows as T[]);

/** A quarter of an hour passes: stations observe, a warning is issued, and each hour its digests are told. */
async function quarter(world: World): Promise<void> {
  const [city] = world.sides;
  world.now += QUARTER_MS;
  const at = new Date(world.now);
  const csv = [
    'station,at,level',
    ...stations().map((code, i) => `${code},${at.toISOString()},${100 + ((world.issued + i) % 20)}`),
  ];
  const answer = await fetch(`${world.city.url}/feeds/water/levels`, {
    method: 'POST',
    headers: { authorization: `Bearer ${FEED_KEY}`, 'content-type': 'text/csv' },
    body: csv.join('\n'),
  });
  if (!answer.ok) throw new Error(`the levels are refused: ${answer.status} ${await answer.text()}`);
  world.issued += 1;
  const identifier = identifierOf(world.issued);
  world.office.issue({ identifier, sentAt: at, expiresAt: new Date(world.now + 48 * 3_600_000) });
  const hour = new Date(Math.floor(world.now / 3_600_000) * 3_600_000).toISOString();
  await until(
    () =>
      rows<{ n: number }>(
        city,
        `SELECT count(*) AS n FROM warning w, exchange_last_told t
         WHERE w.identifier = '${identifier}' AND t.source = 'observationDigest' AND t.told >= '${hour}'`,
      ),
    ([found]) => (found?.n ?? 0) === 1,
    120_000,
  );
}

const stations = (): string[] => Array.from({ length: STATIONS }, (_, i) => `L${i + 1}`);

/** Until nothing waits and every bundle is over, on both sides. */
async function settled({ sides }: World): Promise<void> {
  for (const side of sides)
    await until(
      () =>
        rows<{ n: number }>(
          side,
          `SELECT (SELECT count(*) FROM exchange_outbox)
             + (SELECT count(*) FROM exchange_bundle WHERE state NOT IN ('ACTED', 'APPLIED')) AS n`,
        ),
      ([open]) => open?.n === 0,
      300_000,
    );
}

/** Of one hub with one peer, all kinds flowing, its clock standing: after what the last quarter still has to tell. */
async function idle(world: World): Promise<void> {
  const [, prefecture] = world.statements;
  await pause(IDLE_MS / 2);
  await settled(world);
  prefecture.reset();
  await pause(IDLE_MS);
  const each = (count: number): number => Math.round((count / IDLE_MS) * 10_000) / 10;
  say('idle, per second', { statements: each(prefecture.exchange), ofTheWholeHub: each(prefecture.all) });
}

/** What lies at the city: bundles and items that the prefecture is not known to have, and rows not yet in a bundle. */
async function backlog({ sides: [city] }: World): Promise<object> {
  const bundles = await rows<{ kind: string; bundles: number; items: number }>(
    city,
    `SELECT kind, count(*) AS bundles, sum(item_count)::int AS items FROM exchange_bundle WHERE direction = 'OUT' AND state = 'SEALED' GROUP BY 1 ORDER BY 1`,
  );
  const waiting = await rows<{ source: string; n: number }>(
    city,
    'SELECT source, count(*) AS n FROM exchange_outbox GROUP BY 1 ORDER BY 1',
  );
  return {
    bundles: Object.fromEntries(bundles.map((row) => [row.kind, `${row.bundles} (${row.items} items)`])),
    waiting: Object.fromEntries(waiting.map(({ n, source }) => [source, n])),
  };
}

const totals = async (side: VerifiedSide): Promise<{ bundles: number; receipts: number }> =>
  (
    await rows<{ bundles: number; receipts: number }>(
      side,
      `SELECT (SELECT count(*) FROM exchange_bundle) AS bundles, (SELECT count(*) FROM exchange_receipt) AS receipts`,
    )
  )[0] as { bundles: number; receipts: number };

async function outage(world: World): Promise<void> {
  const { lines, sides, statements } = world;
  for (const line of lines) line.cut();
  const before = await totals(sides[0]);
  say('line down', memory());
  for (let n = 0; n < HOURS * 4; n += 1) await quarter(world);
  say(`after ${HOURS} hours`, { ...memory(), ...(await backlog(world)) });
  const alarms = await rows<{ change: string | null; count: number | null }>(
    sides[0],
    `SELECT payload ->> 'change' AS change, (payload ->> 'count')::int AS count FROM log_entry
     WHERE topic = 'exchange' AND payload ->> 'kind' = 'OVERDUE' ORDER BY position`,
  );
  say('overdue', { told: alarms.length, of: alarms.map(({ change, count }) => `${change} ${count}`) });
  for (const each of statements) each.reset();
  const from = performance.now();
  for (const line of lines) line.mode = 'up';
  await settled(world);
  const seconds = Math.round((performance.now() - from) / 100) / 10;
  const after = await totals(sides[0]);
  say('caught up', {
    ...{ seconds, statements: { city: statements[0].exchange, prefecture: statements[1].exchange } },
    ...{ bundles: after.bundles - before.bundles, receipts: after.receipts - before.receipts, ...memory() },
  });
}

/** What is wrong with what arrived. */
async function judge({ sides, issued }: World): Promise<string[]> {
  const [city, prefecture] = sides;
  const faults: string[] = [];
  const told = await rows<{ key: string }>(
    prefecture,
    `SELECT key FROM log_entry WHERE topic = 'warning' AND payload ->> 'kind' <> 'EXPIRED' ORDER BY position`,
  );
  const wanted = Array.from({ length: issued }, (_, i) => identifierOf(i + 1));
  if (JSON.stringify(told.map(({ key }) => key)) !== JSON.stringify(wanted))
    faults.push(`${issued} warnings were issued; the prefecture tells of ${told.length}, or in another order`);
  const [last] = await rows<{ told: string }>(
    city,
    `SELECT told FROM exchange_last_told WHERE source = 'observationDigest'`,
  );
  const held = await rows<{ version: string; n: number }>(
    prefecture,
    `SELECT version, count(*) AS n FROM exchange_holding WHERE kind = 'observationDigest' GROUP BY 1`,
  );
  if (held.length !== 1 || held[0]?.version !== last?.told || held[0]?.n !== STATIONS)
    faults.push(`digests: ${JSON.stringify(held)} in place of ${STATIONS} of ${last?.told}`);
  return faults;
}

async function open(
  server: string,
  lines: readonly [Line, Line],
  office: WarningOffice,
): Promise<World & { stop(): Promise<void> }> {
  const keys = { city: makeKey('city-1'), prefecture: makeKey('prefecture-1') };
  const [cityUrl = '', prefectureUrl = ''] = await sideDatabases(server, ['city', 'prefecture']);
  const [up, down] = lines;
  const statements = [new Statements(), new Statements()] as const;
  const world = { now: Date.now(), issued: 0 };
  const now = (): Date => new Date(world.now);
  const road = { ...QUICK, heartbeatSeconds: 300, flow: FLOW };
  const drop = (): Promise<void> => Promise.resolve();
  const prefecture = await startSide(
    { url: prefectureUrl, drop },
    {
      ...{
        party: PREFECTURE,
        tier: 'PREFECTURE',
        keys: [keys.prefecture],
        hub: { now, onStatement: statements[1].count },
      },
      peers: { wusu: peerYaml(CITY, 'CITY', [keys.city], { ...road, push: { url: down.url } }) },
    },
  );
  const city = await startSide(
    { url: cityUrl, drop },
    {
      ...{ party: CITY, tier: 'CITY', keys: [keys.city], hub: { now, onStatement: statements[0].count } },
      feeds: `${officeFeed(await office.start())}\n  water/levels: ${JSON.stringify(LEVELS)}`,
      peers: { prefecture: peerYaml(PREFECTURE, 'PREFECTURE', [keys.prefecture], { ...road, push: { url: up.url } }) },
    },
  );
  up.leadTo(prefecture.url);
  down.leadTo(city.url);
  const sides = [
    { url: cityUrl, party: CITY, key: keys.city },
    { url: prefectureUrl, party: PREFECTURE, key: keys.prefecture },
  ] as const;
  const stop = async (): Promise<void> => void (await Promise.all([city.stop(), prefecture.stop()]));
  return Object.assign(world, { ...{ city, lines, office, sides, statements, stop } });
}

const LEVELS = {
  ...{
    title: { en: 'Water levels', zh: '水位' },
    transport: 'http-push',
    push: { key: { generated: 'x' } },
    format: 'csv',
  },
  mapping: '{ "station": station, "observedAt": at, "values": { "water-level": $number(level) } }',
  ...{ zone: 'UTC', crs: 'WGS84', expectedEverySeconds: 900, exercise: true, to: 'observation' },
  stations: stations().map((code, i) => ({ code, name: `演练·${code}`, lon: 84.5 + i / 2000, lat: 44.4 })),
};

async function main(): Promise<number> {
  const folder = mkdtempSync(join(tmpdir(), 'fenghuo-outage-'));
  const database = new EmbeddedDatabase({ folder });
  const lines = [await Line.open(), await Line.open()] as const;
  const office = new WarningOffice();
  let world: Awaited<ReturnType<typeof open>> | undefined;
  try {
    world = await open((await database.start()).url, lines, office);
    say('machine', { cores: cpus().length, node: process.version, stations: STATIONS, hours: HOURS });
    await ask(
      world.city.url,
      'mutation { grantDataset(input: { feed: "water/levels", toPeer: "prefecture", reason: "x" }) { id } }',
    );
    for (let n = 0; n < 4; n += 1) await quarter(world);
    await settled(world);
    await idle(world);
    await outage(world);
    const faults = await judge(world);
    await world.stop();
    for (const side of world.sides) {
      const { faults: broken, records } = await verified(side, world.sides, new Date(world.now));
      say('verified', { orgCode: side.party.orgCode, records, faults: broken.length });
      faults.push(...broken);
    }
    for (const fault of faults) process.stdout.write(`WRONG: ${fault}\n`);
    process.stdout.write(`${world.issued} warnings, ${HOURS} hours without a line: ${faults.length} faults\n`);
    return faults.length === 0 ? 0 : 1;
  } finally {
    await world?.stop().catch(() => {});
    await Promise.all([office.stop(), ...lines.map((line) => line.close())]);
    await database.stop();
    rmSync(folder, { recursive: true, force: true });
  }
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
