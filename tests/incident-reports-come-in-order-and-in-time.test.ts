import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { graphql } from './generated/gql.js';
import type { FileIncidentReportInput } from './generated/graphql.js';
import { ADMIN, type Graph, openGraph, READER } from './support/graph.js';
import { incidentRecord } from './support/incident-record.js';

const NOW = new Date('2026-06-01T08:00:00Z');
const FEED = 'emergency/incident-reports';
const POLICE = 'public-security/incidents';
const minutes = (n: number): Date => new Date(NOW.getTime() + n * 60_000);
let graph: Graph;

beforeAll(async () => {
  graph = await openGraph(NOW, [
    { id: FEED, freshness: 'on-demand' },
    { id: POLICE, freshness: 'contact' },
  ]);
});
afterAll(() => graph.close());

const FILE = graphql(`
  mutation FileReport($input: FileIncidentReportInput!) {
    fileIncidentReport(input: $input) {
      __typename
      ... on IncidentReportFiled {
        repeated
        report { id serial kind medium late dueAt text contactPhone casualties { dead trapped missing } level state reopenReason }
        incident { id number title state level revision reportDue { kind medium dueAt overdue } reports { id } }
      }
      ... on IncidentReportOutOfOrder { reason incident { id state reports { id } } }
    }
  }
`);
const FIRST = {
  kind: 'FIRST',
  medium: 'PHONE',
  title: '演练·河滩围困',
  class: '10100',
  occurredAt: NOW.toISOString(),
  text: '两人被困',
  unit: '乌苏市应急局',
} as const;
let keys = 0;
const file = async (input: Partial<FileIncidentReportInput>) => {
  keys += 1;
  const whole = { idempotencyKey: `key ${keys}`, unit: '乌苏市应急局', text: '…', ...input };
  return (await graph.ask(FILE, { input: whole as FileIncidentReportInput }, ADMIN)).fileIncidentReport;
};
const filed = async (input: Partial<FileIncidentReportInput>) => {
  const result = await file(input);
  if (result.__typename !== 'IncidentReportFiled') throw new Error(`${result.__typename}: ${result.reason}`);
  return result;
};
const codeOf = async (input: object, viewer = ADMIN) =>
  (await graph.answer(String(FILE), { input }, viewer)).errors?.[0]?.extensions.code;
const overdue = async (wanted: boolean) =>
  (
    await graph.ask(
      graphql(`query Overdue($wanted: Boolean!) { incidents(overdue: $wanted) { edges { node { id } } } }`),
      { wanted },
    )
  ).incidents.edges.map(({ node }) => node.id);

