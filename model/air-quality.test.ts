import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import {
  AQI_EDITIONS,
  AVERAGINGS,
  assessAir,
  categoryOf,
  countedIn,
  differencesOf,
  editionAt,
  iaqi,
  levelOf,
  POLLUTANTS,
} from './air-quality.js';

const columns = AVERAGINGS.flatMap((averaging) =>
  AQI_EDITIONS.flatMap((edition) => countedIn(averaging).map((pollutant) => ({ pollutant, averaging, edition }))),
);

describe('the individual index', () => {
  test.each([
    ['PM10', 'DAY', '2012', [50, 150, 250, 350, 420, 500, 600], [50, 100, 150, 200, 300, 400, 500]],
    ['PM2_5', 'DAY', '2012', [35, 75, 115, 150, 250, 350, 500], [50, 100, 150, 200, 300, 400, 500]],
    ['PM10', 'HOUR', '2026', [50, 120, 250, 350, 420, 500, 600], [50, 100, 150, 200, 300, 400, 500]],
    ['PM2_5', 'HOUR', '2026', [35, 60, 115, 150, 250, 350, 500], [50, 100, 150, 200, 300, 400, 500]],
    ['SO2', 'HOUR', '2012', [150, 500, 650, 800, 801, 2620], [50, 100, 150, 200, 200, 200]],
    ['SO2', 'DAY', '2026', [50, 150, 475, 800, 1600, 2100, 2620], [50, 100, 150, 200, 300, 400, 500]],
    ['NO2', 'HOUR', '2012', [100, 200, 700, 1200, 2340, 3090, 3840], [50, 100, 150, 200, 300, 400, 500]],
    ['NO2', 'DAY', '2012', [40, 80, 180, 280, 565, 750, 940], [50, 100, 150, 200, 300, 400, 500]],
    ['CO', 'HOUR', '2012', [5, 10, 35, 60, 90, 120, 150], [50, 100, 150, 200, 300, 400, 500]],
    ['CO', 'DAY', '2012', [2, 4, 14, 24, 36, 48, 60], [50, 100, 150, 200, 300, 400, 500]],
    ['O3', 'HOUR', '2012', [160, 200, 300, 400, 800, 1000, 1200], [50, 100, 150, 200, 300, 400, 500]],
    ['O3_8H', 'DAY', '2012', [100, 160, 215, 265, 800, 801], [50, 100, 150, 200, 300, 300]],
  ] as const)('of %s by the %s, edition %s, meets every breakpoint', (pollutant, averaging, edition, at, expected) => {
    expect(at.map((value) => iaqi(pollutant, averaging, value, edition))).toEqual(expected);
  });
  test('is carried up, never rounded down, and a whole number stays', () => {
    expect(iaqi('PM2_5', 'DAY', 75, '2026')).toBe(114);
    expect(iaqi('PM10', 'DAY', 150, '2026')).toBe(112);
    expect(iaqi('PM2_5', 'DAY', 60.11, '2026')).toBe(101);
    expect(iaqi('CO', 'HOUR', 0.65, '2012')).toBe(7);
    expect(iaqi('PM10', 'HOUR', 43, '2012')).toBe(43);
  });
  test('never falls as the concentration rises, is a whole number of 0 to 500, and 0 only for next to nothing', () => {
    const concentration = fc.double({ min: 0, max: 12_000, noNaN: true });
    fc.assert(
      fc.property(fc.constantFrom(...columns), concentration, concentration, (column, a, b) => {
        const { pollutant, averaging, edition } = column;
        const [low, high] = [Math.min(a, b), Math.max(a, b)].map((value) => iaqi(pollutant, averaging, value, edition));
        expect(Number.isInteger(low) && Number.isInteger(high)).toBe(true);
        expect(low).toBeLessThanOrEqual(high as number);
        expect(high).toBeLessThanOrEqual(500);
        expect(low).toBeGreaterThanOrEqual(0);
      }),
    );
  });
  test('is none for what is no concentration or does not count', () => {
    for (const value of [-0.1, Number.NaN, Number.POSITIVE_INFINITY])
      expect(iaqi('PM10', 'DAY', value, '2012')).toBeUndefined();
    expect(iaqi('O3_8H', 'HOUR', 100, '2012')).toBeUndefined();
    expect(iaqi('O3', 'DAY', 100, '2012')).toBeUndefined();
  });
  test('goes by the edition in force at the time', () => {
    expect(['2026-02-28T15:59:59Z', '2026-02-28T16:00:00Z'].map((at) => editionAt(new Date(at)))).toEqual([
      '2012',
      '2026',
    ]);
  });
});

