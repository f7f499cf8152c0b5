import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { writeRegister } from '../prisma/store/write-register.js';
import { graphql } from './generated/gql.js';
import { ADMIN, type Graph, openGraph, READER, type Viewer } from './support/graph.js';
import { registerRecord } from './support/records.js';

const NOW = new Date('2026-06-01T08:00:00Z');
const FEED = 'emergency/registries';
const MANY = 50;
let graph: Graph;

const DEPOT = { level: 'COUNTY', owner: '乌苏市应急管理局' };
const item = (depot: string, quantity: number) => ({ depot, classCode: '106', quantity, measure: '顶' });

beforeAll(async () => {
  const feeds = [FEED, 'water/reservoirs'].map((id) => ({ id, freshness: 'contact' as const }));
  graph = await openGraph(NOW, feeds);
});
afterAll(() => graph.close());

const SAVE = graphql(`
  mutation SaveDepot($input: SaveSupplyDepotInput!) {
    saveSupplyDepot(input: $input) {
      id code name revision savedByHand status level { code name(language: "zh") } owner areaSquareMetres keeperPhone
      division { code } position retiredAt feed { id }
      history { revision name keeperPhone savedByHand }
    }
  }
`);
const DEPOTS = graphql(`
  query Depots($filter: SupplyDepotFilter) { supplyDepots(filter: $filter) { edges { node { code } } } }
`);
const save = async (input: Parameters<typeof graph.ask<unknown, { input: object }>>[1]['input']) =>
  (await graph.ask(SAVE, { input } as never, ADMIN)).saveSupplyDepot;
const refusal = async (input: object) => (await graph.answer(String(SAVE), { input }, ADMIN)).errors?.[0];
const depots = async (filter: object) =>
  (await graph.ask(DEPOTS, { filter })).supplyDepots.edges.map(({ node }) => node.code);

