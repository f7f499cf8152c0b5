import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { DecodeError } from './decode-error.js';
import { readPlant } from './plant-json.js';

const read = (value: unknown) => readPlant(Buffer.from(JSON.stringify(value)));
const reasonOf = (bytes: Uint8Array): string => {
  try {
    readPlant(bytes);
    return 'taken';
  } catch (error) {
    if (error instanceof DecodeError) return error.reason;
    throw error;
  }
};
const POINT = { companyCode: 'C', equipCode: 'V', pointCode: 'P', value: 1 };

describe('a message of a plant', () => {
  test.each([
    ['one point', POINT],
    ['an array', [POINT]],
    ['points', { points: [POINT] }],
    ['one point by that name', { point: POINT }],
  ])('is read as %s', (_name, value) => {
    const { points, faults } = read(value);
    expect([points.map(({ fields }) => fields), faults]).toEqual([[POINT], []]);
  });
  test('says for all its parts what it says once, unless they say otherwise', () => {
    const { points, equipment } = read({
      companyCode: 'C',
      time: 'T',
      points: [{ pointCode: 'P', time: 'U' }, { pointCode: 'Q' }],
      equipment: { equipCode: 'V' },
    });
    expect(points.map(({ fields }) => fields)).toEqual([
      { companyCode: 'C', time: 'U', pointCode: 'P' },
      { companyCode: 'C', time: 'T', pointCode: 'Q' },
    ]);
    expect(equipment.map(({ raw }) => raw)).toEqual(['{"equipment":[{"companyCode":"C","time":"T","equipCode":"V"}]}']);
  });
  test('gives each part as a message of its own, which reads the same', () => {
    const message = read({
      companyCode: 'C',
      points: [POINT],
      hazards: [{ hazardCode: 'H' }],
      enterprise: { name: 'N' },
    });
    for (const section of ['points', 'hazards', 'enterprises'] as const) {
      const [item] = message[section];
      expect(readPlant(Buffer.from(item?.raw ?? ''))[section]).toEqual([item]);
    }
  });
  test('may be base data alone, with the equipment it has, or among points; a name beside points is no base data', () => {
    const hazard = { companyCode: 'C', hazardCode: 'H', hazardName: 'N', rLevel: 3 };
    const alone = read({ ...hazard, equipment: [{ equipCode: 'V' }] });
    expect([alone.hazards.map(({ fields }) => fields), alone.equipment.length]).toEqual([[hazard], 1]);
    const mixed = read([POINT, hazard, { companyCode: 'C', companyName: 'M' }]);
    expect([mixed.points.length, mixed.hazards.length, mixed.enterprises.length]).toEqual([1, 1, 1]);
    const points = read({ companyCode: 'C', companyName: 'M', points: [POINT] });
    expect([points.points.length, points.enterprises.length]).toEqual([1, 0]);
  });
  test('keeps its good parts when one is none', () => {
    const { points, faults } = read({ points: [POINT, 7] });
    expect([points.length, faults]).toEqual([1, [{ raw: '{"points":7}', message: '7 in points is no object' }]]);
  });
  test('that holds nothing known, or too much, is refused whole', () => {
    expect(reasonOf(Buffer.from('{"heartbeat":1}'))).toBe('unsupported');
    expect(reasonOf(Buffer.from(JSON.stringify(Array(10_001).fill(1))))).toBe('too-large');
    expect(reasonOf(Buffer.alloc(1_048_577, 0x20))).toBe('too-large');
    expect(reasonOf(Buffer.from('{"pointCode":"A","pointCode":"B"}'))).toBe('malformed');
  });
});

describe('whatever comes', () => {
  const good = JSON.stringify({ companyCode: '甲', points: [POINT], equipment: [{ equipCode: 'V', name: '罐' }] });
  test('cut at every byte it is refused as such, never misread', () => {
    const bytes = Buffer.from(good);
    for (let end = 0; end < bytes.length; end += 1)
      expect(['truncated', 'malformed', 'bad-encoding']).toContain(reasonOf(bytes.subarray(0, end)));
  });
  test('it throws nothing but DecodeError', () => {
    fc.assert(fc.property(fc.uint8Array({ maxLength: 300 }), (bytes) => void reasonOf(bytes)));
    fc.assert(fc.property(fc.json(), (text) => void reasonOf(Buffer.from(text))));
    fc.assert(
      fc.property(fc.nat(good.length), fc.string({ maxLength: 4 }), (at, dirt) => {
        reasonOf(Buffer.from(good.slice(0, at) + dirt + good.slice(at + 1)));
      }),
    );
  });
  test('a megabyte of brackets takes no time', () => {
    const begun = performance.now();
    expect(reasonOf(Buffer.from('['.repeat(1_000_000)))).toBe('malformed');
    expect(reasonOf(Buffer.from('{"a":'.repeat(200_000)))).toBe('malformed');
    expect(performance.now() - begun).toBeLessThan(2000);
  });
});
