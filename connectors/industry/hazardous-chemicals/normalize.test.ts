import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { PROPERTIES, type PropertyName } from '../../../model/property.js';
import { settings } from './config.js';
import { normalize } from './normalize.js';
import { measureOf } from './quantities.js';

const own = settings.parse({
  expectedEverySeconds: 60,
  zone: 'Asia/Shanghai',
  crs: 'WGS84',
  broker: { url: 'mqtt://127.0.0.1:1883' },
});
const read = (value: unknown) => normalize(Buffer.from(JSON.stringify(value)), own, new Date(), 'test');
const POINT = {
  ...{ companyCode: 'C', equipCode: 'V', pointCode: 'P', quantity: 'level', value: 1.5, unit: 'm' },
  time: '2026-07-01 15:00:00',
};

describe('units', () => {
  test.each([
    ['level', 'cm', 250, 'tank-level', 2.5],
    ['level', '%', 80, 'tank-filling', 80],
    ['pressure', 'MPa', 1.6, 'tank-pressure', 1600],
    ['pressure', 'bar', 2, 'tank-pressure', 200],
    ['pressure', 'kgf/cm²', 1, 'tank-pressure', 98.0665],
    ['temperature', '℉', 212, 'tank-temperature', 100],
    ['temperature', 'K', 273.15, 'tank-temperature', 0],
    ['toxic-gas', 'ppb', 1500, 'toxic-gas', 1.5],
    ['toxic-gas', '%VOL', 0.001, 'toxic-gas', 10],
    ['combustible', '% LEL', 25, 'combustible-gas', 25],
  ])('%s in %s: %p is %s %p', (quantity, unit, sent, property, expected) => {
    const measure = measureOf(quantity, unit, own.quantities);
    if (typeof measure === 'string') throw new Error(measure);
    expect([measure.property, measure.convert(sent)]).toEqual([property, expected]);
  });
  test('that cannot be converted are refused with what to do', () => {
    expect(measureOf('toxic', 'mg/m3', own.quantities)).toMatch(/molar mass.*ppm/);
    expect(measureOf('combustible', '%VOL', own.quantities)).toMatch(/%LEL/);
    expect(measureOf('level', 'furlong', own.quantities)).toMatch(/send one of m, /);
    expect(measureOf('constructor', 'm', own.quantities)).toMatch(/not known/);
    expect(measureOf('level', 'constructor', own.quantities)).toMatch(/none of/);
  });
  test('are those of the property for every known quantity', () => {
    for (const [name, property] of Object.entries(own.quantities)) {
      const measure = measureOf(name, PROPERTIES[property as PropertyName].unit, own.quantities);
      expect(typeof measure === 'string' ? measure : [measure.property, measure.convert(7)]).toEqual([property, 7]);
    }
  });
});

describe('what is wrong with one part', () => {
  test('of a point costs that part only: an unknown mark makes the value suspect, crossed limits are left out', () => {
    const { records, rejects } = read([
      { ...POINT, quality: 'meh' },
      { ...POINT, pointCode: 'Q', alarm: { H: 1, L: 2 } },
    ]);
    expect(records).toMatchObject([
      { kind: 'observation', quality: 'SUSPECT', value: 1.5 },
      { kind: 'observation', quality: 'UNCHECKED' },
    ]);
    expect(rejects.map(({ reason }) => reason)).toEqual(['unknown-code', 'out-of-range']);
  });
  test('of a message costs no other part, and every part is a record or a reject', () => {
    const part = fc.oneof(
      fc.constant(POINT),
      fc.record(
        {
          companyCode: fc.anything(),
          equipCode: fc.string(),
          pointCode: fc.anything(),
          quantity: fc.oneof(fc.constant('level'), fc.anything()),
          value: fc.anything(),
          unit: fc.oneof(fc.constant('m'), fc.string()),
          time: fc.oneof(fc.constant(POINT.time), fc.anything()),
          alarm: fc.anything(),
        },
        { requiredKeys: [] },
      ),
    );
    fc.assert(
      fc.property(fc.array(part, { maxLength: 8 }), (parts) => {
        // What JSON cannot hold is left out by it.
        const message = JSON.parse(
          JSON.stringify(parts, (_key, each: unknown) => (typeof each === 'bigint' ? 1 : each)),
        ) as unknown[];
        const { records, rejects } = read(message);
        const good = message.filter((each) => JSON.stringify(each) === JSON.stringify(POINT)).length;
        expect(records.filter(({ kind }) => kind === 'observation').length).toBeGreaterThanOrEqual(good);
        expect(records.length + rejects.length).toBeGreaterThanOrEqual(message.length);
      }),
    );
  });
});