describe('saving by hand', () => {
  test('a new entry lies where its point is, belongs to the feed, and begins its history', async () => {
    const point = { type: 'Point', coordinates: [84.68, 44.44] };
    expect(await save({ code: 'K-1', name: '一号库', position: point, keeperPhone: '13900000001', ...DEPOT })).toEqual({
      id: `${FEED}:supply-depot:K-1`,
      code: 'K-1',
      name: '一号库',
      revision: 0,
      savedByHand: true,
      status: 'EXERCISE',
      level: { code: 'COUNTY', name: '县市级' },
      owner: '乌苏市应急管理局',
      areaSquareMetres: null,
      keeperPhone: '13900000001',
      division: { code: '654202' },
      position: point,
      retiredAt: null,
      feed: { id: FEED },
      history: [{ revision: 0, name: '一号库', keeperPhone: '13900000001', savedByHand: true }],
    });
  });

  test('a change needs the revision seen; what is not given stays, null takes back', async () => {
    const changed = await save({ code: 'K-1', revision: 0, areaSquareMetres: 900, keeperPhone: null });
    expect(changed).toMatchObject({ name: '一号库', revision: 1, areaSquareMetres: 900, keeperPhone: null });
    expect(changed.history.map(({ revision, keeperPhone }) => [revision, keeperPhone])).toEqual([
      [1, null],
      [0, '13900000001'],
    ]);
  });

  test('a stale revision, or none for a code that is taken, is CONFLICT with the present one', async () => {
    for (const revision of [0, undefined, 7])
      expect((await refusal({ code: 'K-1', revision, name: '旧' }))?.extensions).toEqual({
        code: 'CONFLICT',
        revision: 1,
      });
    expect((await refusal({ code: 'K-9', revision: 0, name: 'x', ...DEPOT }))?.extensions.code).toBe('NOT_FOUND');
  });

  test('of many who save the same new entry at once, one succeeds and the others are told', async () => {
    const answers = await Promise.all(
      Array.from({ length: 6 }, (_, n) =>
        graph.answer(String(SAVE), { input: { code: 'K-race', name: `第${n}`, ...DEPOT } }, ADMIN),
      ),
    );
    expect(answers.filter(({ errors }) => errors === undefined)).toHaveLength(1);
    for (const { errors } of answers) if (errors) expect(errors[0]?.extensions.code).toBe('CONFLICT');
  });

  test.each([
    ['an unknown code', { level: 'GALACTIC' }, 'level', 'unknown-code'],
    ['a number that cannot be', { areaSquareMetres: -1 }, 'areaSquareMetres', 'out-of-range'],
    ['no telephone', { dutyPhone: 'x' }, 'dutyPhone', 'malformed'],
    ['what is needed taken away', { owner: null }, 'owner', 'missing-field'],
    ['a place that is none', { position: { type: 'Point', coordinates: [200, 0] } }, 'position', undefined],
    ['a division that is none', { division: 'Wusu' }, 'division', 'unknown-code'],
    ['no name', { name: ' ' }, 'name', 'missing-field'],
  ])('%s is BAD_INPUT, and says which field and why', async (_name, change, field, reason) => {
    const error = await refusal({ code: 'K-bad', name: '坏', ...DEPOT, ...change });
    expect(error?.extensions).toEqual({ code: 'BAD_INPUT', field, ...(reason ? { reason } : {}) });
    expect(error?.message).toContain(field);
    expect(await depots({ text: 'K-bad' })).toEqual([]);
  });

  test('a reader may not save or retire, and nothing is changed', async () => {
    const { errors } = await graph.answer(String(SAVE), { input: { code: 'K-r', name: 'r', ...DEPOT } }, READER);
    expect(errors?.[0]?.extensions.code).toBe('FORBIDDEN');
    const retire = `mutation { retireSupplyDepot(id: "${FEED}:supply-depot:K-1") { id } }`;
    expect((await graph.answer(retire, {}, READER)).errors?.[0]?.extensions.code).toBe('FORBIDDEN');
    expect(await depots({ text: 'K-' })).toEqual(['K-1', 'K-race']);
  });

  test('who administers but does not read may not save or retire either, and nothing is changed', async () => {
    const depot = 'supply-depot:K-1';
    const before = (await graph.answer(`{ supplyDepot(id: "${FEED}:${depot}") { revision retiredAt } }`)).data;
    for (const department of ['EMERGENCY', null] as const) {
      const viewer = { ...ADMIN, id: 'key:a', department, roles: ['ADMINISTRATOR' as const] };
      const saved = await graph.answer(String(SAVE), { input: { code: 'K-a', name: 'a', ...DEPOT } }, viewer);
      const retired = await graph.answer(`mutation { retireSupplyDepot(id: "${FEED}:${depot}") { id } }`, {}, viewer);
      expect([saved, retired].map(({ errors }) => errors?.[0]?.extensions.code)).toEqual(['FORBIDDEN', 'FORBIDDEN']);
    }
    expect((await graph.answer(`{ supplyDepot(id: "${FEED}:${depot}") { revision retiredAt } }`)).data).toEqual(before);
    expect(await depots({ text: 'K-a' })).toEqual([]);
  });

  test('an entry is kept in the feed that the register belongs to, or in one that itself brings such entries', async () => {
    const id = 'water/reservoirs:supply-depot:K-8';
    const input = { id, code: 'K-8', name: '水库', ...DEPOT };
    expect((await refusal(input))?.extensions).toEqual({ code: 'BAD_INPUT', field: 'id' });
    expect(await depots({ text: 'K-8' })).toEqual([]);
    await graph.take('water/reservoirs', [registerRecord('supply-depot', 'K-7', DEPOT)]);
    expect(await save(input)).toMatchObject({ id, revision: 0 });
    for (const code of ['K-7', 'K-8'])
      await graph.answer(
        `mutation { retireSupplyDepot(id: "water/reservoirs:supply-depot:${code}") { id } }`,
        {},
        ADMIN,
      );
  });

  test('a reference to an entry that the caller may not see leads nowhere', async () => {
    await graph.take('water/reservoirs', [registerRecord('supply-depot', 'K-hidden', DEPOT)]);
    const feeder = { ...READER, id: 'key:f', department: 'EMERGENCY' as const, roles: ['FEEDER' as const] };
    const saveItem = (code: string, viewer: Viewer) =>
      graph.answer(
        `mutation ($i: SaveSupplyItemInput!) { saveSupplyItem(input: $i) { code } }`,
        { i: { code, name: '帐篷', depotCode: 'K-hidden', classCode: '106', quantity: 1, measure: '顶' } },
        viewer,
      );
    expect((await saveItem('H-1', feeder)).errors?.[0]?.message).toContain(
      'there is no supply-depot of code "K-hidden"',
    );
    expect((await saveItem('H-2', ADMIN)).data).toEqual({ saveSupplyItem: { code: 'H-2' } });
    await graph.answer(
      'mutation { retireSupplyDepot(id: "water/reservoirs:supply-depot:K-hidden") { id } }',
      {},
      ADMIN,
    );
  });

  test('a reference must lead somewhere, and a noun without a place takes none', async () => {
    const saveItem = (input: object) =>
      graph.answer(
        `mutation ($i: SaveSupplyItemInput!) { saveSupplyItem(input: $i) { depot { name } } }`,
        { i: input },
        ADMIN,
      );
    const good = { code: 'W-1', name: '帐篷', depotCode: 'K-1', classCode: '106', quantity: 20, measure: '顶' };
    expect((await saveItem({ ...good, depotCode: 'K-none' })).errors?.[0]?.extensions).toMatchObject({
      field: 'depotCode',
    });
    expect((await saveItem({ ...good, division: '654202' })).errors?.[0]?.extensions).toMatchObject({
      field: 'division',
    });
    expect((await saveItem(good)).data).toEqual({ saveSupplyItem: { depot: { name: '一号库' } } });
  });
});

