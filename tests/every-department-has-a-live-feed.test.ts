import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { DEPARTMENT_CODES } from '../model/department.js';
import { connectors } from '../server/connectors.js';
import { packageRoot } from '../server/root.js';
import { ask, type HubChild, spawnHub, until } from './support/running-hub.js';
import { tempFolders } from './support/temp-folder.js';

const folders = tempFolders();
let hub: HubChild;

beforeAll(async () => {
  hub = await spawnHub({ HUB_DATA_DIR: folders.make(), HUB_DEMO_SPEED: '20' });
}, 60_000);
afterAll(async () => {
  await hub.kill('SIGTERM');
  folders.clear();
});

interface Feeds {
  feeds: {
    id: string;
    mode: string;
    department: { code: string };
    state: string;
    stateReason: string | null;
    receivedCount: number;
    rejections: { edges: { node: { reason: string; detail: string } }[] };
  }[];
}
const FEEDS =
  '{ feeds { id mode department { code } state stateReason receivedCount rejections { edges { node { reason detail } } } } }';
const list = (field: string): string => `{ all: ${field} { edges { node { __typename } } } }`;

/** What each department is in the hub for. */
const NOUNS: Readonly<Record<(typeof DEPARTMENT_CODES)[number], readonly string[]>> = {
  WEATHER: ['warnings(filter: { departments: [WEATHER] })', 'stations(filter: { departments: [WEATHER] })'],
  SEISMIC: ['earthquakes'],
  WATER: ['stations(filter: { departments: [WATER] })', 'reservoirs'],
  NATURAL_RESOURCES: ['stations(filter: { departments: [NATURAL_RESOURCES] })', 'hazardSites'],
  FORESTRY: ['fires', 'fireStations'],
  PUBLIC_SECURITY: ['incidents'],
  INDUSTRY: ['enterprises', 'majorHazards', 'stations(filter: { departments: [INDUSTRY] })'],
  HOUSING: ['buildings', 'constructionSites', 'stations(filter: { departments: [HOUSING] })'],
  TRANSPORT: ['roadEvents'],
  TOURISM: ['scenicAreas', 'visitorFlow'],
  ECOLOGY: ['airQuality', 'stations(filter: { departments: [ECOLOGY] })', 'deviceStates'],
  EMERGENCY: [
    'supplyDepots',
    'supplyItems',
    'rescueTeams',
    'shelters',
    'plans',
    'experts',
    'informationOfficers',
    'dutyShifts',
  ],
};

test('every department has a live feed, and no feed of the demo is refused anything', async () => {
  const { feeds } = await until(
    () => ask<Feeds>(hub.url, FEEDS),
    (answer) => answer.feeds.every((feed) => (feed.state === 'LIVE' && feed.receivedCount > 0) || feed.mode === 'LIVE'),
    90_000,
  );
  expect([...new Set(feeds.map(({ department }) => department.code))].sort()).toEqual([...DEPARTMENT_CODES].sort());
  for (const feed of feeds) expect([feed.id, feed.rejections.edges]).toEqual([feed.id, []]);
  // A connector that the demo leaves out is one that nobody sees work.
  expect(connectors.map(({ id }) => id).filter((id) => !feeds.some((feed) => feed.id === id))).toEqual([]);
}, 120_000);

describe('what a department is in the hub for is answered by the shared schema', () => {
  test.each(DEPARTMENT_CODES.flatMap((code) => NOUNS[code].map((noun) => [code, noun] as const)))(
    '%s: %s',
    async (_code, noun) => {
      const { all } = await until(
        () => ask<{ all: { edges: unknown[] } }>(hub.url, list(noun)),
        (answer) => answer.all.edges.length > 0,
        60_000,
      );
      expect(all.edges.length).toBeGreaterThan(0);
    },
    90_000,
  );
});

test('the road that transport and the police say is closed is one road event with both sources', async () => {
  const query = '{ roadEvents(first: 200) { edges { node { roadCode sources { feed { id } } } } } }';
  type Roads = { roadEvents: { edges: { node: { roadCode: string; sources: { feed: { id: string } }[] } }[] } };
  const joint = ({ roadEvents }: Roads) => roadEvents.edges.filter(({ node }) => node.sources.length > 1);
  const found = await until(
    () => ask<Roads>(hub.url, query),
    (answer) => joint(answer).length > 0,
    60_000,
  );
  expect(joint(found)[0]?.node).toEqual({
    roadCode: 'G217',
    sources: [{ feed: { id: 'transport/road-events' } }, { feed: { id: 'public-security/incidents' } }],
  });
}, 90_000);

test('both READMEs name every feed, and every feed explains itself in both languages', () => {
  for (const { id } of connectors) {
    for (const name of ['README.md', 'README.zh-CN.md'])
      expect([name, readFileSync(join(packageRoot(), name), 'utf8').includes(`(connectors/${id}/README.md)`)]).toEqual([
        name,
        true,
      ]);
    const own = join(packageRoot(), 'connectors', id, 'README.md');
    expect([id, existsSync(own)]).toEqual([id, true]);
    expect(readFileSync(own, 'utf8')).toMatch(/[\u4e00-\u9fff]{4}/);
  }
});