describe('the index of a place', () => {
  const clean = { SO2: 10, NO2: 15, CO: 0.5, O3: 60, PM10: 30, PM2_5: 20 };
  test('is the largest of all, or none where what is missing may be larger', () => {
    const values = fc.record(
      Object.fromEntries(
        POLLUTANTS.map((pollutant) => [pollutant, fc.option(fc.double({ min: 0, max: 900, noNaN: true }))]),
      ),
    );
    fc.assert(
      fc.property(
        values,
        fc.constantFrom(...AVERAGINGS),
        fc.constantFrom(...AQI_EDITIONS),
        (given, averaging, edition) => {
          const { aqi, indexes, primary } = assessAir(given, averaging, edition);
          const all = Object.values(indexes);
          const largest = Math.max(0, ...all);
          const complete = all.length === countedIn(averaging).length;
          expect(aqi).toBe(complete || largest > 100 ? largest : null);
          expect(primary.length > 0).toBe(aqi !== null && aqi > 50);
          for (const pollutant of primary) expect(indexes[pollutant]).toBe(aqi);
        },
      ),
    );
  });
  test('has no primary pollutant up to 50, and several when they are equal', () => {
    expect(assessAir({ ...clean, PM10: 50 }, 'HOUR', '2012')).toMatchObject({ aqi: 50, primary: [] });
    expect(assessAir({ ...clean, PM10: 51 }, 'HOUR', '2012')).toMatchObject({ aqi: 51, primary: ['PM10'] });
    expect(assessAir({ ...clean, PM10: 150, PM2_5: 75 }, 'HOUR', '2012')).toMatchObject({
      aqi: 100,
      primary: ['PM10', 'PM2_5'],
    });
  });
  test('is not said while a pollutant is missing and the others are low', () => {
    expect(assessAir({ ...clean, PM10: null }, 'HOUR', '2026')).toMatchObject({ aqi: null, primary: [] });
    expect(assessAir({ PM10: 251 }, 'HOUR', '2026')).toMatchObject({ aqi: 151, primary: ['PM10'] });
    expect(assessAir({}, 'HOUR', '2026').aqi).toBeNull();
  });
  test('falls into six levels', () => {
    expect([0, 50, 51, 100, 101, 150, 151, 200, 201, 300, 301, 500].map(levelOf)).toEqual([
      1, 1, 2, 2, 3, 3, 4, 4, 5, 5, 6, 6,
    ]);
    expect([50, 500].map(categoryOf)).toEqual(['EXCELLENT', 'SEVERE']);
  });
});

describe('what a source says', () => {
  const dusty = assessAir({ SO2: 10, NO2: 15, CO: 0.5, O3: 60, PM10: 400, PM2_5: 90 }, 'HOUR', '2012');
  const said = { aqi: 272, category: 'HEAVY', primary: ['PM10'] } as const;
  test('agrees when it is the same but for a digit', () => {
    expect(dusty.aqi).toBe(272);
    expect(differencesOf(dusty, said, 'HOUR')).toEqual([]);
    expect(differencesOf(dusty, { ...said, aqi: 271 }, 'HOUR')).toEqual([]);
    expect(differencesOf(dusty, { aqi: undefined, category: undefined, primary: undefined }, 'HOUR')).toEqual([]);
  });
  test('is contradicted in what differs, and only there', () => {
    expect(differencesOf(dusty, { ...said, aqi: 200 }, 'HOUR')).toEqual(['AQI']);
    expect(differencesOf(dusty, { ...said, category: 'GOOD' }, 'HOUR')).toEqual(['CATEGORY']);
    expect(differencesOf(dusty, { ...said, primary: ['PM2_5'] }, 'HOUR')).toEqual(['PRIMARY_POLLUTANT']);
    expect(differencesOf(dusty, { ...said, primary: [] }, 'HOUR')).toEqual(['PRIMARY_POLLUTANT']);
  });
  test('is not contradicted by an index that lacks a pollutant, unless it says less', () => {
    const partial = assessAir({ PM2_5: 150 }, 'HOUR', '2012');
    expect(partial.aqi).toBe(200);
    expect(differencesOf(partial, said, 'HOUR')).toEqual([]);
    expect(differencesOf(partial, { ...said, aqi: 20, category: 'EXCELLENT', primary: [] }, 'HOUR')).toEqual([
      'AQI',
      'CATEGORY',
      'PRIMARY_POLLUTANT',
    ]);
  });
  test('may call ozone by either of its names', () => {
    const ozone = assessAir({ O3_8H: 265 }, 'DAY', '2012');
    expect(differencesOf(ozone, { aqi: ozone.aqi ?? 0, category: undefined, primary: ['O3'] }, 'DAY')).toEqual([]);
  });
});
