import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { execute, parse } from 'graphql';
import { REGISTERS } from '../model/registers.js';
import { openDatabase } from '../prisma/database.js';
import { isUnavailable } from '../prisma/store/failure.js';
import { buildSchema } from '../schema/index.js';
import { watchedSchema } from '../server/audit/watched-schema.js';
import { graphql } from './generated/gql.js';
import { ADMIN, type Graph, openGraph, READER, STRANGER } from './support/graph.js';
import { observationRecord, stationRecord } from './support/records.js';

const NOW = new Date('2026-06-01T08:00:00Z');
let graph: Graph;

beforeAll(async () => {
  graph = await openGraph(NOW, [{ id: 'water/telemetry' }]);
  await graph.take('water/telemetry', [
    stationRecord('S'),
    ...Array.from({ length: 30 }, (_, n) => observationRecord('S', new Date(NOW.getTime() - n * 60_000), n)),
  ]);
});
afterAll(() => graph.close());

const codeOf = async (query: string, variables = {}, viewer = READER): Promise<unknown> =>
  (await graph.answer(query, variables, viewer)).errors?.[0]?.extensions.code;

describe('who may do what', () => {
  const everyRoot = [
    'query { departments { code } }',
    'query { department(code: WATER) { code } }',
    'query { feeds { id } }',
    'query { feed(id: "water/telemetry") { id } }',
    'query { stations { edges { cursor } } }',
    'query { station(id: "x") { id } }',
    'query { fires { edges { cursor } } }',
    'query { fire(id: "1") { id } }',
    'query { fireHotspots { edges { cursor } } }',
    'query { fireAlarms { edges { cursor } } }',
    'query { deviceStates { edges { cursor } } }',
    'query { airQuality { edges { cursor } } }',
    'query { airQualityLatest { edges { cursor } } }',
    'query { roadEvent(id: "1") { id } }',
    'query { roadEvents { edges { cursor } } }',
    'query { incidents { edges { cursor } } }',
    'query { incident(id: "x") { id } }',
    'mutation { fileIncidentReport(input: { idempotencyKey: "x", kind: FIRST, text: "x", unit: "x" }) { __typename } }',
    'query { visitorFlow { edges { cursor } } }',
    'query { earthquakes { edges { cursor } } }',
    'query { earthquake(id: "1") { id } }',
    'mutation { separateReport(report: "x") }',
    'mutation { joinReport(report: "x", to: "1") }',
    'query { jurisdictions { id } }',
    'query { jurisdiction(id: "x") { id } }',
    'query { answerable(position: { type: "Point", coordinates: [84, 44] }) { id } }',
    'mutation { saveJurisdiction(input: { id: "other:x", kind: OTHER, nameZh: "x", validFrom: "2026-01-01T00:00:00Z" }) { id } }',
    'mutation { assignJurisdiction(jurisdiction: "other:x", division: "654202", from: "2026-01-01T00:00:00Z", source: "x") { id } }',
    'mutation { endJurisdictionArea(id: "x", to: "2026-01-01T00:00:00Z") }',
    'query { exchangeBundles { edges { cursor } } }',
    'query { exchangeLag { waiting } }',
    'query { exchangeLog { edges { cursor } } }',
    'query { exchangeOverdue { edges { cursor } } }',
    'query { exchangeReceipts { edges { cursor } } }',
    'query { exchangeRefusals { edges { cursor } } }',
    'query { peers { name } }',
    'mutation { retryExchange(peer: "x") }',
    'mutation { markExchangeHandled(peer: "x", seq: 1, what: "x") { seq } }',
    'query { grants { id } }',
    'query { apiKeys { id } }',
    'mutation { grantDataset(input: { feed: "water/telemetry", to: WEATHER, reason: "x" }) { id } }',
    'mutation { revokeGrant(id: "x") { id } }',
    'mutation { createApiKey(name: "x", roles: [READER]) { key } }',
    'mutation { rotateApiKey(id: "x") { key } }',
    'mutation { revokeApiKey(id: "x") { id } }',
    'mutation { blockPerson(id: "person:x", reason: "x") }',
    'mutation { unblockPerson(id: "person:x") }',
    'mutation { enableFeed(id: "water/telemetry") { id } }',
    'mutation { disableFeed(id: "water/telemetry") { id } }',
    ...REGISTERS.flatMap(({ type, plural }) => [
      `query { ${plural} { edges { cursor } } }`,
      `query { ${type.charAt(0).toLowerCase()}${type.slice(1)}(id: "x") { id } }`,
      `mutation { save${type}(input: {}) { id } }`,
      `mutation { retire${type}(id: "x") { id } }`,
    ]),
    'query { warningsToRelease { edges { cursor } } }',
    'query { bypassesToReview { edges { cursor } } }',
    'mutation { draftWarning(input: { idempotencyKey: "x", hazardCode: "11B03", status: TEST, level: BLUE, expiresAt: "2026-06-02T00:00:00Z", texts: [], divisions: [] }) { __typename } }',
    'mutation { updateWarning(input: { idempotencyKey: "x", id: "x", level: BLUE, expiresAt: "2026-06-02T00:00:00Z", texts: [], divisions: [] }) { __typename } }',
    'mutation { submitWarning(input: { idempotencyKey: "x", id: "x" }) { __typename } }',
    'mutation { releaseWarning(input: { idempotencyKey: "x", id: "x" }) { __typename } }',
    'mutation { returnWarning(input: { idempotencyKey: "x", id: "x", reason: "x" }) { __typename } }',
    'mutation { cancelWarning(input: { idempotencyKey: "x", id: "x", reason: "x" }) { __typename } }',
    'mutation { reviewBypass(input: { idempotencyKey: "x", id: "x", verdict: JUSTIFIED, note: "x" }) { __typename } }',
    'mutation { retryRejected(feed: "water/telemetry") { inputs } }',
    'mutation { reloadSettings { error } }',
    'query { auditEntries { edges { cursor } } }',
    'query { accessToMyData { edges { cursor } } }',
    'query { instructions { edges { cursor } } }',
    'query { instruction(id: "x") { id } }',
    'query { exchangeHoldings { edges { cursor } } }',
    'mutation { issueInstruction(input: { idempotencyKey: "x", peer: "x", title: "x", text: "x", dueAt: "2026-06-02T00:00:00Z" }) { __typename } }',
    'mutation { acknowledgeInstruction(id: "x") { __typename } }',
    'mutation { reportInstructionOutcome(id: "x", outcome: DONE, text: "x") { __typename } }',
    'mutation { cancelInstruction(id: "x", reason: "x") { __typename } }',
    'query { warningDeliveries { edges { cursor } } }',
    'mutation { acknowledgeWarning(identifier: "x") { __typename } }',
  ];
  test.each(everyRoot)('without the right to read, %s is UNAUTHENTICATED and gives nothing', async (query) => {
    const { data, errors } = await graph.answer(query, {}, STRANGER);
    expect(errors?.map((error) => error.extensions.code)).toEqual(['UNAUTHENTICATED']);
    expect(Object.values(data ?? {}).filter((value) => value !== null)).toEqual([]);
  });

  test('no root field was forgotten', async () => {
    const { data } = await graph.answer(
      '{ __schema { queryType { fields { name } } mutationType { fields { name } } } }',
    );
    const { __schema: schema } = data as { __schema: Record<string, { fields: { name: string }[] }> };
    const names = Object.values(schema).flatMap((type) => type.fields.map(({ name }) => name));
    const open = names.filter((name) => !everyRoot.some((query) => new RegExp(`\\{ ${name}\\b`).test(query)));
    // Published warnings, their log's end, divisions and who one is oneself are for everyone.
    expect(open).toEqual(['currentCursor', 'division', 'me', 'warning', 'warnings']);
  });

  test('__typename alone needs no right', async () => {
    expect(await graph.answer('{ __typename }', {}, STRANGER)).toEqual({ data: { __typename: 'Query' } });
  });

  test('switching a feed needs the administrator, and says why it is off', async () => {
    const off = graphql(
      `mutation Off($reason: String) { disableFeed(id: "water/telemetry", reason: $reason) { state stateReason } }`,
    );
    const on = graphql(`mutation On { enableFeed(id: "water/telemetry") { state stateReason } }`);
    expect(await codeOf(String(off))).toBe('FORBIDDEN');
    expect(graph.switched).toEqual([]);
    expect(await graph.ask(off, { reason: 'maintenance' }, ADMIN)).toEqual({
      disableFeed: { state: 'DISABLED', stateReason: 'maintenance' },
    });
    expect(await graph.ask(on, {}, ADMIN)).toEqual({ enableFeed: { state: 'LIVE', stateReason: null } });
    expect(await codeOf(String(off), { reason: 'a\nb' }, ADMIN)).toBe('BAD_INPUT');
    expect(await codeOf(String(off), { reason: 'x'.repeat(501) }, ADMIN)).toBe('BAD_INPUT');
    expect(graph.switched).toHaveLength(2);
    // Who administers the hub without reading its data is answered too, with the feed alone.
    const administrator = { ...ADMIN, id: 'key:a', roles: ['ADMINISTRATOR' as const] };
    expect(await graph.ask(on, {}, administrator)).toEqual({ enableFeed: { state: 'LIVE', stateReason: null } });
    expect(await codeOf('{ feed(id: "water/telemetry") { rejections { edges { cursor } } } }', {}, administrator)).toBe(
      'FORBIDDEN',
    );
  });
});

