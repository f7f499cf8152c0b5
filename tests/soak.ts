/**
 * `npm run soak`: the hub, as `npm start` runs it, takes the demo's feeds for ten minutes (SOAK_MINUTES) with flat memory.
 * Prints a line every ten seconds, then what was held to and what was found; ends with 1 where it did not hold.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { type Client, createClient } from 'graphql-ws';
import WebSocket from 'ws';
import { ask, reader, spawnHub } from './support/running-hub.js';

const minutes = Number(process.env.SOAK_MINUTES ?? 10);
const EVERY_MS = 10_000;
/** Caches fill and the engine's optimiser settles first. */
const WARM_UP = 0.3;
/** Growth of the heap's floor that counts as flat, beside the noise of ten minutes. */
const FLAT_MB = 15;
/** The same of the whole process: it also holds buffers, code and pages that the engine gives back late. */
const FLAT_RESIDENT_MB = 60;

interface Sample {
  readonly heapMb: number;
  readonly residentMb: number;
  readonly descriptors: number;
}
interface FeedSeen {
  readonly id: string;
  readonly department: { readonly code: string };
  readonly mode: string;
  readonly state: string;
  readonly stateReason: string | null;
  readonly receivedCount: number;
  readonly rejectedCount: number;
}

async function sample(url: string): Promise<Sample> {
  const text = await (await fetch(`${url}/metrics`, { signal: AbortSignal.timeout(10_000) })).text();
  const value = (name: string): number => Number(new RegExp(`^${name} (\\S+)$`, 'm').exec(text)?.[1] ?? Number.NaN);
  return {
    heapMb: value('nodejs_heap_size_used_bytes') / 1e6,
    residentMb: value('process_resident_memory_bytes') / 1e6,
    descriptors: value('process_open_fds'),
  };
}

const feedsOf = async (url: string): Promise<FeedSeen[]> =>
  (
    await ask<{ feeds: FeedSeen[] }>(
      url,
      '{ feeds { id department { code } mode state stateReason receivedCount rejectedCount } }',
    )
  ).feeds.filter((feed) => feed.state !== 'DISABLED');

/** A query that joins a department's own service, whether that answers or not. */
const askLive = (url: string): Promise<unknown> =>
  ask(url, '{ scenicAreas { edges { node { live { stale } } } } }').catch(() => undefined);

/** Live readers, as front-ends would be: every warning and every observation. */
function follow(url: string): { client: Client; seen: { warnings: number; observations: number } } {
  const client = createClient({ url: `${url.replace('http', 'ws')}/graphql`, webSocketImpl: WebSocket, ...reader });
  const seen = { warnings: 0, observations: 0 };
  const count = (query: string, what: keyof typeof seen): void => {
    client.subscribe(
      { query },
      {
        next: () => {
          seen[what] += 1;
        },
        error: (error) => console.error(`a subscription of ${what} failed`, error),
        complete: () => {},
      },
    );
  };
  count('subscription { warningChanged { cursor } }', 'warnings');
  count('subscription { observationAdded { value } }', 'observations');
  return { client, seen };
}

/** The floor of a part of the run: garbage not yet collected lies above it. */
const floorOf = (part: readonly Sample[], of: 'heapMb' | 'residentMb'): number => {
  const sorted = part.map((each) => each[of]).sort((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 4)] ?? Number.NaN;
};

async function run(): Promise<string[]> {
  const folder = mkdtempSync(join(tmpdir(), 'fenghuo-soak-'));
  const hub = await spawnHub({ HUB_DATA_DIR: folder });
  const { client, seen } = follow(hub.url);
  const samples: Sample[] = [];
  const faults: string[] = [];
  const endAt = Date.now() + minutes * 60_000;
  while (Date.now() < endAt && hub.child.exitCode === null) {
    await pause(Math.min(EVERY_MS, Math.max(0, endAt - Date.now())));
    const [now, feeds] = await Promise.all([sample(hub.url), feedsOf(hub.url)]);
    samples.push(now);
    await askLive(hub.url);
    const sick = feeds.filter(({ state }) => state !== 'LIVE');
    const past = samples.length * EVERY_MS > minutes * 60_000 * WARM_UP;
    // By the story, the service that is asked live is too busy for a while.
    const unplanned = sick.filter(({ mode }) => mode !== 'LIVE');
    if (past) faults.push(...unplanned.map(({ id, state, stateReason }) => `${id} was ${state}: ${stateReason}`));
    console.log(
      `${String(samples.length * 10).padStart(5)} s  heap ${now.heapMb.toFixed(0)} MB  resident ${now.residentMb.toFixed(0)} MB  descriptors ${now.descriptors}  feeds ${feeds.length - sick.length}/${feeds.length} live  observations ${seen.observations}  warnings ${seen.warnings}`,
    );
  }
  const feeds = await feedsOf(hub.url);
  faults.push(...verdict(samples, feeds, seen));
  await client.dispose();
  const { code, milliseconds } = await hub.kill('SIGTERM');
  if (code !== 0) faults.push(`the hub ended with ${code} after ${milliseconds} ms`);
  rmSync(folder, { recursive: true, force: true });
  return [...new Set(faults)];
}

function verdict(
  samples: readonly Sample[],
  feeds: readonly FeedSeen[],
  seen: { warnings: number; observations: number },
): string[] {
  const warm = samples.slice(Math.floor(samples.length * WARM_UP));
  const half = Math.floor(warm.length / 2);
  const growth = (of: 'heapMb' | 'residentMb'): number =>
    floorOf(warm.slice(half), of) - floorOf(warm.slice(0, half), of);
  const [grown, resident] = [growth('heapMb'), growth('residentMb')];
  const descriptors = (warm.at(-1)?.descriptors ?? 0) - (warm[0]?.descriptors ?? 0);
  const departments = new Set(feeds.map(({ department }) => department.code)).size;
  console.log(
    `\n${feeds.length} feeds of ${departments} departments; heap floor ${grown >= 0 ? '+' : ''}${grown.toFixed(1)} MB from one half to the other, resident ${resident.toFixed(1)} MB; descriptors ${descriptors >= 0 ? '+' : ''}${descriptors}`,
  );
  for (const { id, receivedCount, rejectedCount } of feeds)
    console.log(`${id.padEnd(40)} ${receivedCount} received, ${rejectedCount} rejected`);
  return [
    ...(grown > FLAT_MB ? [`the heap's floor grew by ${grown.toFixed(1)} MB, at most ${FLAT_MB} is flat`] : []),
    ...(resident > FLAT_RESIDENT_MB
      ? [`the resident memory's floor grew by ${resident.toFixed(1)} MB, at most ${FLAT_RESIDENT_MB} is flat`]
      : []),
    ...(descriptors > 10 ? [`${descriptors} more descriptors are open than after the warm-up`] : []),
    ...(departments === 12 ? [] : [`${departments} departments have a feed, twelve should`]),
    ...feeds
      .filter(({ rejectedCount }) => rejectedCount > 0)
      .map(({ id, rejectedCount }) => `${id} rejected ${rejectedCount}`),
    ...(seen.observations > 0 && seen.warnings > 0 ? [] : ['the live readers heard nothing']),
  ];
}

const faults = await run();
for (const fault of faults) console.error(`NOT HELD  ${fault}`);
console.log(faults.length === 0 ? 'held' : `${faults.length} things did not hold`);
process.exitCode = faults.length === 0 ? 0 : 1;
