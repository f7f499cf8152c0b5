import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { BundleItem } from '../model/exchange.js';
import { grantOf, PERSON } from './support/access-world.js';
import { CITY, PREFECTURE, Side } from './support/exchange-sides.js';
import { READER } from './support/graph.js';
import { incidentRecord } from './support/incident-record.js';
import { warningRecord } from './support/records.js';

const NOW = new Date('2026-06-01T08:00:00Z');
const at = (minutes: number): Date => new Date(NOW.getTime() + minutes * 60_000);
const OFFICER = { ...READER, id: 'key:duty', department: 'EMERGENCY' as const, roles: ['DUTY_OFFICER' as const] };
const W = '65420241600000_20260601080000';

let city: Side;
let prefecture: Side;
beforeAll(async () => {
  city = await Side.open(CITY, 'prefecture', PREFECTURE, NOW, [
    { id: 'weather/warnings' },
    { id: 'public-security/incidents' },
    { id: 'emergency/incident-reports', freshness: 'on-demand', exercise: false },
  ]);
  prefecture = await Side.open(PREFECTURE, 'wusu', CITY, NOW, [{ id: 'weather/warnings' }]);
});
afterAll(async () => {
  await city.graph.close();
  await prefecture.graph.close();
});

const warnings = async (side: Side) =>
  (
    (
      await side.graph.answer(
        `{ warnings(filter: { states: [ACTIVE, CANCELLED, SUPERSEDED, EXPIRED] }) { edges { node { id level state status hazardCode expiresAt
          feed { id } department { code } headline divisions { code } supersededBy { id } } } } }`,
      )
    ).data as { warnings: { edges: { node: Record<string, unknown> & { id: string } }[] } }
  ).warnings.edges.map(({ node }) => node);
const warning = async (side: Side, id: string) => (await warnings(side)).find((each) => each.id === id);

