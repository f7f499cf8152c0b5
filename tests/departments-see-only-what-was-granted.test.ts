import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals';
import { type AccessGrant, ANONYMOUS } from '../model/access.js';
import { DEPARTMENT_CODES, type DepartmentCode } from '../model/department.js';
import { buildSchema } from '../schema/index.js';
import {
  ALL_FEEDS,
  canaryOf,
  departmentOf,
  FEEDS,
  grantOf,
  NOW,
  of,
  openAccessWorld,
  PERSON,
} from './support/access-world.js';
import { ADMIN, type Graph, READER, type Viewer } from './support/graph.js';
import { sweep } from './support/sweep.js';

let graph: Graph;
let everything: (except: readonly string[]) => string[];
beforeAll(async () => {
  graph = await openAccessWorld();
  const { rows } = await graph.db.read.query<{ kind: string; id: string }>('SELECT kind, id::text FROM fact');
  const fact = (kind: string): string => `(id: "${rows.find((row) => row.kind === kind)?.id}")`;
  const schema = buildSchema();
  const args = {
    department: '(code: WATER)',
    feed: '(id: "water/telemetry")',
    division: '(code: "654202")',
    station: '(id: "water/telemetry:S")',
    warning: '(id: "65420241600000_20260601070100")',
    incident: '(id: "public-security/incidents:i")',
    earthquake: fact('earthquake'),
    fire: fact('fire'),
    roadEvent: fact('road-event'),
    shelter: '(id: "emergency/registries:shelter:shelter-1")',
  };
  const made = new Map<string, string[]>();
  everything = (except) => {
    const key = except.join();
    if (!made.has(key)) made.set(key, sweep({ schema, args, except, depth: 2 }));
    return made.get(key) as string[];
  };
});
afterAll(() => graph.close());
afterEach(() => {
  graph.grants = [];
  graph.live = { ask: () => undefined };
});

/** Everything that a viewer is told when asking for all there is, as text. */
async function told(viewer: Viewer, ...except: string[]): Promise<string> {
  // Fields that only some may ask for at all: each is tested by itself below.
  const refused = viewer.kind === 'ANONYMOUS' ? ['feeds', 'sources', 'stations', 'entries'] : [];
  let all = '';
  for (const query of everything(['rejections', 'quality', ...refused, ...except]))
    all += JSON.stringify(await graph.answer(query, {}, viewer));
  return all;
}
const canaries = (text: string): string[] => ALL_FEEDS.filter((feed) => text.includes(canaryOf(feed)));
const ask = async (query: string, viewer: Viewer): Promise<unknown> => (await graph.answer(query, {}, viewer)).data;
const granted = (grant: AccessGrant): void => {
  graph.grants = [grant];
};
/** What its readers are told of: its own, what is granted, and what the weather bureau has published. */
const seenBy = (department: DepartmentCode, ...more: string[]): string[] =>
  [...new Set([...ALL_FEEDS.filter((feed) => departmentOf(feed) === department), ...more, PUBLISHED])].sort();
// A published exercise of the weather bureau may be seen by everyone who is known.
const PUBLISHED = 'weather/warnings';

describe('asking for everything there is', () => {
  test.each(DEPARTMENT_CODES)('%s is told of its own feeds, all of them, and of no other’s', async (department) => {
    // Another's grant is none of its business.
    granted(grantOf('water/telemetry', department === 'INDUSTRY' ? 'HOUSING' : 'INDUSTRY'));
    expect(canaries(await told(of(department))).sort()).toEqual(seenBy(department));
  });

  test('nobody known is told of nothing that a feed brought but the warning in earnest', async () => {
    const text = await told(ANONYMOUS);
    expect(canaries(text)).toEqual([]);
    expect(text).toContain('65420241600000_20260601070000');
    expect(text).not.toContain('65420241600000_20260601070100');
  });

  test('the hub’s own readers are told of all feeds: the control', async () => {
    expect(canaries(await told(READER))).toEqual(ALL_FEEDS);
  });

  test.each(FEEDS)('%s, once granted to INDUSTRY, is told to it and to nobody else', async (feed) => {
    granted(grantOf(feed, 'INDUSTRY'));
    expect(canaries(await told(of('INDUSTRY'))).sort()).toEqual(seenBy('INDUSTRY', feed));
  });

  test('an auditor is told of no feed, and an administrator of nothing that feeds bring: they act, others read', async () => {
    expect(canaries(await told(of('WATER', { roles: ['AUDITOR'] })))).toEqual([PUBLISHED]);
    const administrator = of('WATER', { roles: ['ADMINISTRATOR'] });
    expect(canaries(await told(administrator, 'title'))).toEqual([PUBLISHED]);
    // That its own department's feeds are there it must know, to administer them.
    expect(canaries(await ask('{ feeds { title } }', administrator).then((data) => JSON.stringify(data)))).toEqual(
      ALL_FEEDS.filter((feed) => departmentOf(feed) === 'WATER'),
    );
  });

  test('a grant that has yet to begin, is over, or is another’s gives nothing', async () => {
    for (const change of [
      { validFrom: new Date(NOW.getTime() + 1) },
      { validUntil: NOW },
      { grantee: 'HOUSING' as const },
    ]) {
      granted(grantOf('water/telemetry', 'INDUSTRY', change));
      expect(canaries(await told(of('INDUSTRY'))).sort()).toEqual(seenBy('INDUSTRY'));
    }
  });

  test('data that lead to a person are told only with the permission for them', async () => {
    const without = /13800138000|13900139000/;
    expect(await told(of('EMERGENCY'))).not.toMatch(without);
    expect(await told(of('TRANSPORT'))).not.toContain(PERSON);
    expect(await told(of('EMERGENCY', { scopes: ['PERSONAL'] }))).toMatch(/13900139000/);
    // The weather bureau keeps no persons of its own.
    granted(grantOf('emergency/registries', 'WEATHER', { coarsening: { position: false, value: false, names: true } }));
    expect(await told(of('WEATHER', { scopes: ['PERSONAL'] }))).not.toMatch(/13900139000|canary-person/);
  });
});

