import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { composeServices } from '@theguild/federation-composition';
import { isObjectType, lexicographicSortSchema, parse, buildSchema as parseSchema, printSchema } from 'graphql';
import { PARTS, type Part } from '../model/part.js';
import { buildSchema } from '../schema/index.js';
import { subgraphSdl } from '../schema/subgraph.js';
import { readConfig } from '../server/config.js';
import { connectors } from '../server/connectors.js';
import type { Hub, HubOptions } from '../server/hub.js';
import { Parts, readParts, sayParts } from '../server/parts.js';
import { migratedDatabase, type TestDatabase } from './support/database.js';
import { RemoteService } from './support/remote-service.js';
import { ADMIN_KEY, ask, FEED_KEY, startHub, until } from './support/running-hub.js';
import { tempFolders } from './support/temp-folder.js';

const folders = tempFolders();
afterAll(() => folders.clear());

const sorted = (sdl: string): string => printSchema(lexicographicSortSchema(parseSchema(sdl)));

describe('the schemas of the parts', () => {
  const shared = buildSchema(['shared']);
  const alone = new Map(PARTS.map((part) => [part, part === 'shared' ? shared : buildSchema([part], shared)]));
  const fieldsOf = (part: Part, type: string): string[] => {
    const found = alone.get(part)?.getType(type);
    return isObjectType(found) ? Object.keys(found.getFields()).sort() : [];
  };

  test.each([
    ['each by itself', [...alone.values()]],
    ['in two processes', [buildSchema(['shared', 'emergency']), buildSchema(PARTS.slice(1, -1), shared)]],
  ])('compose to the whole, %s', (_name, schemas) => {
    const { errors, publicSdl } = composeServices(
      schemas.map((schema, n) => ({ name: `part-${n}`, typeDefs: parse(subgraphSdl(schema)) })),
    );
    expect(errors ?? []).toEqual([]);
    expect(sorted(publicSdl ?? '')).toBe(sorted(printSchema(buildSchema())));
  });

  test('have a department’s own root fields, and of what is shared the key and what the department adds', () => {
    expect(fieldsOf('tourism', 'Query')).toEqual(['servedParts', 'visitorFlow']);
    expect(fieldsOf('tourism', 'ScenicArea')).toEqual(['id', 'live', 'visitorFlow']);
    expect(fieldsOf('tourism', 'Feed')).toEqual(['id']);
    expect(fieldsOf('emergency', 'Incident')).toEqual(['id', 'reportDue', 'reports']);
    expect(fieldsOf('weather', 'Query')).toEqual(['servedParts']);
    expect(fieldsOf('weather', 'Station')).toEqual([]);
    expect(fieldsOf('shared', 'Query')).toEqual(
      expect.arrayContaining(['incidents', 'scenicAreas', 'stations', 'warnings']),
    );
    expect(fieldsOf('shared', 'Query')).not.toContain('visitorFlow');
    expect(fieldsOf('shared', 'Earthquake')).toEqual([]);
  });
});

describe('the command line', () => {
  test('names parts, in any order; without it everything runs', () => {
    expect(readParts([]).whole).toBe(true);
    expect(readParts(['--departments', 'seismic, water']).list).toEqual(['seismic', 'water']);
    expect(readParts([`--departments=${PARTS.join(',')}`]).whole).toBe(true);
    expect(sayParts(readParts(['--departments', 'water']))[0]).toBe('parts     here: water (feeds, types)');
  });

  test.each([['marine'], ['water,'], ['Water'], ['']])('"%s" is refused with the names there are', (given) => {
    expect(() => readParts(['--departments', given])).toThrow(/is none of shared, weather, seismic, water/);
  });

  test('takes nothing else', () => {
    expect(() => readParts(['--department', 'water'])).toThrow(/--departments <names>/);
  });
});

const PUSHED = 'water/pushed';
const settings = (service: string, property: string): string => `
  ${PUSHED}:
    title: { en: Pushed, zh: 推送 }
    to: observation
    transport: http-push
    push: { key: { generated: key } }
    format: json
    mapping: '{"station": "S", "property": "${property}", "observedAt": t, "value": value}'
    expectedEverySeconds: 600
    zone: UTC
    crs: WGS84
    stations: [{ code: S, name: 测站, lon: 84.68, lat: 44.44 }]
  tourism/visitor-flow: { expectedEverySeconds: 600, zone: UTC, crs: WGS84, key: { generated: x },
    areas: [{ code: JQ-001, name: 大峡谷 }] }
  tourism/scenic-service: { mode: live, expectedEverySeconds: 600, zone: UTC, crs: WGS84, transport: http,
    url: "${service}/areas?codes={codes}", items: areas, fields: { parkingFree: spaces } }`;

/** What only one process may do. */
const DUTIES = [/SELECT min\(expires_at\)/, /DELETE FROM rejection/];