describe('what feeds bring', () => {
  const bring = (name: string, fields: object, raw: string) =>
    graph.take(FEED, [registerRecord('supply-depot', 'F-1', { ...DEPOT, ...fields }, { name, raw })]);
  const read = async () => {
    const query = `{ supplyDepot(id: "${FEED}:supply-depot:F-1") { name revision savedByHand areaSquareMetres dutyPhone } }`;
    return (await graph.answer(query)).data?.supplyDepot;
  };

  test('the same row again changes nothing, not even what was saved by hand since; a changed row overrules', async () => {
    await bring('甲库', { areaSquareMetres: 100, dutyPhone: '0992-1234567' }, 'row 1');
    await bring('甲库', { areaSquareMetres: 100, dutyPhone: '0992-1234567' }, 'row 1');
    expect(await read()).toMatchObject({ revision: 0, savedByHand: false });
    await save({ code: 'F-1', revision: 0, areaSquareMetres: 150 });
    await bring('甲库', { areaSquareMetres: 100, dutyPhone: '0992-1234567' }, 'row 1');
    expect(await read()).toMatchObject({ revision: 1, savedByHand: true, areaSquareMetres: 150 });
    await bring('甲库（新）', { areaSquareMetres: 200 }, 'row 2');
    expect(await read()).toEqual({
      name: '甲库（新）',
      revision: 2,
      savedByHand: false,
      areaSquareMetres: 200,
      dutyPhone: '0992-1234567',
    });
  });

  test('an entry out of use is not listed unless asked for, and stays to be read', async () => {
    const retire = `mutation { retireSupplyDepot(id: "${FEED}:supply-depot:F-1", revision: 2) { retiredAt revision } }`;
    expect((await graph.answer(retire, {}, ADMIN)).data).toEqual({
      retireSupplyDepot: { retiredAt: NOW.toISOString(), revision: 3 },
    });
    expect(await depots({ text: 'F-1' })).toEqual([]);
    expect(await depots({ text: 'F-1', retired: true })).toEqual(['F-1']);
    expect(await read()).toMatchObject({ revision: 3 });
    expect((await save({ code: 'F-1', revision: 3 })).retiredAt).toBeNull();
    expect(await depots({ text: 'F-1' })).toEqual(['F-1']);
  });
});