describe('an incident’s reports', () => {
  test('follow from the first call to the final report, each with what is due next', async () => {
    graph.now = minutes(10);
    const phone = await filed({ ...FIRST, contactPhone: '0992-1234567', casualties: { trapped: 2 } });
    const { incident } = phone;
    expect(phone).toMatchObject({
      repeated: false,
      report: { serial: 1, late: false, dueAt: minutes(30).toISOString(), casualties: { trapped: 2, dead: null } },
      incident: { title: '演练·河滩围困', state: 'REPORTED', level: 'UNKNOWN', revision: 0 },
    });
    expect(phone.report.contactPhone).toBe('0992-1234567');
    expect(incident.number).toMatch(/^20260601-[0-9A-F]{8}$/);
    expect(incident.reportDue).toEqual({
      kind: 'FIRST',
      medium: 'WRITTEN',
      dueAt: minutes(60).toISOString(),
      overdue: false,
    });
    graph.now = minutes(70);
    expect(await overdue(true)).toEqual([incident.id]);
    const written = await filed({ kind: 'FIRST', medium: 'WRITTEN', incident: incident.id, level: 'III' });
    expect(written).toMatchObject({ report: { serial: 2, late: true }, incident: { revision: 1, level: 'III' } });
    expect(written.incident.reportDue).toMatchObject({ kind: 'FOLLOW_UP', dueAt: minutes(70 + 12 * 60).toISOString() });
    expect(await overdue(true)).toEqual([]);
    expect(await overdue(false)).toContain(incident.id);
    graph.now = minutes(120);
    const follow = await filed({ kind: 'FOLLOW_UP', incident: incident.id });
    expect(follow).toMatchObject({ incident: { state: 'RESPONDING' }, report: { late: false } });
    const ended = await filed({
      kind: 'FOLLOW_UP',
      incident: incident.id,
      responseEndedAt: minutes(115).toISOString(),
    });
    expect(ended.incident).toMatchObject({
      state: 'CONTROLLED',
      reportDue: { kind: 'FINAL', dueAt: minutes(115 + 72 * 60).toISOString() },
    });
    const final = await filed({ kind: 'FINAL', incident: incident.id, casualties: { dead: 0 } });
    expect(final.incident).toMatchObject({ state: 'CLOSED', reportDue: null });
    expect(final.incident.reports.map(({ id }) => id)).toEqual([5, 4, 3, 2, 1].map((n) => `${incident.id}#${n}`));
  });

  test('out of their order change nothing, and say why', async () => {
    const { incident } = await filed(FIRST);
    const { id } = incident;
    expect(await file({ ...FIRST, incident: id })).toMatchObject({
      __typename: 'IncidentReportOutOfOrder',
      reason: 'FIRST_ALREADY_FILED',
    });
    await filed({ kind: 'FINAL', incident: id });
    for (const kind of ['FOLLOW_UP', 'FINAL'] as const)
      expect(await file({ kind, incident: id })).toEqual({
        __typename: 'IncidentReportOutOfOrder',
        reason: 'ALREADY_CLOSED',
        incident: { id, state: 'CLOSED', reports: [{ id: `${id}#2` }, { id: `${id}#1` }] },
      });
    const again = await filed({ kind: 'FOLLOW_UP', incident: id, reopenReason: '复燃' });
    expect(again).toMatchObject({ report: { reopenReason: '复燃' }, incident: { state: 'RESPONDING' } });
    expect(again.incident.reportDue).toMatchObject({ kind: 'FOLLOW_UP' });
    expect(
      await codeOf({
        ...FIRST,
        idempotencyKey: 'r',
        kind: 'FOLLOW_UP',
        medium: 'WRITTEN',
        incident: id,
        reopenReason: 'x',
      }),
    ).toBe('BAD_INPUT');
  });

  test('under one key are one report, also when many come at once; other content under it is CONFLICT', async () => {
    const input = { ...FIRST, idempotencyKey: 'once', casualties: { dead: 1, trapped: 2 } };
    const before = await graph.db.read.query('SELECT count(*)::int AS n FROM incident');
    const results = await Promise.all(Array.from({ length: 5 }, () => filed(input)));
    const after = await graph.db.read.query('SELECT count(*)::int AS n FROM incident');
    expect((after.rows[0] as { n: number }).n - (before.rows[0] as { n: number }).n).toBe(1);
    expect(new Set(results.map(({ report }) => report.id)).size).toBe(1);
    expect(results.filter(({ repeated }) => !repeated)).toHaveLength(1);
    const { casualties: _casualties, ...rest } = input;
    expect((await filed({ casualties: { trapped: 2, dead: 1 }, ...rest })).repeated).toBe(true);
    expect(await codeOf({ ...input, text: '三人被困' })).toBe('CONFLICT');
  });

  test('may be filed on an incident that the police brought, whose later words no longer open what is closed', async () => {
    graph.now = minutes(200);
    await graph.take(POLICE, [incidentRecord('P1', minutes(180))]);
    const id = `${POLICE}:P1`;
    const first = await filed({
      kind: 'FIRST',
      incident: id,
      class: '20801',
      level: 'II',
      knownAt: minutes(190).toISOString(),
    });
    expect(first.incident).toMatchObject({ id, number: 'P1', title: '122交通警情', level: 'II' });
    expect(first.report.dueAt).toBe(minutes(250).toISOString());
    await filed({ kind: 'FINAL', incident: id });
    await graph.take(POLICE, [
      incidentRecord('P1', minutes(180), { state: 'RESPONDING', sourceState: '处警中', changedAt: minutes(195) }),
    ]);
    const { data } = await graph.answer(
      `{ incident(id: "${id}") { state sourceState class { code } history { state } } }`,
    );
    expect(data?.incident).toEqual({
      state: 'CLOSED',
      sourceState: '处警中',
      class: { code: '20801' },
      history: ['CLOSED', 'CLOSED', 'REPORTED', 'REPORTED'].map((state) => ({ state })),
    });
  });

  test('grow the counts of their feed, which is live whether or not anything happens', async () => {
    const look = async () =>
      (
        await graph.answer(
          `{ feed(id: "${FEED}") { state receivedCount lastReceivedAt quality(month: "2026-06") { received } } }`,
        )
      ).data?.feed as { state: string; receivedCount: number; lastReceivedAt: string; quality: { received: number } };
    const before = await look();
    graph.now = minutes(300);
    await filed(FIRST);
    const after = await look();
    expect(after).toMatchObject({ state: 'LIVE', lastReceivedAt: minutes(300).toISOString() });
    expect(after.receivedCount).toBe(before.receivedCount + 1);
    expect(after.quality.received).toBe(before.quality.received + 1);
    graph.now = minutes(300 + 7 * 24 * 60);
    expect((await look()).state).toBe('LIVE');
    graph.now = minutes(300);
  });

  test('are told live, in the order of filing, also from a cursor on', async () => {
    const REPORTED = graphql(`
      subscription Reported($after: Cursor) { incidentReported(after: $after) { cursor report { text incident { state } } } }
    `);
    type Told = {
      data: { incidentReported: { cursor: string; report: { text: string; incident: { state: string } } } };
    };
    const next = async (source: AsyncGenerator<unknown>) => ((await source.next()).value as Told).data.incidentReported;
    const live = await graph.follow(REPORTED, {}, READER);
    const { incident } = await filed({ ...FIRST, text: '甲' });
    await filed({ kind: 'FINAL', incident: incident.id, text: '乙' });
    const first = await next(live as never);
    expect(first.report.text).toBe('甲');
    expect((await next(live as never)).report).toEqual({ text: '乙', incident: { state: 'CLOSED' } });
    const later = await graph.follow(REPORTED, { after: first.cursor }, READER);
    expect((await next(later as never)).report.text).toBe('乙');
    await live.return(undefined);
    await later.return(undefined);
  });
});

