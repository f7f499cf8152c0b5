import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { settings } from '../connectors/transport/road-events/config.js';
import { normalize } from '../connectors/transport/road-events/normalize.js';
import { Story } from '../demo/story.js';
import { workbookOf } from '../demo/table-folder.js';
import { formOf } from '../demo/transport.js';
import { packageRoot } from '../server/root.js';
import { migratedDatabase } from './support/database.js';
import { ADMIN, type Graph, openGraph } from './support/graph.js';
import { ask, startHub, until } from './support/running-hub.js';
import { tempFolders } from './support/temp-folder.js';

const NOW = new Date('2026-07-01T04:00:00Z');
const STAKES = join(packageRoot(), 'config', 'stakes-demo.csv');
const FEED = 'transport/road-events';
const folders = tempFolders();
const ends: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const end of ends.splice(0).reverse()) await end();
  folders.clear();
});

const HEADER = '路线编码,路段名称,阻断时间,起点桩号,止点桩号,灾害类别,是否恢复,填报时间,统计人';
const own = settings.parse({
  expectedEverySeconds: 60,
  zone: 'Asia/Shanghai',
  crs: 'CGCS2000',
  folder: '/nonexistent',
  stakeTable: readFileSync(STAKES, 'utf8'),
  division: '654202',
});

interface Event {
  roadCode: string;
  state: string;
  phase: string;
  placedBy: string;
  placeNote: string | null;
  preparedBy: string | null;
  revision: number;
  endedAt: string | null;
  cause: string;
  geometry: { type: string } | null;
}
const FIELDS = 'roadCode state phase placedBy placeNote preparedBy revision endedAt cause geometry';

let graph: Graph;
const send = async (...rows: string[]): Promise<void> => {
  const { records, rejects } = normalize(Buffer.from([HEADER, ...rows].join('\n')), own, NOW, 'form.csv');
  await graph.take(FEED, records, rejects);
};
const list = async (filter = '', viewer?: typeof ADMIN): Promise<Event[]> => {
  const { data, errors } = await graph.answer(`{ roadEvents${filter} { edges { node { ${FIELDS} } } } }`, {}, viewer);
  expect(errors).toBeUndefined();
  return (data as { roadEvents: { edges: { node: Event }[] } }).roadEvents.edges.map(({ node }) => node);
};
beforeEach(async () => {
  graph = await openGraph(NOW, [{ id: FEED, freshness: 'contact' }]);
  ends.push(() => graph.close());
  await send(
    'G217,南山段,2026-07-01 10:00,K573+200,K590+000,山体滑坡,否,2026-07-01 10:10,张三',
    'S115,南山路,2026-07-01 09:00,K28+300,,水毁,部分恢复,2026-07-01 10:00,张三',
    'G30,乌苏段,2026-06-30 09:00,K4206+000,,大雾,是,2026-07-01 09:00,张三',
    'C012,村道,2026-07-01 08:00,K3+200,,泥石流,否,2026-07-01 08:30,张三',
    'G30,乌苏段,2026-07-03 09:00,K4222+000,,道路施工,否,2026-07-01 08:00,张三',
  );
});
const roads = (events: readonly Event[]): string[] => events.map(({ roadCode }) => roadCode);

test('closures come newest word first, placed by their stakes; one that cannot be placed is there and says why', async () => {
  const events = await list();
  expect(
    events.map(({ roadCode, state, phase, placedBy, cause }) => [roadCode, state, phase, placedBy, cause]),
  ).toEqual([
    ['G217', 'BLOCKED', 'CURRENT', 'STAKE', 'LANDSLIDE'],
    ['S115', 'RESTRICTED', 'CURRENT', 'STAKE', 'FLOOD'],
    ['G30', 'OPEN', 'ENDED', 'STAKE', 'FOG'],
    ['C012', 'BLOCKED', 'CURRENT', 'NONE', 'DEBRIS_FLOW'],
    ['G30', 'BLOCKED', 'PLANNED', 'STAKE', 'WORKS'],
  ]);
  expect(events[3]).toMatchObject({ geometry: null, placeNote: expect.stringContaining('C012 不在桩号表内') });
});

