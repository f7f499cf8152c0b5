import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { readAqi } from './aqi-json.js';
import { DecodeError } from './decode-error.js';

const read = (value: unknown) => readAqi(Buffer.from(typeof value === 'string' ? value : JSON.stringify(value)));
const reasonOf = (bytes: Uint8Array): string => {
  try {
    readAqi(bytes);
    return 'taken';
  } catch (error) {
    if (error instanceof DecodeError) return error.reason;
    throw error;
  }
};

describe('an answer of an AQI service', () => {
  const row = { pm10: '43', 'PM2.5': 28, co: null, timepoint: '2016-11-19 22:00:00' };
  test.each([
    ['one object', row],
    ['an array', [row]],
    ['a result', { status: '0', result: row }],
    ['a list in data', { code: 0, data: [row] }],
    ['nested', { data: { list: [row] } }],
  ])('is read as %s', (_name, value) => {
    const { rows, faults } = read(value);
    expect(faults).toEqual([]);
    expect(rows.map(({ fields }) => Object.fromEntries(fields))).toEqual([
      { pm10: '43', pm2_5: '28', co: '', timepoint: '2016-11-19 22:00:00' },
    ]);
  });
  test('gives the sites within a city after it, and the city without them', () => {
    const { rows } = read({ result: { city: 'A', aqi: '50', position: [{ positionname: 'B', aqi: '60' }] } });
    expect(rows.map(({ site, raw }) => [site, raw])).toEqual([
      [false, '{"city":"A","aqi":"50"}'],
      [true, '{"positionname":"B","aqi":"60"}'],
    ]);
  });
  test('that is an error message is refused with what it says', () => {
    expect(() => read({ status: '201', msg: 'no such city', result: '' })).toThrow(/no such city/);
    expect(reasonOf(Buffer.from('{"status":"201"}'))).toBe('unsupported');
  });
  test.each([
    ['', 'malformed'],
    ['{"aqi":"1","aqi":"2"}', 'malformed'],
    [`${'['.repeat(20)}${']'.repeat(20)}`, 'malformed'],
    ['{"aqi":"1"', 'truncated'],
    ['not json', 'malformed'],
  ])('%j is refused', (text, reason) => {
    expect(reasonOf(Buffer.from(text))).toBe(reason);
  });
  test('in another encoding, or over-long, is refused', () => {
    expect(reasonOf(Buffer.from([0x22, 0xd3, 0xc5, 0x22]))).toBe('bad-encoding');
    expect(reasonOf(Buffer.alloc(1_048_577, 0x20))).toBe('too-large');
  });
});

describe('whatever comes', () => {
  const good = JSON.stringify({ result: { city: '甲', aqi: '50', position: [{ positionname: '乙', pm10: '60' }] } });
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
