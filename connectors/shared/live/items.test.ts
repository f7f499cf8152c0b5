import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { SCENIC_SERVICE } from '../../../model/live/scenic-service.js';
import { readItems } from './items.js';

const MAPPING = {
  items: 'result.areas',
  code: 'id',
  fields: { parkingFree: 'parking.free' },
  observedAt: 'at',
  zone: 'Asia/Shanghai',
};
const list = (...areas: unknown[]) => ({ result: { areas } });
const read = (codes: string[], answer: unknown, errors: Parameters<typeof readItems>[4] = []) => {
  const { byCode, rejects } = readItems(SCENIC_SERVICE, MAPPING, codes, answer, errors) ?? {};
  return {
    ...Object.fromEntries(byCode ?? []),
    rejects: rejects?.map(({ raw, reason }) => `${reason} ${String(raw)}`),
  };
};
const known = (parkingFree: number) => ({ fields: expect.objectContaining({ parkingFree }), observedAt: null });
const UNKNOWN = { fields: null, observedAt: null };

describe('the items of an answer', () => {
  test('are found by their codes, in any order, numbers as texts; what is not there is unknown', () => {
    const answer = list(
      { id: 7, parking: { free: 3 } },
      { id: 'A', parking: { free: '12' }, at: '2026-07-01 16:00:00' },
    );
    expect(read(['A', '7', 'B'], answer)).toEqual({
      A: { ...known(12), observedAt: new Date('2026-07-01T08:00:00Z') },
      7: known(3),
      B: UNKNOWN,
      rejects: [],
    });
  });

  test('may stand in an object by code', () => {
    expect(read(['A', 'B'], { result: { areas: { A: { parking: { free: 1 } }, B: null } } })).toMatchObject({
      A: known(1),
      B: UNKNOWN,
    });
  });

  test.each([
    [{}],
    [{ result: { areas: null } }],
    [{ result: { areas: { error: 'busy', code: 5 } } }],
    ['x'],
    [null],
  ])('are not in %j', (answer) => {
    expect(readItems(SCENIC_SERVICE, MAPPING, ['A'], answer)).toBeUndefined();
  });

  test('that failed are told by the error’s path, null by its place; nobody else suffers', () => {
    const errors = [
      { message: 'no gate', path: ['result', 'areas', 1] },
      { message: 'no lot', path: ['result', 'areas', 2, 'parking', 'free'] },
    ];
    const answer = list({ id: 'A', parking: { free: 1 } }, null, { id: 'C', parking: null });
    expect(read(['A', 'B', 'C'], answer, errors)).toEqual({
      A: known(1),
      B: { fault: 'no gate' },
      C: { fault: 'no lot' },
      rejects: [],
    });
  });

  test('that are missing beside an error that leads nowhere are not known to be unknown', () => {
    expect(read(['A', 'B'], list({ id: 'A' }), [{ message: 'half is away', path: [] }])).toMatchObject({
      A: { fields: {} },
      B: { fault: 'half is away' },
    });
  });

  test('whose values cannot be true are rejected, with the fault alone: the rest stays with its department', () => {
    const answer = list({ id: 'A', parking: { free: 'many' }, bookedToday: 5 }, { id: 'B', at: 'now' }, { name: 'C' });
    expect(read(['A', 'B', 'C'], answer)).toEqual({
      A: { fault: 'its parkingFree cannot be true' },
      B: { fields: expect.anything(), observedAt: null },
      C: { fault: 'an item without "id"' },
      rejects: [
        'not-a-number {"code":"A","parkingFree":"many"}',
        'bad-time {"code":"B","observedAt":"now"}',
        'missing-field {"place":2}',
      ],
    });
  });

  test('of any answer at all never throw, and tell of every code that was asked', () => {
    fc.assert(
      fc.property(fc.jsonValue(), fc.uniqueArray(fc.string(), { maxLength: 5 }), (value, codes) => {
        for (const answer of [value, list(value, null), { result: { areas: value } }]) {
          const items = readItems(SCENIC_SERVICE, MAPPING, codes, answer, [
            { message: 'x', path: ['result', 'areas', 0] },
          ]);
          if (items) expect([...items.byCode.keys()].sort()).toEqual([...codes].sort());
        }
      }),
    );
  });
});