describe('finding', () => {
  beforeAll(() =>
    graph.take(
      'water/reservoirs',
      [
        ['R-1', 84.68, 44.44, 'LARGE_2'],
        ['R-2', 84.1, 44.4, 'SMALL_1'],
        ['X_3', 10, 10, 'SMALL_1'],
      ].map(([code, lon, lat, scale]) =>
        registerRecord(
          'reservoir',
          String(code),
          { scale: String(scale), totalCapacityTenThousandCubicMetres: 5, administrativeName: '甲' },
          {
            position: {
              lon: Number(lon),
              lat: Number(lat),
              original: { lon: Number(lon), lat: Number(lat), crs: 'WGS84' },
            },
          },
        ),
      ),
    ),
  );
  const near = (withinMetres: number) => ({ near: { lon: 84.68, lat: 44.44, withinMetres } });
  const ring = [
    [84, 44],
    [84.5, 44],
    [84, 45],
    [84, 44],
  ];

  test.each([
    ['nothing asked', {}, ['R-1', 'R-2', 'X_3']],
    ['by division', { divisions: ['654202'] }, ['R-1', 'R-2']],
    ['by outline', { within: { type: 'Polygon', coordinates: [ring] } }, ['R-2']],
    ['by distance', near(1000), ['R-1']],
    ['by the beginning of the code', { text: 'r-' }, ['R-1', 'R-2']],
    ['by a part of the name', { text: '演练·X' }, ['X_3']],
    ['a mark of a pattern is itself', { text: 'X_' }, ['X_3']],
    ['and matches no other', { text: 'R_' }, []],
    ['by code', { scale: ['SMALL_1'] }, ['R-2', 'X_3']],
    ['by feed', { feeds: [FEED] }, []],
  ])('%s', async (_name, filter, found) => {
    const REGISTER = graphql(`
      query Reservoirs($filter: ReservoirFilter) { reservoirs(filter: $filter) { edges { node { code } } } }
    `);
    const { reservoirs } = await graph.ask(REGISTER, { filter });
    expect(reservoirs.edges.map(({ node }) => node.code)).toEqual(found);
  });

  test.each([
    ['a circle that is none', { near: { lon: 999, lat: 0, withinMetres: 1 } }],
    ['a text with a control character', { text: 'a\0b' }],
    ['a code with a NUL', { scale: ['\0'] }],
  ])('%s is BAD_INPUT', async (_name, filter) => {
    const { errors } = await graph.answer(
      'query ($f: ReservoirFilter) { reservoirs(filter: $f) { edges { cursor } } }',
      { f: filter },
    );
    expect(errors?.[0]?.extensions.code).toBe('BAD_INPUT');
    expect(graph.internal).toEqual([]);
  });
});

describe('what is read again later', () => {
  test('leaves an entry alone that changed since, and is a change where no hand was in between and it is read otherwise', async () => {
    const record = (fields: object, raw: string) =>
      registerRecord('supply-depot', 'R-1', { ...DEPOT, ...fields }, { raw });
    const area = async () =>
      (await graph.answer(`{ supplyDepot(id: "${FEED}:supply-depot:R-1") { areaSquareMetres revision } }`)).data
        ?.supplyDepot;
    await graph.take(FEED, [record({ areaSquareMetres: 1 }, 'a')]);
    await graph.take(FEED, [record({ areaSquareMetres: 1 }, 'a')]);
    expect(await area()).toEqual({ areaSquareMetres: 1, revision: 0 });
    await graph.take(FEED, [record({ areaSquareMetres: 2 }, 'a')]);
    expect(await area()).toEqual({ areaSquareMetres: 2, revision: 1 });
    const again = (asOf: Date) =>
      graph.db.transaction((client) => {
        const stamped = { ...record({ areaSquareMetres: 3 }, 'b'), rawHash: Buffer.from('b'), division: null };
        return writeRegister(client, FEED, [stamped as never], NOW, asOf);
      });
    await again(new Date(NOW.getTime() - 1));
    expect(await area()).toEqual({ areaSquareMetres: 2, revision: 1 });
    await again(NOW);
    expect(await area()).toEqual({ areaSquareMetres: 3, revision: 2 });
  });
});

