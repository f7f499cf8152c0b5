import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { exposureFactor, gradeHazard, HAZARD_LEVELS, type HeldChemical, levelOfIndex } from './major-hazard.js';
import { HAZARD_CLASSES, hazardClass, NAMED_CHEMICALS, namedChemical } from './major-hazard-chemicals.js';

const held = (name: string, quantityTonnes: number, change: Partial<HeldChemical> = {}): HeldChemical => ({
  name,
  quantityTonnes,
  ...change,
});

describe('worked examples', () => {
  test('a methanol tank farm of 5000 t with 60 persons around: S 10, R 1.5 × 1 × 10 = 15, level 3', () => {
    expect(gradeHazard([held('甲醇', 5000)], 60)).toEqual({
      exposureFactor: 1.5,
      identificationIndex: 10,
      gradingIndex: 15,
      level: 'LEVEL_3',
      chemicals: [
        {
          name: '甲醇',
          thresholdTonnes: 500,
          thresholdBy: 'TABLE_1',
          factor: 1,
          factorBy: 'TABLE_4',
          ratio: 10,
          differs: false,
        },
      ],
    });
  });

  test('chlorine 40 t and ammonia 60 t with 120 persons around: R = 2 × (4 × 8 + 2 × 6) = 88, level 2', () => {
    expect(gradeHazard([held('液氯', 40), held('液氨', 60)], 120)).toMatchObject({
      identificationIndex: 14,
      gradingIndex: 88,
      level: 'LEVEL_2',
    });
  });

  test('phosgene 3 t with nobody around: R = 0.5 × 20 × 10 = 100, level 1', () => {
    expect(gradeHazard([held('光气', 3)], 0)).toMatchObject({ gradingIndex: 100, level: 'LEVEL_1' });
  });

  test('of what table 1 does not name, class W5.4 gives Q 5000 t and β 1: 6000 t is level 4', () => {
    expect(gradeHazard([held('煤油', 6000, { hazardClass: 'W5.4' })], 10)).toMatchObject({
      identificationIndex: 1.2,
      gradingIndex: 1.2,
      level: 'LEVEL_4',
      chemicals: [{ thresholdBy: 'TABLE_2', factorBy: 'TABLE_4' }],
    });
  });

  test('shares below 1 in sum are no major hazard, and exactly 1 is one (4.2.1)', () => {
    expect(gradeHazard([held('甲醇', 249), held('乙醇', 250)], 500).level).toBe('NONE');
    expect(gradeHazard([held('甲醇', 250), held('乙醇', 250)], 0).level).toBe('LEVEL_4');
    // 0.1 + 0.2 + 0.7 is one, whatever binary fractions make of it.
    expect(gradeHazard([held('氨', 1), held('氨', 2), held('氨', 7)], 0).level).toBe('LEVEL_4');
  });
});