test('they are found by state, phase, route, division, and by an area that they only cross', async () => {
  expect(roads(await list('(filter: { states: [BLOCKED, RESTRICTED], phases: [CURRENT] })'))).toEqual([
    'G217',
    'S115',
    'C012',
  ]);
  expect(roads(await list('(filter: { phases: [PLANNED, ENDED], roads: ["g30"] })'))).toEqual(['G30', 'G30']);
  expect(roads(await list('(filter: { divisions: ["654202"], states: [BLOCKED], phases: [CURRENT] })'))).toContain(
    'C012',
  );
  expect(roads(await list('(filter: { states: [] })'))).toEqual([]);
  // From the next city into this one.
  await send('G30,乌苏—奎屯段,2026-07-01 11:00,K4178+500,K4206+000,大雾,限行,2026-07-01 11:05,张三');
  expect(roads(await list('(filter: { divisions: ["654202"], states: [RESTRICTED] })'))).toEqual(['G30', 'S115']);
  // Around K582 of G217, where neither end of the closed section lies.
  const square = '[[[84.79, 43.89], [84.84, 43.89], [84.84, 43.93], [84.79, 43.93], [84.79, 43.89]]]';
  expect(roads(await list(`(filter: { within: { type: "Polygon", coordinates: ${square} } })`))).toEqual(['G217']);
});

test('what a later form says replaces, what an older one said does not', async () => {
  await send('G217,南山段,2026-07-01 10:00,K573+200,K590+000,山体滑坡,是,2026-07-01 11:30,张三');
  await send('G217,南山段,2026-07-01 10:00,K573+200,K590+000,山体滑坡,否,2026-07-01 10:40,张三');
  const [event] = await list();
  expect(event).toMatchObject({ state: 'OPEN', phase: 'ENDED', endedAt: '2026-07-01T03:30:00.000Z', revision: 1 });
});

test('names of persons are shown only to who may see them', async () => {
  expect((await list())[0]?.preparedBy).toBeNull();
  expect((await list('', ADMIN))[0]?.preparedBy).toBe('张三');
});

test('a form dropped into the folder is on the map, answered row by row, and read once', async () => {
  const database = await migratedDatabase();
  ends.push(() => database.drop());
  const folder = folders.make();
  const hub = await startHub(
    database.url,
    `
  ${FEED}:
    expectedEverySeconds: 60
    zone: Asia/Shanghai
    crs: CGCS2000
    folder: ${folder}
    pollSeconds: 0.1
    stableMs: 0
    stakeTable: { file: ${STAKES} }`,
    { now: () => NOW },
  );
  ends.push(() => hub.stop());
  const header = HEADER.split(',');
  const rows = [
    ['G217', '南山段', '2026-07-01 10:00', 'K573+200', '', '山体滑坡', '否', '2026-07-01 10:10', ''],
    ['G217', '南山段', '2026-07-01 10:00', '南山口', '', '山体滑坡', '否', '2026-07-01 10:10', ''],
  ];
  const table = { name: '', title: '公路交通阻断信息表', header, rows };
  writeFileSync(join(folder, 'form.xlsx'), await workbookOf(table));
  const look = () =>
    ask<{
      feed: { rejectedCount: number };
      roadEvents: { edges: { node: { position: unknown; revision: number } }[] };
    }>(hub.url, `{ feed(id: "${FEED}") { rejectedCount } roadEvents { edges { node { position revision } } } }`);
  const seen = await until(look, ({ roadEvents }) => roadEvents.edges.length > 0);
  expect(seen.roadEvents.edges[0]?.node.position).toMatchObject({ coordinates: [84.781, 43.977] });
  expect(seen.feed.rejectedCount).toBe(1);
  const done = await until(
    async () => readdirSync(join(folder, 'done')).sort(),
    (names) => names.length === 2 && !readdirSync(folder).includes('form.xlsx'),
  );
  const answer = readFileSync(join(folder, 'done', done[1] ?? ''), 'utf8');
  expect(answer).toContain('共 2 行：采纳 1 行，退回 1 行');
  expect(answer).toContain('"4","起点桩号","退回"');

  // The same form again, as after a crash between the commit and the move.
  writeFileSync(join(folder, 'form.xlsx'), await workbookOf(table));
  await until(
    async () => readdirSync(join(folder, 'done')),
    (names) => names.length === 4 && !readdirSync(folder).includes('form.xlsx'),
  );
  expect(await look()).toEqual(seen);
}, 60_000);

test('the demo’s forms are read without a reject in every phase, and all of a round ends', () => {
  let current = NOW.getTime();
  const now = (): Date => new Date(current);
  const story = new Story(now, 1);
  const kept = { ...own, exercise: true };
  const names = new Set<string>();
  for (let second = 0; second < 480; second += 5) {
    current = NOW.getTime() + second * 1000;
    const form = formOf(story, now());
    if (!form || names.has(form.name)) continue;
    names.add(form.name);
    const csv = [form.header, ...form.rows].map((cells) => cells.join(',')).join('\n');
    const { records, rejects } = normalize(Buffer.from(csv), kept, now(), form.name);
    expect([rejects, records.length]).toEqual([[], form.rows.length]);
    if (second >= 460) expect(records.every((each) => each.kind === 'road-event' && each.state === 'OPEN')).toBe(true);
  }
  expect(names.size).toBe(10);
});