test('personal fields are null for a reader, in the entry and in its history; the administrator sees them', async () => {
  await graph.take(FEED, [
    registerRecord('information-officer', 'O-1', {
      level: 'VILLAGE',
      phone: '13912345678',
      officePhone: '0992-7654321',
    }),
  ]);
  const query = `{ informationOfficer(id: "${FEED}:information-officer:O-1") { phone officePhone history { phone } } }`;
  const seen = async (viewer = READER) => (await graph.answer(query, {}, viewer)).data?.informationOfficer;
  expect(await seen()).toEqual({ phone: null, officePhone: '0992-7654321', history: [{ phone: null }] });
  expect(await seen(ADMIN)).toMatchObject({ phone: '13912345678', history: [{ phone: '13912345678' }] });
});

test('what a feed says wrongly of an entry is refused before it is stored, whatever the connector let through', async () => {
  const { guard } = await import('../connectors/guard.js');
  const { records, rejects } = guard(
    [
      registerRecord('shelter', 'B-1', { capacityPersons: 100 }),
      registerRecord('shelter', 'B-2', { capacityPersons: -1 }),
      registerRecord('castle', 'C-1', {}),
    ],
    NOW,
    { keepObservationsDays: 400, exercise: true },
  );
  expect(records.map((record) => 'code' in record && record.code)).toEqual(['B-1']);
  expect(rejects.map(({ reason }) => reason)).toEqual(['out-of-range', 'unsupported']);
});

describe('many entries', () => {
  beforeAll(async () => {
    const numbers = Array.from({ length: MANY }, (_, n) => String(n).padStart(3, '0'));
    await graph.take(
      FEED,
      numbers.flatMap((n) => [
        registerRecord('supply-depot', `M-${n}`, DEPOT),
        registerRecord('supply-item', `M-${n}-a`, item(`M-${n}`, 1)),
        registerRecord('supply-item', `M-${n}-b`, item(`M-${n}`, 2)),
      ]),
    );
    await graph.take('water/reservoirs', [registerRecord('supply-depot', 'M-000', DEPOT)]);
  });

  const DEEP = graphql(`
    query DepotsDeep($first: Int!, $after: String) {
      supplyDepots(first: $first, after: $after, filter: { text: "M-", feeds: ["emergency/registries"] }) {
        pageInfo { hasNextPage endCursor }
        edges {
          node {
            code
            feed { id }
            division { name }
            history { revision }
            items { code depot { code items { code } } }
          }
        }
      }
    }
  `);

  test('depots with their items, feeds and histories cost as many statements for 50 as for 5', async () => {
    const few = await graph.cost(DEEP, { first: 5 });
    const many = await graph.cost(DEEP, { first: MANY });
    expect(few.data.supplyDepots.edges).toHaveLength(5);
    expect(many.data.supplyDepots.edges).toHaveLength(MANY);
    for (const { node } of many.data.supplyDepots.edges)
      expect(node.items.map(({ code, depot }) => [code, depot?.code])).toEqual([
        [`${node.code}-a`, node.code],
        [`${node.code}-b`, node.code],
      ]);
    expect(many.statements).toHaveLength(few.statements.length);
    expect(few.statements.length).toBeLessThanOrEqual(7);
  });

  test('pages hold every entry once', async () => {
    const seen: string[] = [];
    for (let after: string | null | undefined, more = true; more; ) {
      const { supplyDepots }: Awaited<ReturnType<typeof page>> = await page(after);
      seen.push(...supplyDepots.edges.map(({ node }) => node.code));
      after = supplyDepots.pageInfo.endCursor;
      more = supplyDepots.pageInfo.hasNextPage;
    }
    expect(seen).toHaveLength(MANY);
    expect(new Set(seen).size).toBe(MANY);
  });
  const page = (after: string | null | undefined) => graph.ask(DEEP, { first: 7, after: after ?? null });

  test('where two feeds have an entry of one code, each reference leads to that of its own feed', async () => {
    const query = (feed: string) =>
      `{ supplyDepot(id: "${feed}:supply-depot:M-000") { items { code depot { feed { id } } } } }`;
    const own = (await graph.answer(query(FEED))).data?.supplyDepot;
    expect(own).toEqual({ items: ['a', 'b'].map((n) => ({ code: `M-000-${n}`, depot: { feed: { id: FEED } } })) });
    expect((await graph.answer(query('water/reservoirs'))).data?.supplyDepot).toEqual({ items: [] });
  });
});