describe('two processes over one database', () => {
  const service = new RemoteService();
  const statements: Record<'shared' | 'departments', string[]> = { shared: [], departments: [] };
  const lines: string[] = [];
  let database: TestDatabase;
  let origin: string;
  let shared: Hub;
  let departments: Hub;

  const start = (
    parts: readonly Part[],
    property: string,
    into: string[],
    more: Partial<HubOptions> = {},
  ): Promise<Hub> =>
    startHub(database.url, settings(origin, property), {
      parts: new Parts(parts),
      onStatement: (sql) => into.push(sql),
      ...more,
    });
  const push = (hub: Hub, value: number): Promise<Response> =>
    fetch(`${hub.url}/feeds/${PUSHED}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', authorization: `Bearer ${FEED_KEY}` },
      body: JSON.stringify({ t: new Date().toISOString(), value }),
    });
  const feeds = async (): Promise<Record<string, string>> => {
    const answer = await ask<{ feeds: { id: string; state: string }[] }>(shared.url, '{ feeds { id state } }');
    return Object.fromEntries(answer.feeds.map(({ id, state }) => [id, state]));
  };

  beforeAll(async () => {
    database = await migratedDatabase();
    origin = await service.start();
    // The department maps what it gets wrongly still; the settings that the shared process reads are right.
    [shared, departments] = await Promise.all([
      start(['shared'], 'water-level', statements.shared),
      start(['water', 'tourism'], 'watr-level', statements.departments, { onLine: (line) => lines.push(line) }),
    ]);
  });
  afterAll(async () => {
    await Promise.all([shared.stop(), departments.stop(), service.stop()]);
    await database.drop();
  });

  test('say what runs where, and each runs and serves its own', async () => {
    expect(lines).toContain('parts     here: water (feeds, types), tourism (feeds, types)');
    expect(departments.feeds?.runtimes.map(({ id }) => id).sort()).toEqual([
      'tourism/scenic-service',
      'tourism/visitor-flow',
      PUSHED,
    ]);
    expect(shared.feeds?.runtimes).toEqual([]);
    expect((await push(shared, 1)).status).toBe(404);
    expect(await ask(departments.url, '{ servedParts }')).toEqual({ servedParts: ['water', 'tourism'] });
    await expect(ask(departments.url, '{ stations { edges { cursor } } }')).rejects.toThrow(
      'Cannot query field "stations"',
    );
    await expect(ask(shared.url, '{ visitorFlow { edges { cursor } } }')).rejects.toThrow('Cannot query field');
    const file = async (hub: Hub): Promise<string> => (await fetch(`${hub.url}/schema.graphql`)).text();
    expect(await file(departments)).not.toContain('stations(');
    expect(await file(shared)).toContain('stations(');
    const cap = async (hub: Hub): Promise<number> => (await fetch(`${hub.url}/cap/feed.atom`)).status;
    expect([await cap(shared), await cap(departments)]).toEqual([200, 404]);
  });

  test('duties are done in the shared one alone', async () => {
    for (const duty of DUTIES) {
      await until(
        async () => statements.shared.some((sql) => duty.test(sql)),
        (done) => done,
      );
      expect(statements.departments.filter((sql) => duty.test(sql))).toEqual([]);
    }
  });

  test('what a department takes in is served by the shared one, which reads its rejected inputs again', async () => {
    expect((await push(departments, 7)).status).toBe(400);
    const retry = `mutation { retryRejected(feed: "${PUSHED}") { inputs repaired remaining } }`;
    expect(await ask(shared.url, retry)).toEqual({ retryRejected: { inputs: 1, repaired: 1, remaining: 0 } });
    const levels = await ask(shared.url, '{ stations { edges { node { id datastreams { latest { value } } } } } }');
    expect(levels).toEqual({
      stations: { edges: [{ node: { id: `${PUSHED}:S`, datastreams: [{ latest: { value: 7 } }] } }] },
    });
  });

  test('a feed is switched off and on in the shared one, wherever it runs', async () => {
    const turn = (verb: string, id: string): Promise<unknown> =>
      ask(shared.url, `mutation { ${verb}Feed(id: "${id}") { state } }`);
    expect(await turn('disable', PUSHED)).toEqual({ disableFeed: { state: 'DISABLED' } });
    expect(await turn('enable', PUSHED)).toEqual({ enableFeed: { state: 'LIVE' } });
    await expect(turn('disable', 'water/none')).rejects.toThrow('no feed "water/none"');
  });

  test('what a department’s service says live comes by its own process, as an entity', async () => {
    const { scenicAreas } = await until(
      () =>
        ask<{ scenicAreas: { edges: { node: { id: string } }[] } }>(
          shared.url,
          '{ scenicAreas { edges { node { id } } } }',
        ),
      (answer) => answer.scenicAreas.edges.length === 1,
    );
    const response = await fetch(`${departments.url}/graphql`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', authorization: `Bearer ${ADMIN_KEY}`, 'x-hub-gateway': ADMIN_KEY },
      body: JSON.stringify({
        query:
          'query ($of: [_Any!]!) { _entities(representations: $of) { ... on ScenicArea { live { parkingFree feed { id } } } } }',
        variables: { of: [{ __typename: 'ScenicArea', id: scenicAreas.edges[0]?.node.id }] },
      }),
    });
    expect(await response.json()).toEqual({
      data: { _entities: [{ live: { parkingFree: 6, feed: { id: 'tourism/scenic-service' } } }] },
    });
  });

  test('a department reads its own feeds’ settings anew, and no others’', async () => {
    const path = join(folders.make(), 'hub.yaml');
    // What another department’s feed lacks is not looked at here.
    const file = `hub:\n  area: "654202"\nfeeds:${settings(origin, 'water-level')}\n  weather/stations: {}\n`;
    writeFileSync(path, file);
    const read = () => readConfig(path, connectors, { env: () => undefined, generated: () => FEED_KEY });
    const water = await start(['water'], 'watr-level', [], { readConfig: read });
    try {
      expect(await water.reload()).toMatchObject({ error: null, added: [], changed: [PUSHED], removed: [] });
      // 503 until the feed has begun anew.
      await until(
        () => push(water, 8),
        ({ status }) => status === 202,
      );
    } finally {
      await water.stop();
    }
  });

  test('a department that starts anew leaves the others’ feeds as they are', async () => {
    const before = await feeds();
    expect(Object.keys(before).sort()).toEqual(['tourism/scenic-service', 'tourism/visitor-flow', PUSHED]);
    const seismic = await start(['seismic'], 'x', []);
    await seismic.stop();
    expect(await feeds()).toEqual(before);
  });
});