describe('a warning', () => {
  const issue = (id: string, change: Parameters<typeof warningRecord>[2] = {}, minutes = 0) =>
    city.graph.take('weather/warnings', [warningRecord(id, at(minutes), { status: 'ACTUAL', ...change })]);
  let first: BundleItem;

  test('passes by what the settings say, with the forms that other software reads', async () => {
    city.kinds = { warning: { minLevel: 'YELLOW', hazards: ['11B'] } };
    prefecture.kinds = { warning: {} };
    await issue(W);
    await issue('65420241600000_20260601080001', { level: 'BLUE' });
    await issue('65420241600000_20260601080002', { status: 'EXERCISE' });
    await issue('65420233200000_20260601080003', { hazardCode: '11A01' });
    const items = await city.seal();
    expect(items.map(({ id, op }) => [id, op])).toEqual([[W, 'upsert']]);
    first = items[0] as BundleItem;
    const [domestic, cap] = first.attachments ?? [];
    expect(domestic?.name).toBe('65420241600000_20260601080000_11B03_YELLOW_Alert.xml');
    expect(domestic?.text).toContain(`<identifier>${W}</identifier>`);
    expect(cap?.text).toContain('urn:oasis:names:tc:emergency:cap:1.2');
    expect(await prefecture.take(items)).toEqual([undefined]);
    expect(await warning(prefecture, W)).toMatchObject({
      ...{ level: 'YELLOW', state: 'ACTIVE', status: 'ACTUAL', hazardCode: '11B03', headline: '暴雨黄色预警信号' },
      ...{ feed: { id: 'emergency/exchange-wusu' }, department: { code: 'WEATHER' }, divisions: [{ code: '654202' }] },
    });
  });

  test('again changes nothing; neither does an older version', async () => {
    const before = await prefecture.told('warning');
    expect(await prefecture.take([first])).toEqual([undefined]);
    // The bureau corrects its wording under the same identifier.
    await issue(W, { level: 'ORANGE', raw: 'corrected' });
    const [second] = await city.seal();
    expect(second && second.version > first.version).toBe(true);
    expect(await prefecture.take([second as BundleItem, first])).toEqual([undefined, undefined]);
    expect(await warning(prefecture, W)).toMatchObject({ level: 'ORANGE', state: 'ACTIVE' });
    expect(await prefecture.told('warning')).toBe(before + 1);
  });

  test('is not told back to the side that it came from', async () => {
    prefecture.kinds = { warning: {} };
    expect(await prefecture.seal()).toEqual([]);
  });

  test('that becomes too slight to be told of is told of all the same, and so is its end', async () => {
    const lower = '65420241600000_20260601083000';
    await issue(lower, { messageType: 'UPDATE', references: [W], level: 'BLUE' }, 30);
    const items = await city.seal();
    expect(items.map(({ id }) => id)).toEqual([lower]);
    city.now = prefecture.now = at(30);
    expect(await prefecture.take(items)).toEqual([undefined]);
    expect(await warning(prefecture, W)).toMatchObject({ state: 'SUPERSEDED', supersededBy: { id: lower } });
    city.now = prefecture.now = at(60);
    await issue('65420241600000_20260601090000', { messageType: 'CANCEL', references: [lower] }, 60);
    const ended = await city.seal();
    expect(ended.map(({ id, op }) => [id, op])).toEqual([[lower, 'cancel']]);
    expect(await prefecture.take([...ended, ...ended])).toEqual([undefined, undefined]);
    expect(await warning(prefecture, lower)).toMatchObject({ state: 'CANCELLED' });
  });

  const changed = (change: object, more: Partial<BundleItem> = {}): BundleItem => ({
    ...first,
    ...more,
    payload: { ...first.payload, ...change },
  });
  test.each([
    [
      'an end before it was sent',
      { expiresAt: '2026-06-01T07:00:00.000Z' },
      'EXPIRES_BEFORE_SENT',
      'payload.expiresAt',
    ],
    ['no such level', { level: 'PURPLE' }, 'BAD_SHAPE', 'payload.level'],
    ['no such hazard', { hazardCode: 'storm' }, 'BAD_SHAPE', 'payload.hazardCode'],
    ['a place elsewhere', { divisions: ['654202', '654223'] }, 'DIVISION_OUTSIDE', 'payload.divisions.1'],
    ['another identifier', { identifier: 'x' }, 'ID_DIFFERS', 'payload.identifier'],
  ])('with %s is refused with code, path and note', async (_what, change, code, path) => {
    const [fault] = await prefecture.take([changed(change)]);
    expect(fault).toEqual({ code, path, note: expect.stringMatching(/.{5}/) });
  });

  test('of a hazard outside the list is taken, unless the settings say otherwise', async () => {
    prefecture.kinds = { warning: { accept: { unknownHazards: false } } };
    const odd = changed({ hazardCode: '11Z99' }, { version: '9' });
    expect(await prefecture.take([odd])).toMatchObject([{ code: 'UNKNOWN_HAZARD', path: 'payload.hazardCode' }]);
    prefecture.kinds = { warning: {} };
    expect(await prefecture.take([odd])).toEqual([undefined]);
    // A code that is a feed's own goes as unknown, and its words with it.
    city.kinds = { warning: {} };
    const own = '65420241600000_20260601090500';
    await issue(own, { hazardCode: 'local-7' }, 61);
    const items = await city.seal();
    expect(items.map(({ payload }) => payload.hazardCode)).toEqual(['UNKNOWN']);
    expect(await prefecture.take(items)).toEqual([undefined]);
    expect(await warning(prefecture, own)).toMatchObject({ hazardCode: 'UNKNOWN', headline: '暴雨黄色预警信号' });
  });

  test("of this side's own cannot be changed from above, nor one of the peer's be put in its place", async () => {
    const own = '65420241600000_20260601091000';
    await issue(own, {}, 70);
    const forged = changed(
      { identifier: own, message: { ...(first.payload.message as object), identifier: 'c', type: 'CANCEL' } },
      { id: own, op: 'cancel' },
    );
    expect(await city.take([forged])).toMatchObject([{ code: 'NOT_YOURS', path: 'payload.identifier' }]);
    const replacing = changed(
      {
        ...{ identifier: '65420041600000_20260601091100' },
        message: { ...(first.payload.message as object), identifier: '65420041600000_20260601091100', type: 'UPDATE' },
        references: [{ identifier: own, sender: 'x', sentAt: '2026-06-01T08:00:00Z' }],
      },
      { id: '65420041600000_20260601091100' },
    );
    expect(await city.take([replacing])).toMatchObject([
      { code: 'NOT_YOURS', path: 'payload.references.0.identifier' },
    ]);
    expect(await warning(city, own)).toMatchObject({ state: 'ACTIVE' });
    await city.seal();
  });

  test('of the prefecture passes down and keeps that it is an exercise', async () => {
    prefecture.kinds = { warning: { statuses: ['ACTUAL', 'EXERCISE'] } };
    const id = '65420041600000_20260601092000';
    await prefecture.graph.take('weather/warnings', [warningRecord(id, at(60), { divisionCodes: ['654200'] })]);
    const items = await prefecture.seal();
    expect(await city.take(items)).toEqual([undefined]);
    expect(await warning(city, id)).toMatchObject({
      status: 'EXERCISE',
      feed: { id: 'emergency/exchange-prefecture' },
    });
  });
});