describe('a part of a feed', () => {
  const STATIONS = '{ stations { edges { node { id datastreams { property latest { value } } } } } }';
  test('one property: its datastreams and their stations, and nothing else that the feed brings', async () => {
    granted(
      grantOf('water/telemetry', 'INDUSTRY', {
        dataset: { feed: 'water/telemetry', property: 'rain-1h', register: null },
      }),
    );
    expect(await ask(STATIONS, of('INDUSTRY'))).toEqual({
      stations: {
        edges: [{ node: { id: 'water/telemetry:S', datastreams: [{ property: 'rain-1h', latest: { value: 4.5 } }] } }],
      },
    });
    expect(
      await ask(
        '{ stations(filter: { properties: ["water-level"] }) { edges { node { id } } } deviceStates { edges { node { device } } } }',
        of('INDUSTRY'),
      ),
    ).toEqual({ stations: { edges: [] }, deviceStates: { edges: [] } });
  });

  test('one register: its entries, and no other list of that feed', async () => {
    granted(
      grantOf('emergency/registries', 'HOUSING', {
        dataset: { feed: 'emergency/registries', property: null, register: 'shelter' },
      }),
    );
    expect(
      await ask(
        '{ shelters { edges { node { code } } } informationOfficers { edges { node { code } } } }',
        of('HOUSING'),
      ),
    ).toEqual({ shelters: { edges: [{ node: { code: 'shelter-1' } }] }, informationOfficers: { edges: [] } });
  });
});

describe('what several departments report', () => {
  const ROADS = '{ roadEvents { edges { node { section impact preparedBy sources { section feed { id } } } } } }';
  test('goes by the first report that the viewer may see, never by a hidden one', async () => {
    const police = canaryOf('public-security/incidents');
    const form = canaryOf('transport/road-events');
    expect(await ask(ROADS, READER)).toMatchObject({
      roadEvents: { edges: [{ node: { section: form, sources: [{}, {}] } }] },
    });
    expect(await ask(ROADS, of('PUBLIC_SECURITY'))).toEqual({
      roadEvents: {
        edges: [
          {
            node: {
              section: police,
              impact: police,
              preparedBy: null,
              sources: [{ section: police, feed: { id: 'public-security/incidents' } }],
            },
          },
        ],
      },
    });
  });

  test('counts only what the viewer may see', async () => {
    const FIRES = '{ fires { edges { node { hotspotCount alarmCount seenBySatelliteAndCamera } } } }';
    expect(await ask(FIRES, of('FORESTRY'))).toMatchObject({ fires: { edges: [{}, {}] } });
    granted(grantOf('forestry/hotspots', 'TOURISM'));
    expect(await ask(FIRES, of('TOURISM'))).toEqual({
      fires: { edges: [{ node: { hotspotCount: 1, alarmCount: 0, seenBySatelliteAndCamera: false } }] },
    });
  });
});

