import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { graphql } from './generated/gql.js';
import { ADMIN, type Graph, openGraph, READER } from './support/graph.js';
import { registerRecord, stationRecord } from './support/records.js';

const NOW = new Date('2026-11-01T00:00:00Z');
/** On the land of regiment 123, inside Wusu's outline. */
const FARM = { type: 'Point', coordinates: [84.68, 44.43] };
const AROUND = {
  type: 'Polygon',
  coordinates: [
    [
      [84.65, 44.4],
      [84.7, 44.4],
      [84.7, 44.45],
      [84.65, 44.45],
      [84.65, 44.4],
    ],
  ],
};
let graph: Graph;
beforeEach(async () => {
  graph = await openGraph(NOW, [{ id: 'water/telemetry' }]);
});
afterEach(() => graph.close());

const ask = async (query: string, variables: Record<string, unknown> = {}, viewer = READER): Promise<unknown> => {
  const { data, errors } = await graph.answer(query, variables, viewer);
  if (errors?.[0]) throw Object.assign(new Error(errors[0].message), { code: errors[0].extensions.code });
  return Object.values(JSON.parse(JSON.stringify(data)))[0];
};
const assign = (args: Record<string, unknown>, viewer = ADMIN): Promise<unknown> =>
  ask(
    `mutation ($jurisdiction: ID!, $division: String, $area: GeoJSON, $from: DateTime!, $source: String!) {
       assignJurisdiction(jurisdiction: $jurisdiction, division: $division, area: $area, from: $from, source: $source) { id } }`,
    { source: '会议纪要', ...args },
    viewer,
  );
const answerable = (position: unknown, at?: string): Promise<unknown> =>
  ask('query ($p: GeoJSON!, $at: DateTime) { answerable(position: $p, at: $at) { id kind } }', { p: position, at });

describe('who answers for a point', () => {
  test('is the city, unless the point lies on land of another', async () => {
    expect(await answerable(FARM)).toEqual({ id: 'city:654202', kind: 'CITY' });
    await assign({ jurisdiction: 'xpcc:07-123', area: AROUND, from: '2025-01-01T00:00:00+08:00' });
    expect(await answerable(FARM)).toEqual({ id: 'xpcc:07-123', kind: 'XPCC' });
    // It still lies where it lay: the place has not moved with the duty.
    expect(
      await ask('{ division(code: "654202500") { name parent { code } jurisdiction { name parent { id } } } }'),
    ).toEqual({
      name: '兵团一二三团生活区',
      parent: { code: '654202' },
      jurisdiction: { name: '第七师一二三团', parent: { id: 'xpcc:07' } },
    });
    expect(await answerable({ type: 'Point', coordinates: [84.6, 44.12] })).toEqual({
      id: 'city:654202',
      kind: 'CITY',
    });
    expect(await answerable({ type: 'Point', coordinates: [116.4, 39.9] })).toBeNull();
  });

  test('is told for last year as it was last year', async () => {
    await assign({ jurisdiction: 'xpcc:07-124', division: '654202500', from: '2026-03-01T00:00:00+08:00' });
    const owner = (at: string): Promise<unknown> =>
      ask('query ($at: DateTime) { division(code: "654202500") { jurisdiction(at: $at) { id } } }', { at });
    expect(await owner('2026-02-27T00:00:00Z')).toEqual({ jurisdiction: { id: 'xpcc:07-123' } });
    expect(await owner('2026-03-02T00:00:00Z')).toEqual({ jurisdiction: { id: 'xpcc:07-124' } });
    expect(await owner('1950-01-01T00:00:00Z')).toEqual({ jurisdiction: null });
    // The control: an assignment dated back to a time before the present one is refused instead of rewriting what was.
    await expect(
      assign({ jurisdiction: 'city:654202', division: '654202500', from: '2026-01-01T00:00:00Z' }),
    ).rejects.toMatchObject({ code: 'CONFLICT' });
  });

  test('goes with a station and a report, at the report’s own time', async () => {
    await assign({ jurisdiction: 'xpcc:07-123', area: AROUND, from: '2025-01-01T00:00:00+08:00' });
    const [lon = 0, lat = 0] = FARM.coordinates;
    const original = { lon, lat, crs: 'WGS84' as const };
    await graph.take('water/telemetry', [{ ...stationRecord('S'), position: { lon, lat, original } }]);
    expect(await ask('{ stations { edges { node { division { code } jurisdiction { id } } } } }')).toEqual({
      edges: [{ node: { division: { code: '654202' }, jurisdiction: { id: 'xpcc:07-123' } } }],
    });
  });

  test('can be ended, and then the wider duty holds again', async () => {
    await assign({ jurisdiction: 'xpcc:07-123', area: AROUND, from: '2025-01-01T00:00:00+08:00' });
    const own = (await ask('{ jurisdiction(id: "xpcc:07-123") { areas { id area division { code } } } }')) as {
      areas: { id: string; area: unknown; division: unknown }[];
    };
    const polygon = own.areas.find(({ area }) => area !== null);
    const end = 'mutation ($id: ID!, $to: DateTime!) { endJurisdictionArea(id: $id, to: $to) }';
    expect(await ask(end, { id: polygon?.id, to: '2026-06-01T00:00:00+08:00' }, ADMIN)).toBe(true);
    expect(await answerable(FARM)).toMatchObject({ id: 'city:654202' });
    expect(await answerable(FARM, '2026-05-01T00:00:00Z')).toMatchObject({ id: 'xpcc:07-123' });
    await expect(ask(end, { id: polygon?.id, to: '2026-07-01T00:00:00+08:00' }, ADMIN)).rejects.toMatchObject({
      code: 'NOT_FOUND',
    });
  });
});

