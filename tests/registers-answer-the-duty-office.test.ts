import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { type Graph, openGraph } from './support/graph.js';
import { registerRecord } from './support/records.js';

const NOW = new Date('2026-06-01T08:00:00Z');
const FEED = 'emergency/registries';
const item = (depot: string, quantity: number) => ({ depot, classCode: '106', quantity, measure: '顶' });
let graph: Graph;

beforeAll(async () => {
  graph = await openGraph(NOW, [{ id: FEED, freshness: 'contact' }]);
});
afterAll(() => graph.close());

describe('asking what the duty office asks', () => {
  test('supplies by class of GB/T 38565: a class, or a first level with all beneath it', async () => {
    await graph.take(
      FEED,
      [
        ['S-1', '106'],
        ['S-2', '104'],
        ['S-3', '210'],
      ].map(([code, classCode]) =>
        registerRecord('supply-item', String(code), { ...item('K-1', 5), classCode: String(classCode) }),
      ),
    );
    const found = async (...classCode: string[]) => {
      const query =
        'query ($f: SupplyItemFilter) { supplyItems(filter: $f) { edges { node { code classCode { name(language: "zh") } } } } }';
      const { data } = await graph.answer(query, { f: { text: 'S-', classCode } });
      return (
        JSON.parse(JSON.stringify(data)) as { supplyItems: { edges: { node: { code: string } }[] } }
      ).supplyItems.edges.map(({ node }) => node.code);
    };
    expect([await found('106'), await found('1'), await found('2', '104'), await found('3')]).toEqual([
      ['S-1'],
      ['S-1', 'S-2'],
      ['S-2', 'S-3'],
      [],
    ]);
  });

  test('who is on duty at a moment: from the start of a shift, no longer at its end', async () => {
    const shift = (code: string, startsAt: string, endsAt: string) =>
      registerRecord('duty-shift', code, { startsAt, endsAt, leaderName: '甲', officerName: '乙' });
    await graph.take(FEED, [
      shift('D-1', '2026-06-01T01:00:00.000Z', '2026-06-02T01:00:00.000Z'),
      shift('D-2', '2026-06-02T01:00:00.000Z', '2026-06-03T01:00:00.000Z'),
    ]);
    const onDuty = async (at: string) =>
      (
        await graph.answer(
          'query ($at: DateTime!) { dutyShifts(filter: { at: $at }) { edges { node { code officerName } } } }',
          { at },
        )
      ).data?.dutyShifts;
    const only = (code: string) => ({ edges: [{ node: { code, officerName: '乙' } }] });
    expect(await onDuty(NOW.toISOString())).toEqual(only('D-1'));
    expect(await onDuty('2026-06-02T09:00:00+08:00')).toEqual(only('D-2'));
    expect(await onDuty('2026-06-03T01:00:00Z')).toEqual({ edges: [] });
  });

  test('the shelters of a division and of what lies beneath it', async () => {
    await graph.take(FEED, [
      registerRecord('shelter', 'T-1', { capacityPersons: 10 }, { divisionCode: '654202200' }),
      registerRecord('shelter', 'T-2', { capacityPersons: 10 }, { divisionCode: '654202201' }),
    ]);
    const query =
      'query ($d: [String!]) { shelters(filter: { divisions: $d, text: "T-" }) { edges { node { code division { name } } } } }';
    const codes = async (division: string) =>
      JSON.stringify((await graph.answer(query, { d: [division] })).data).match(/T-\d/g);
    expect([await codes('654202200'), await codes('654202')]).toEqual([['T-1'], ['T-1', 'T-2']]);
    const { data } = await graph.answer('{ division(code: "654202") { entries(register: SHELTER) { code } } }');
    expect(data).toEqual({ division: { entries: ['T-1', 'T-2'].map((code) => ({ code })) } });
  });
});