describe('what is wrong with a request is BAD_INPUT', () => {
  test.each([
    ['an unknown field', '{ feedz { id } }', {}],
    ['an unknown enum value', '{ feeds(department: WATTER) { id } }', {}],
    ['an enum value in a variable', 'query ($d: DepartmentCode) { feeds(department: $d) { id } }', { d: 'WATTER' }],
    [
      'a time without zone',
      'query ($t: DateTime!) { fireAlarms(filter: { since: $t }) { edges { cursor } } }',
      { t: '2026-06-01T08:00:00' },
    ],
    ['a time that never was', '{ fireAlarms(filter: { since: "2026-02-30T08:00:00Z" }) { edges { cursor } } }', {}],
    ['a time that is a number', '{ fireAlarms(filter: { since: 5 }) { edges { cursor } } }', {}],
    ['an Int too large', '{ stations(first: 99999999999) { edges { cursor } } }', {}],
    ['a missing variable', 'query ($id: ID!) { feed(id: $id) { id } }', {}],
    ['a class that is none', '{ incidents(filter: { classes: ["fire"] }) { edges { cursor } } }', {}],
    ['an id too long', 'query ($id: ID!) { feed(id: $id) { id } }', { id: 'x'.repeat(257) }],
    ['an id with a NUL', 'query ($id: ID!) { station(id: $id) { id } }', { id: 'a\0b' }],
    ['a warning’s id with a NUL', 'query ($id: ID!) { warning(id: $id) { id } }', { id: 'a\0b' }],
    [
      'a hazard code with a NUL',
      'query ($c: [String!]) { warnings(filter: { hazardCodes: $c }) { edges { cursor } } }',
      { c: ['\0'] },
    ],
    [
      'a list item that is null',
      'query ($c: [String!]) { warnings(filter: { hazardCodes: $c }) { edges { cursor } } }',
      { c: [null] },
    ],
  ])('%s', async (_name, query, variables) => {
    const { errors } = await graph.answer(query, variables);
    expect(errors?.map((error) => error.extensions.code)).toEqual(['BAD_INPUT']);
    expect(JSON.stringify(errors)).not.toMatch(/did you mean|stack|node_modules/i);
    expect(graph.internal).toEqual([]);
  });
});