describe('tables', () => {
  test('α by the persons within 500 m (table 5)', () => {
    expect([0, 1, 29, 30, 49, 50, 99, 100, 5000].map(exposureFactor)).toEqual([0.5, 1, 1, 1.2, 1.2, 1.5, 1.5, 2, 2]);
  });
  test('levels by R (table 6)', () => {
    expect([100, 99.9, 50, 49.9, 10, 9.9].map(levelOfIndex)).toEqual(
      [1, 2, 2, 3, 3, 4].map((level) => `LEVEL_${level}`),
    );
  });
  test('β of the toxic gases (table 3)', () => {
    const gases =
      '一氧化碳 二氧化硫 氨 环氧乙烷 氯化氢 溴甲烷 氯 硫化氢 氟化氢 二氧化氮 氰化氢 碳酰氯 磷化氢 异氰酸甲酯';
    const factors = gases.split(' ').map((name) => namedChemical(name)?.factor);
    expect(factors).toEqual([2, 2, 2, 2, 3, 3, 4, 5, 5, 10, 10, 20, 20, 20]);
    expect(NAMED_CHEMICALS.filter(({ factor }) => factor !== undefined)).toHaveLength(14);
  });
  test('no chemical and no CAS number stands twice, every class is one, and check digits of CAS numbers are right', () => {
    for (const all of [
      NAMED_CHEMICALS.flatMap(({ names }) => names),
      NAMED_CHEMICALS.flatMap(({ cas }) => cas),
      HAZARD_CLASSES.map(({ symbol }) => symbol),
    ])
      expect(new Set(all).size).toBe(all.length);
    for (const { cas, hazardClass: symbol, factor } of NAMED_CHEMICALS) {
      expect((hazardClass(symbol) === undefined) !== (factor === undefined)).toBe(true);
      for (const number of cas) {
        const digits = [...number.replaceAll('-', '')].map(Number);
        const sum = digits.slice(0, -1).reduce((total, digit, at) => total + digit * (digits.length - 1 - at), 0);
        expect([number, sum % 10]).toEqual([number, digits.at(-1)]);
      }
    }
  });
  test('a chemical is known by its CAS number, by any of its names, in any width, and not by part of one', () => {
    expect(namedChemical('工业用', '67-56-1')?.names[0]).toBe('甲醇');
    expect(namedChemical(' 氯化氢（无水） ')?.thresholdTonnes).toBe(20);
    expect(namedChemical('lpg')?.thresholdTonnes).toBe(50);
    expect(namedChemical('氯酸')).toBeUndefined();
  });
});

describe('what is not known', () => {
  test('of one chemical or of the persons leaves open what depends on it', () => {
    const known = held('甲醇', 5000);
    expect(gradeHazard([known], null)).toMatchObject({ identificationIndex: 10, gradingIndex: null, level: null });
    expect(gradeHazard([known, held('某某助剂', 1)], 5)).toMatchObject({ identificationIndex: null, level: null });
    expect(gradeHazard([known, held('某某助剂', 1, { thresholdTonnes: 50 })], 5)).toMatchObject({
      identificationIndex: 10.02,
      gradingIndex: null,
      level: null,
    });
    expect(gradeHazard([], 5)).toMatchObject({ identificationIndex: null, level: null });
    expect(gradeHazard([held('甲醇', 10)], null).level).toBe('NONE');
  });
  test('is taken from the source where the tables say nothing, and compared where they do', () => {
    const own = { thresholdTonnes: 50, factor: 1.5 };
    expect(gradeHazard([held('某某助剂', 100, own)], 5)).toMatchObject({
      gradingIndex: 3,
      chemicals: [{ thresholdBy: 'SOURCE', factorBy: 'SOURCE', differs: false }],
    });
    expect(gradeHazard([held('甲醇', 500, own)], 5)).toMatchObject({
      gradingIndex: 1,
      chemicals: [{ thresholdTonnes: 500, factor: 1, differs: true }],
    });
    // A threshold of nothing is none.
    expect(gradeHazard([held('某某助剂', 100, { thresholdTonnes: 0, factor: 1 })], 5).level).toBeNull();
  });
});

test('more of a chemical, or more persons, never makes the level milder', () => {
  const chemical = fc.record({
    name: fc.constantFrom(...NAMED_CHEMICALS.flatMap(({ names }) => names)),
    quantityTonnes: fc.double({ min: 0, max: 1e5, noNaN: true }),
  });
  const rank = (each: readonly HeldChemical[], persons: number): number =>
    HAZARD_LEVELS.indexOf(gradeHazard(each, persons).level ?? 'NONE');
  fc.assert(
    fc.property(
      fc.array(chemical, { minLength: 1, maxLength: 5 }),
      chemical,
      fc.nat(200),
      fc.nat(200),
      (a, b, n, m) => {
        expect(rank([...a, b], n + m)).toBeLessThanOrEqual(rank(a, n));
      },
    ),
  );
});