describe('coarsened', () => {
  const CALL = 'public-security/incidents:i';
  const HOUSE = '幸福路17号';
  const FILE = 'mutation ($input: FileIncidentReportInput!) { fileIncidentReport(input: $input) { __typename } }';
  const coarse = (change: Partial<AccessGrant['coarsening']>) => ({
    coarsening: { position: false, value: false, names: false, ...change },
  });
  const NEAR = '(filter: { near: { lon: 84.68, lat: 44.44, withinMetres: 100 } })';

  test('to the township, no path gives the place away, and no filter does', async () => {
    granted(grantOf('water/telemetry', 'ECOLOGY', coarse({ position: true })));
    const viewer = of('ECOLOGY');
    const node = '{ edges { node { id position originalPosition division { code } } } }';
    expect(await ask(`{ stations ${node} }`, viewer)).toEqual({
      stations: {
        edges: [
          { node: { id: 'water/telemetry:S', position: null, originalPosition: null, division: { code: '654202' } } },
        ],
      },
    });
    expect(await ask(`{ stations${NEAR} ${node} }`, viewer)).toEqual({ stations: { edges: [] } });
    expect(await ask(`{ stations${NEAR} { edges { node { id } } } }`, of('WATER'))).toMatchObject({
      stations: { edges: [{}] },
    });
    expect(await told(viewer)).not.toContain('[84.68,44.44]');
    expect(await told(of('WATER'))).toContain('[84.68,44.44]');
  });

  test('to the township, a police call is its class, and no free text names the house', async () => {
    const text = { text: HOUSE, measures: HOUSE };
    await graph.answer(
      FILE,
      { input: { ...text, idempotencyKey: 'k', kind: 'FIRST', unit: 'x', incident: CALL } },
      ADMIN,
    );
    graph.grants = ['public-security/incidents', 'seismic/catalogue', 'emergency/incident-reports'].map((feed) =>
      grantOf(feed, 'HOUSING', coarse({ position: true })),
    );
    const LISTS = `{ incidents { edges { node { number title address description position history { title } reports { text measures } } } }
      roadEvents { edges { node { section impact causeText direction measures description } } } earthquakes { edges { node { place } } } }`;
    expect(await ask(LISTS, of('HOUSING'))).toEqual({
      incidents: {
        edges: [
          {
            node: {
              ...{ number: 'i', title: '道路交通事故', address: null, description: '', position: null, history: [] },
              reports: [{ text: '', measures: null }],
            },
          },
        ],
      },
      roadEvents: {
        edges: [
          {
            node: { section: '', impact: null, causeText: null, direction: null, measures: null, description: '' },
          },
        ],
      },
      earthquakes: { edges: [{ node: { place: '' } }] },
    });
    expect(JSON.stringify(await ask(LISTS, of('PUBLIC_SECURITY')))).toContain(canaryOf('public-security/incidents'));
    expect(JSON.stringify(await ask(LISTS, READER))).toContain(HOUSE);
  });

  test('a department’s own service is no way around it: figures are left out of its answers as well', async () => {
    const fields = { open: true, bookedToday: 5200, notice: 'x' };
    const value = { fields, observedAt: NOW, receivedAt: NOW };
    graph.live = {
      ask: async (_noun, codes) => codes.map(() => ({ feedId: 'tourism/visitor-flow', value, stale: false })),
    };
    granted(grantOf('tourism/visitor-flow', 'WEATHER', coarse({ value: true })));
    const LIVE = '{ scenicAreas { edges { node { capacity live { open bookedToday notice } } } } }';
    const shown = (live: object, capacity: number | null) => ({
      scenicAreas: { edges: [{ node: { capacity, live } }] },
    });
    expect(await ask(LIVE, of('WEATHER'))).toEqual(shown({ open: true, bookedToday: null, notice: 'x' }, null));
    expect(await ask(LIVE, of('TOURISM'))).toEqual(shown({ open: true, bookedToday: 5200, notice: 'x' }, 7));
  });

  test('without names, nobody is named by a register of people, and no filter finds them by their names', async () => {
    granted(grantOf('emergency/registries', 'WATER', coarse({ names: true })));
    const PEOPLE = `{ experts { edges { node { name } } } informationOfficers { edges { node { name } } }
      warningRecipients { edges { node { name principal } } } shelters { edges { node { name } } } }`;
    const node = (shown: object) => ({ edges: [{ node: shown }] });
    expect(await ask(PEOPLE, of('WATER'))).toEqual({
      ...{ experts: node({ name: '' }), informationOfficers: node({ name: '' }) },
      ...{
        warningRecipients: node({ name: '', principal: null }),
        shelters: node({ name: canaryOf('emergency/registries') }),
      },
    });
    const found = '(filter: { text: "canary" }) { edges { node { code } } }';
    const FIND = `{ experts${found} informationOfficers${found} warningRecipients${found} shelters${found} }`;
    const none = { edges: [] };
    expect(await ask(FIND, of('WATER'))).toEqual({
      ...{ experts: none, informationOfficers: none, warningRecipients: none },
      shelters: node({ code: 'shelter-1' }),
    });
    expect(await ask(FIND, of('EMERGENCY'))).toMatchObject({ experts: node({ code: 'expert-1' }) });
  });

  test('to grades, no path gives the value away', async () => {
    granted(grantOf('water/telemetry', 'INDUSTRY', coarse({ value: true })));
    const viewer = of('INDUSTRY');
    const STREAMS =
      '{ station(id: "water/telemetry:S") { datastreams { property latest { value grade exceeds { name } } } } }';
    expect(await ask(STREAMS, viewer)).toEqual({
      station: {
        datastreams: [
          { property: 'rain-1h', latest: { value: null, grade: null, exceeds: [] } },
          { property: 'water-level', latest: { value: null, grade: 'warning', exceeds: [{ name: 'warning' }] } },
        ],
      },
    });
    const SERIES =
      '{ station(id: "water/telemetry:S") { datastreams { series(from: "2026-06-01T00:00:00Z", to: "2026-06-02T00:00:00Z") { value } } } }';
    expect((await graph.answer(SERIES, {}, viewer)).errors?.[0]?.extensions.code).toBe('FORBIDDEN');
    expect(await told(viewer)).not.toContain('123.25');
    expect(await told(of('WATER'))).toContain('123.25');
  });

  test('an index becomes its category, and what has no grade is not shown', async () => {
    graph.grants = [
      grantOf('ecology/air-quality', 'INDUSTRY', coarse({ value: true })),
      grantOf('tourism/visitor-flow', 'INDUSTRY', coarse({ value: true })),
      grantOf('seismic/catalogue', 'INDUSTRY', coarse({ value: true })),
    ];
    expect(
      await ask(
        `{ airQuality { edges { node { aqi category pollutants { concentration } } } } visitorFlow { edges { node { inPark } } }
           earthquakes { edges { node { magnitude } } } strong: earthquakes(minMagnitude: 4) { edges { node { magnitude } } } }`,
        of('INDUSTRY'),
      ),
    ).toEqual({
      airQuality: { edges: [{ node: { aqi: null, category: expect.any(String), pollutants: [] } }] },
      visitorFlow: { edges: [] },
      earthquakes: { edges: [{ node: { magnitude: null } }] },
      strong: { edges: [] },
    });
  });

  test('of several grants the one that leaves out least counts', async () => {
    graph.grants = [
      grantOf('water/telemetry', 'INDUSTRY', { id: 'a', ...coarse({ position: true, value: true }) }),
      grantOf('water/telemetry', 'INDUSTRY', { id: 'b', ...coarse({ value: true }) }),
    ];
    expect(await ask('{ stations { edges { node { position } } } }', of('INDUSTRY'))).toMatchObject({
      stations: { edges: [{ node: { position: { type: 'Point' } } }] },
    });
  });
});