describe('series', () => {
  const SERIES = graphql(`
    query Series($from: DateTime!, $to: DateTime!, $everySeconds: Int) {
      station(id: "water/telemetry:S") {
        datastreams { series(from: $from, to: $to, everySeconds: $everySeconds) { at value min mean max count } }
      }
    }
  `);
  const series = async (minutes: number, everySeconds?: number) =>
    (
      await graph.ask(SERIES, {
        from: new Date(NOW.getTime() - minutes * 60_000).toISOString(),
        to: NOW.toISOString(),
        everySeconds,
      })
    ).station!.datastreams[0]!.series;

  test('raw values come oldest first, from inclusive, to exclusive', async () => {
    expect((await series(3)).map(({ at, value }) => [at, value])).toEqual([
      ['2026-06-01T07:57:00.000Z', 3],
      ['2026-06-01T07:58:00.000Z', 2],
      ['2026-06-01T07:59:00.000Z', 1],
    ]);
  });

  test('buckets hold the smallest, mean, largest and how many', async () => {
    expect(await series(20, 600)).toEqual([
      { at: '2026-06-01T07:40:00.000Z', value: 15.5, min: 11, mean: 15.5, max: 20, count: 10 },
      { at: '2026-06-01T07:50:00.000Z', value: 5.5, min: 1, mean: 5.5, max: 10, count: 10 },
    ]);
  });

  test.each([
    ['backwards', -5, undefined],
    ['of nothing', 0, undefined],
    ['buckets of no length', 60, 0],
    ['buckets of negative length', 60, -60],
  ])('%s is BAD_INPUT', async (_name, minutes, everySeconds) => {
    await expect(series(minutes, everySeconds)).rejects.toMatchObject({ extensions: { code: 'BAD_INPUT' } });
  });

  test('too long, or too many points, is TOO_COMPLEX and says what would do', async () => {
    await expect(series(401 * 1440)).rejects.toMatchObject({ extensions: { code: 'TOO_COMPLEX' } });
    await expect(series(10 * 1440, 60)).rejects.toThrow('everySeconds of at least 87');
  });

  test('its points are not shown to the audit one by one: whose they are is told by what they stand in', async () => {
    const shown: unknown[] = [];
    const { data, errors } = await execute({
      schema: watchedSchema(buildSchema()),
      document: parse(String(SERIES)),
      variableValues: { from: new Date(NOW.getTime() - 20 * 60_000).toISOString(), to: NOW.toISOString() },
      contextValue: {
        ...graph.context(READER),
        trail: { asked: () => {}, shown: (value: unknown) => shown.push(value) },
      },
    });
    expect(errors).toBeUndefined();
    expect(JSON.stringify(data).match(/"at"/g)).toHaveLength(20);
    expect(shown).toHaveLength(2);
  });
});

