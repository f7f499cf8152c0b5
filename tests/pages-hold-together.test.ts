import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { graphql } from './generated/gql.js';
import { type Graph, openGraph } from './support/graph.js';
import { fireAlarmRecord, hotspotRecord, stationRecord, warningRecord } from './support/records.js';

const NOW = new Date('2026-06-01T08:00:00Z');
const COUNT = 23;
const numbers = Array.from({ length: COUNT }, (_, n) => n);
const before = (minutes: number): Date => new Date(NOW.getTime() - minutes * 60_000);
let graph: Graph;

beforeAll(async () => {
  graph = await openGraph(NOW, [
    { id: 'water/telemetry' },
    { id: 'weather/warnings' },
    { id: 'forestry/hotspots' },
    { id: 'forestry/video-alarms' },
  ]);
  await graph.take(
    'water/telemetry',
    numbers.map((n) => stationRecord(`S${n}`)),
    numbers.map((n) => ({ raw: `bad ${n}`, reason: 'malformed', detail: `frame ${n}` })),
  );
  // Several share a time: the order must not depend on it alone.
  await graph.take(
    'weather/warnings',
    numbers.map((n) => warningRecord(`W${n}`, before(Math.floor(n / 5)))),
  );
  await graph.take(
    'forestry/hotspots',
    numbers.map((n) => hotspotRecord(`H${n}`, before(Math.floor(n / 4)), 84.68, 44.44)),
  );
  await graph.take(
    'forestry/video-alarms',
    numbers.map((n) => fireAlarmRecord(`A${n}`, before(Math.floor(n / 4)))),
  );
});
afterAll(() => graph.close());

interface Connection {
  readonly edges: readonly { readonly cursor: string; readonly node: { readonly key: string } }[];
  readonly pageInfo: { readonly hasNextPage: boolean; readonly endCursor?: string | null };
}
type Turn = (first: number, after: string | null) => Promise<Connection>;

const LISTS = graphql(`
  query Lists($first: Int, $after: String, $stations: Boolean!, $warnings: Boolean!, $hotspots: Boolean!, $alarms: Boolean!) {
    stations(first: $first, after: $after) @include(if: $stations) {
      edges { cursor node { key: id } } pageInfo { hasNextPage endCursor }
    }
    warnings(first: $first, after: $after) @include(if: $warnings) {
      edges { cursor node { key: identifier } } pageInfo { hasNextPage endCursor }
    }
    fireHotspots(first: $first, after: $after) @include(if: $hotspots) {
      edges { cursor node { key: id } } pageInfo { hasNextPage endCursor }
    }
    fireAlarms(first: $first, after: $after) @include(if: $alarms) {
      edges { cursor node { key: id } } pageInfo { hasNextPage endCursor }
    }
  }
`);
const REJECTIONS = graphql(`
  query RejectionPages($first: Int, $after: String) {
    feed(id: "water/telemetry") {
      rejections(first: $first, after: $after) { edges { cursor node { key: detail } } pageInfo { hasNextPage endCursor } }
    }
  }
`);

const none = { stations: false, warnings: false, hotspots: false, alarms: false };
const lists: Record<string, Turn> = {
  stations: async (first, after) => (await graph.ask(LISTS, { ...none, stations: true, first, after })).stations!,
  warnings: async (first, after) => (await graph.ask(LISTS, { ...none, warnings: true, first, after })).warnings!,
  hotspots: async (first, after) => (await graph.ask(LISTS, { ...none, hotspots: true, first, after })).fireHotspots!,
  alarms: async (first, after) => (await graph.ask(LISTS, { ...none, alarms: true, first, after })).fireAlarms!,
  rejections: async (first, after) => (await graph.ask(REJECTIONS, { first, after })).feed!.rejections,
};

async function walk(turn: Turn, first: number): Promise<string[]> {
  const keys: string[] = [];
  for (let after: string | null = null; ; ) {
    const page: Connection = await turn(first, after);
    expect(page.edges.length).toBeLessThanOrEqual(first);
    keys.push(...page.edges.map(({ node }) => node.key));
    expect(page.pageInfo.endCursor).toBe(page.edges.at(-1)?.cursor);
    if (!page.pageInfo.hasNextPage) return keys;
    after = page.pageInfo.endCursor ?? null;
  }
}

describe.each(Object.keys(lists))('%s', (name) => {
  const turn = lists[name] as Turn;

  test('pages of any size give every item once, in the one order', async () => {
    const whole = await walk(turn, 200);
    expect(new Set(whole).size).toBe(COUNT);
    for (const size of [1, 4, COUNT - 1, COUNT]) expect(await walk(turn, size)).toEqual(whole);
  });

  test('a full last page knows that it is the last', async () => {
    const page = await turn(COUNT, null);
    expect(page.pageInfo.hasNextPage).toBe(false);
    expect((await turn(COUNT - 1, null)).pageInfo.hasNextPage).toBe(true);
  });

  test('what is no cursor of this list is BAD_INPUT, however it was forged', async () => {
    const forged = (...key: unknown[]): string => Buffer.from(JSON.stringify(key)).toString('base64url');
    const bad = ['', 'x', '💥', forged(), forged(1), forged('a', 'b', 'c'), forged('a\0b'), forged('x'.repeat(501))];
    bad.push(forged('nonsense', 'x'), forged(NOW.toISOString(), 'a\0b'), forged('2026-02-30T00:00:00.000Z', 'x'));
    // A station's key is any text; a rejection's is a number.
    if (name === 'rejections') bad.push(...['1e99', 'NaN', '-5', '9'.repeat(16), 'abc'].map((part) => forged(part)));
    for (const after of bad) await expect(turn(5, after)).rejects.toMatchObject({ extensions: { code: 'BAD_INPUT' } });
    expect(graph.internal).toEqual([]);
  });

  test('a page holds 1 to 200', async () => {
    for (const first of [0, -1, 201, 2_147_483_647])
      await expect(turn(first, null)).rejects.toMatchObject({ extensions: { code: 'BAD_INPUT' } });
    expect((await turn(200, null)).edges).toHaveLength(COUNT);
  });
});

test('newest first: warnings by issuedAt, rejections by arrival', async () => {
  const warnings = await walk(lists.warnings as Turn, 7);
  expect(warnings.map((key) => Math.floor(Number(key.slice(1)) / 5))).toEqual(numbers.map((n) => Math.floor(n / 5)));
  const { feed } = await graph.ask(REJECTIONS, { first: 200 });
  const { rows } = await graph.db.read.query<{ detail: string }>('SELECT detail FROM rejection ORDER BY id DESC');
  expect(feed!.rejections.edges.map(({ node }) => node.key)).toEqual(rows.map(({ detail }) => detail));
});

test('items that come in front while pages are turned disturb no later page', async () => {
  const turn = lists.warnings as Turn;
  const first = await turn(10, null);
  await graph.take('weather/warnings', [warningRecord('newer', new Date(NOW.getTime() + 60_000))]);
  const second = await turn(20, first.pageInfo.endCursor ?? null);
  const keys = [...first.edges, ...second.edges].map(({ node }) => node.key);
  expect(new Set(keys).size).toBe(COUNT);
  expect(keys).not.toContain('newer');
});