describe('what is refused', () => {
  const good = { ...FIRST, idempotencyKey: 'bad' };
  test.each([
    ['no incident to follow up', { ...good, kind: 'FOLLOW_UP', medium: 'WRITTEN' }, 'BAD_INPUT'],
    ['an unknown incident', { ...good, kind: 'FINAL', medium: 'WRITTEN', incident: 'x:y' }, 'NOT_FOUND'],
    ['a new one without a title', { ...good, title: ' ' }, 'BAD_INPUT'],
    ['a new one without its time', { ...good, occurredAt: null }, 'BAD_INPUT'],
    ['a time to come', { ...good, occurredAt: '2030-01-01T00:00:00Z' }, 'BAD_INPUT'],
    ['a class that is none', { ...good, class: '99999' }, 'BAD_INPUT'],
    ['fewer than nobody', { ...good, casualties: { dead: -1 } }, 'BAD_INPUT'],
    ['no text', { ...good, text: '\n' }, 'BAD_INPUT'],
    ['a text too long', { ...good, text: 'x'.repeat(5001) }, 'BAD_INPUT'],
    ['control characters', { ...good, unit: 'a\u0000b' }, 'BAD_INPUT'],
    ['half a character', { ...good, text: '\ud800' }, 'BAD_INPUT'],
    ['no telephone', { ...good, contactPhone: 'call me' }, 'BAD_INPUT'],
    ['no key', { ...good, idempotencyKey: ' ' }, 'BAD_INPUT'],
    ['a final report by telephone', { ...good, kind: 'FINAL', incident: 'x' }, 'BAD_INPUT'],
  ])('%s', async (_name, input, code) => {
    expect(await codeOf(input)).toBe(code);
  });

  test('a reader files nothing, and sees no contact', async () => {
    expect(await codeOf({ ...good, idempotencyKey: 'reader' }, READER)).toBe('FORBIDDEN');
    await filed({ ...FIRST, contactName: '演甲', contactPhone: '0992-1234567' });
    const { data } = await graph.answer(
      '{ incidents(first: 200) { edges { node { reports { contactName contactPhone text } } } } }',
    );
    expect(JSON.stringify(data)).not.toMatch(/演甲|1234567/);
    expect(JSON.stringify(data)).toContain('两人被困');
  });

  test('a feed that is switched off takes none', async () => {
    await graph.db.write.query('UPDATE feed SET disabled = true WHERE id = $1', [FEED]);
    expect(await codeOf({ ...good, idempotencyKey: 'off' })).toBe('SOURCE_UNAVAILABLE');
    await graph.db.write.query('UPDATE feed SET disabled = false WHERE id = $1', [FEED]);
  });
});