test('a failure inside shows its request id, and nothing of what failed', async () => {
  await graph.db.write.query('ALTER TABLE observation_latest RENAME TO hidden_away');
  const { data, errors } = await graph.answer(
    '{ feeds { id } station(id: "water/telemetry:S") { name datastreams { property latest { value } } } }',
  );
  await graph.db.write.query('ALTER TABLE hidden_away RENAME TO observation_latest');
  expect(data).toEqual({
    feeds: [{ id: 'water/telemetry' }],
    station: { name: '测站 S', datastreams: [{ property: 'water-level', latest: null }] },
  });
  const text = JSON.stringify(errors);
  expect(errors?.[0]?.extensions).toEqual({ code: 'INTERNAL', requestId: expect.any(String) });
  expect(text).not.toMatch(/observation_latest|relation|SELECT|\.ts|42P01/);
  expect(graph.internal).toHaveLength(1);
});

describe('what the database cannot serve just now', () => {
  test('is SOURCE_UNAVAILABLE where no connection is left, and is answered once there is one', async () => {
    const before = graph.internal.length;
    const held = await Promise.all(Array.from({ length: 12 }, () => graph.db.read.connect()));
    const query = '{ station(id: "water/telemetry:S") { name } }';
    try {
      const { data, errors } = await graph.answer(query);
      expect(data).toEqual({ station: null });
      expect(errors?.map(({ extensions }) => extensions)).toEqual([
        { code: 'SOURCE_UNAVAILABLE', retryAfterSeconds: 1, requestId: expect.any(String) },
      ]);
      expect(graph.internal).toHaveLength(before + 1);
    } finally {
      for (const each of held) each.release();
    }
    expect(await codeOf(query)).toBeUndefined();
  });

  test('is told from what is wrong with a statement, also where Prisma names it in its own way', async () => {
    const none = openDatabase({ url: 'postgres://nobody@127.0.0.1:1/none' });
    const failure = await none.prisma.feed.findMany().catch((error: unknown) => error);
    await none.close();
    expect([(failure as { code?: string }).code, isUnavailable(failure)]).toEqual(['P1001', true]);
    const wrong = await graph.db.prisma.$queryRaw`SELECT nothing_of_the_kind`.catch((error: unknown) => error);
    expect([(wrong as { code?: string }).code, isUnavailable(wrong)]).toEqual(['P2010', false]);
  });
});