describe('a report of an incident', () => {
  const file = async (input: string): Promise<string> => {
    const { data, errors } = await city.graph.answer(
      `mutation { fileIncidentReport(input: { ${input} }) { ... on IncidentReportFiled { incident { id } } } }`,
      {},
      OFFICER,
    );
    expect(errors).toBeUndefined();
    return (data as { fileIncidentReport: { incident: { id: string } } }).fileIncidentReport.incident.id;
  };
  let incident: string;
  let items: BundleItem[];

  test("passes by the emergency department's duty, with its deadlines and without persons", async () => {
    city.kinds = { incidentReport: {} };
    prefecture.kinds = { incidentReport: {} };
    incident = await file(
      `idempotencyKey: "1", kind: FIRST, medium: PHONE, title: "奎屯河决口", text: "堤防决口约十米", unit: "乌苏市应急管理局", class: "10100",
       level: III, division: "654202", contactName: "${PERSON}", contactPhone: "13900139000", casualties: { evacuated: 40 },
       occurredAt: "${at(10).toISOString()}", knownAt: "${at(20).toISOString()}"`,
    );
    city.now = prefecture.now = at(180);
    await file(
      `idempotencyKey: "2", kind: FIRST, medium: WRITTEN, incident: "${incident}", text: "书面首报", unit: "乌苏市应急管理局"`,
    );
    items = await city.seal();
    expect(items.map(({ id }) => id)).toEqual([`${incident}#1`, `${incident}#2`]);
    expect(JSON.stringify(items)).not.toMatch(new RegExp(`${PERSON}|13900139000`));
    expect(items.map(({ payload }) => payload.report)).toMatchObject([
      { serial: 1, kind: 'FIRST', medium: 'PHONE', late: true, casualties: { evacuated: 40, dead: null } },
      { serial: 2, kind: 'FIRST', medium: 'WRITTEN', late: true, dueAt: at(80).toISOString() },
    ]);
    expect(await prefecture.take(items)).toEqual([undefined, undefined]);
    const { data } = await prefecture.graph.answer(
      '{ incidents { edges { node { id number title level feed { id } reportDue { kind dueAt } reports { serial kind late text } } } } }',
    );
    expect(data).toMatchObject({
      incidents: {
        edges: [
          {
            node: {
              ...{ id: `emergency/exchange-wusu:${incident}`, title: '奎屯河决口', level: 'III' },
              ...{ feed: { id: 'emergency/exchange-wusu' }, reportDue: { kind: 'FOLLOW_UP' } },
              reports: [
                { serial: 2, kind: 'FIRST', late: true, text: '书面首报' },
                { serial: 1, kind: 'FIRST', late: true, text: '堤防决口约十米' },
              ],
            },
          },
        ],
      },
    });
    expect(await prefecture.told('incident')).toBe(2);
  });

  test('again changes nothing', async () => {
    expect(await prefecture.take(items)).toEqual([undefined, undefined]);
    expect(await prefecture.told('incident')).toBe(2);
    // Nor is it told back.
    expect(await prefecture.seal()).toEqual([]);
  });

  test('that is not what it says is refused with code, path and note', async () => {
    const [item] = items as [BundleItem];
    const report = { ...(item.payload.report as object), late: false };
    expect(await prefecture.take([{ ...item, payload: { ...item.payload, report } }])).toEqual([
      { code: 'LATE_DIFFERS', path: 'payload.report.late', note: expect.stringContaining('due') },
    ]);
    const elsewhere = { ...(item.payload.incident as object), division: '654223' };
    expect(await prefecture.take([{ ...item, payload: { ...item.payload, incident: elsewhere } }])).toMatchObject([
      { code: 'DIVISION_OUTSIDE', path: 'payload.incident.division' },
    ]);
  });

  test("tells nothing of the police's own words that the police have not granted", async () => {
    // To the emergency department they have, not to the prefecture.
    city.graph.grants = [grantOf('public-security/incidents', 'EMERGENCY')];
    const told = { title: 'canary-title', description: 'canary', address: 'canary 17号' };
    await city.graph.take('public-security/incidents', [
      incidentRecord('canary-number', at(170), { ...told, status: 'ACTUAL' }),
    ]);
    await file(
      `idempotencyKey: "3", kind: FIRST, medium: WRITTEN, incident: "public-security/incidents:canary-number", text: "两车追尾", unit: "乌苏市应急管理局"`,
    );
    const [item] = await city.seal();
    expect(JSON.stringify(item)).not.toContain('canary');
    expect(item?.payload.incident).toMatchObject({
      classCode: '20800',
      title: '道路交通事故',
      position: null,
      address: null,
    });
    expect(await prefecture.take([item as BundleItem])).toEqual([undefined]);
    city.kinds = { incidentReport: { reports: 'granted' } };
    await file(
      `idempotencyKey: "4", kind: FOLLOW_UP, incident: "public-security/incidents:canary-number", text: "续报", unit: "乌苏市应急管理局"`,
    );
    expect(await city.seal()).toEqual([]);
  });
});