describe('what is not for a viewer is as if it were not there', () => {
  test.each([
    ['a feed', '{ feed(id: "water/telemetry") { id } }', '{ feed(id: "water/nothing") { id } }'],
    ['a station', '{ station(id: "water/telemetry:S") { id } }', '{ station(id: "water/telemetry:none") { id } }'],
    [
      'an incident',
      '{ incident(id: "public-security/incidents:i") { id } }',
      '{ incident(id: "public-security/incidents:none") { id } }',
    ],
    [
      'an entry',
      '{ shelter(id: "emergency/registries:shelter:shelter-1") { id } }',
      '{ shelter(id: "emergency/registries:shelter:none") { id } }',
    ],
  ])('%s hidden and %s absent give the same answer', async (_what, hidden, absent) => {
    expect(await graph.answer(hidden, {}, of('INDUSTRY'))).toEqual(await graph.answer(absent, {}, of('INDUSTRY')));
  });

  test('what shows how a department works is for itself: a grantee asks for its rejected data in vain', async () => {
    granted(grantOf('water/telemetry', 'INDUSTRY'));
    const query = '{ feed(id: "water/telemetry") { rejections { edges { node { raw } } } } }';
    const answer = await graph.answer(query, {}, of('INDUSTRY'));
    expect([answer.errors?.[0]?.extensions.code, JSON.stringify(answer).includes('13800138000')]).toEqual([
      'FORBIDDEN',
      false,
    ]);
    expect((await graph.answer(query, {}, of('WATER'))).errors).toBeUndefined();
  });

  test('the administrator of the hub sees persons: the masked texts are masked for a reason', async () => {
    expect(await told(ADMIN)).toContain(PERSON);
  });
});