describe('divisions are valid in time', () => {
  test('an old code gives today’s division, and with a time the one of then', async () => {
    const division = (at?: string): Promise<unknown> =>
      ask('query ($at: DateTime) { division(code: "654223", at: $at) { code name } }', { at });
    expect(await division()).toEqual({ code: '654203', name: '沙湾市' });
    expect(await division('2020-06-01T00:00:00Z')).toEqual({ code: '654223', name: '沙湾县' });
    expect(await division('2026-06-01T00:00:00Z')).toEqual({ code: '654203', name: '沙湾市' });
    expect(await division('1950-01-01T00:00:00Z')).toBeNull();
  });
});

describe('what is wrong is said', () => {
  test.each([
    ['neither a division nor an area', { jurisdiction: 'xpcc:07', from: '2026-01-01T00:00:00Z' }, 'BAD_INPUT'],
    ['an unknown division', { jurisdiction: 'xpcc:07', division: '999999', from: '2026-01-01T00:00:00Z' }, 'BAD_INPUT'],
    [
      'an unknown jurisdiction',
      { jurisdiction: 'army:1', division: '654202', from: '2026-01-01T00:00:00Z' },
      'NOT_FOUND',
    ],
    [
      'an open ring',
      {
        jurisdiction: 'xpcc:07',
        area: {
          type: 'Polygon',
          coordinates: [
            [
              [84, 44],
              [85, 44],
              [85, 45],
            ],
          ],
        },
        from: '2026-01-01T00:00:00Z',
      },
      'BAD_INPUT',
    ],
  ])('%s', async (_name, args, code) => {
    await expect(assign(args)).rejects.toMatchObject({ code });
  });
  test('assigning needs the administrator', async () => {
    await expect(
      assign({ jurisdiction: 'xpcc:07', division: '654202500', from: '2026-06-01T00:00:00Z' }, READER),
    ).rejects.toMatchObject({ code: 'FORBIDDEN' });
  });
  test('a jurisdiction cannot lie above itself', async () => {
    const save = (id: string, parent?: string): Promise<unknown> =>
      ask(
        'mutation ($id: ID!, $parent: ID) { saveJurisdiction(input: { id: $id, kind: OTHER, nameZh: "测试", parent: $parent, validFrom: "2026-01-01T00:00:00+08:00" }) { id validFrom } }',
        { id, parent },
        ADMIN,
      );
    expect(await save('other:a')).toEqual({ id: 'other:a', validFrom: '2026-01-01T00:00:00.000Z' });
    await save('other:b', 'other:a');
    await expect(save('other:a', 'other:b')).rejects.toMatchObject({ code: 'BAD_INPUT' });
    await expect(save('other a')).rejects.toMatchObject({ code: 'BAD_INPUT' });
  });
});

describe('a division knows what lies in it, whoever answers for it', () => {
  const HOLDS = graphql(`
    query Holds($code: String!, $first: Int) {
      division(code: $code) {
        stations(first: $first) { code }
        entries(first: $first) { __typename code }
        shelters: entries(register: SHELTER) { code }
        children { code stations(first: $first) { code } entries(first: $first) { code } }
      }
    }
  `);

  test('its stations and the entries in use of every register, of itself and beneath', async () => {
    const there = { divisionCode: '654202500' };
    await graph.take('water/telemetry', [
      stationRecord('S1', { divisionCode: '654202500', position: undefined as never }),
      stationRecord('S2'),
      registerRecord('shelter', 'A1', { kind: null }, there),
      registerRecord('supply-depot', 'D1', {}, there),
      registerRecord('shelter', 'A2', {}, { ...there, retired: true }),
    ]);
    const { division } = await graph.ask(HOLDS, { code: '654202500', first: 10 });
    expect(division).toMatchObject({
      stations: [{ code: 'S1' }],
      entries: [
        { __typename: 'Shelter', code: 'A1' },
        { __typename: 'SupplyDepot', code: 'D1' },
      ],
      shelters: [{ code: 'A1' }],
    });
    const above = (await graph.ask(HOLDS, { code: '654202', first: 10 })).division;
    expect(above?.stations.map(({ code }) => code)).toEqual(['S1', 'S2']);
    expect(above?.children.find(({ code }) => code === '654202500')?.entries).toHaveLength(2);
  });

  test('at the cost of as many statements for all its children as for one', async () => {
    const one = await graph.cost(HOLDS, { code: '654202500', first: 10 });
    const all = await graph.cost(HOLDS, { code: '654202', first: 10 });
    expect(all.data.division?.children.length).toBeGreaterThan(20);
    expect(all.statements.length - one.statements.length).toBeLessThanOrEqual(2);
  });
});
