import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { DecodeError } from './decode-error.js';
import {
  clockOf,
  divisionOf,
  intervalMinutes,
  numberOf,
  type Sl323Row,
  seasonOf,
  stationOf,
  timeOf,
  typeOf,
} from './sl323.js';

const refused = (read: () => unknown): string => {
  try {
    return `read ${String(read())}`;
  } catch (error) {
    if (error instanceof DecodeError) return error.reason;
    throw error;
  }
};

test.each([
  ['1.00', 60],
  ['1.30', 90],
  ['1.3', 90],
  ['0.05', 5],
  ['0.30', 30],
  ['24.00', 1440],
  ['6', 360],
  [' 2.00 ', 120],
])('INTV %s is %i minutes', (text, minutes) => expect(intervalMinutes({ INTV: text })).toBe(minutes));

test.each(['1.60', '0.75', '0.00', '-1.00', '1.005', 'an hour'])('INTV %s is no length', (text) =>
  expect(refused(() => intervalMinutes({ INTV: text }))).toBe('malformed'));

test('columns that are null or blank are absent', () => {
  for (const row of [
    {},
    { INTV: null, Z: null, ADDVCD: null, STTP: null },
    { INTV: '  ', Z: ' ', ADDVCD: '', STTP: ' ' },
  ])
    expect([intervalMinutes(row), numberOf(row, 'Z'), divisionOf(row), typeOf(row)]).toEqual(Array(4).fill(undefined));
});

test('a station code loses its padding and keeps its zeros', () => {
  expect(stationOf({ STCD: '0090001 ' })).toBe('0090001');
  expect(refused(() => stationOf({ STCD: '   ' }))).toBe('missing-field');
  expect(refused(() => stationOf({ STCD: "x'; --" }))).toBe('malformed');
});

test('numbers are plain decimals and nothing else', () => {
  expect(['479.120', '-0.5', '.5', '3'].map((Z) => numberOf({ Z }, 'Z'))).toEqual([479.12, -0.5, 0.5, 3]);
  for (const Z of ['NaN', '1e3', '0x10', '1,5', 'Infinity', '--'])
    expect(refused(() => numberOf({ Z }, 'Z'))).toBe('not-a-number');
});

describe('TM', () => {
  const zone = 'Asia/Shanghai';
  test('is Beijing time where it names no zone', () => {
    expect(timeOf({ TM: '2026-08-07 10:00:00' }, zone)).toEqual({
      at: new Date('2026-08-07T02:00:00Z'),
      text: '2026-08-07 10:00:00',
    });
    expect(timeOf({ TM: '2026-08-07' }, zone).at.toISOString()).toBe('2026-08-06T16:00:00.000Z');
  });
  test('keeps a zone of its own', () => {
    for (const TM of ['2026-08-07 02:00:00+00', '2026-08-07 07:30:00+05:30', '2026-08-07 10:00:00.5+08'])
      expect(timeOf({ TM }, zone).at.toISOString().slice(0, 19)).toBe('2026-08-07T02:00:00');
  });
  test('that is missing or no time is refused', () => {
    expect(refused(() => timeOf({}, zone))).toBe('missing-time');
    for (const TM of ['2026-02-30 00:00:00', '2026-08-07 25:00:00', 'infinity', '07/08/2026'])
      expect(refused(() => timeOf({ TM }, zone))).toBe('bad-time');
  });
  test('is written as it is read', () => {
    const time = new Date('2026-08-07T02:00:00Z');
    expect(clockOf(time, zone)).toBe('2026-08-07 10:00:00');
    expect(timeOf({ TM: clockOf(time, zone) }, zone).at).toEqual(time);
  });
});

test('a season is two days of the year; a number column may have lost its zero', () => {
  expect(seasonOf({ BGMD: '0601', EDMD: '831' })).toEqual({ from: '0601', to: '0831' });
  expect(seasonOf({ BGMD: '1001', EDMD: '0229' })).toEqual({ from: '1001', to: '0229' });
  expect(refused(() => seasonOf({ BGMD: '0631', EDMD: '0831' }))).toBe('bad-time');
  expect(refused(() => seasonOf({ BGMD: '0601' }))).toBe('missing-field');
});

test('divisions have 6, 9, 12 or 15 digits', () => {
  for (const code of ['654202', '654202100', '654202100001', '654202100001000'])
    expect(divisionOf({ ADDVCD: code })).toBe(code);
  for (const code of ['6542', '6542021', 'Wusu'])
    expect(refused(() => divisionOf({ ADDVCD: code }))).toBe('unknown-code');
});

test('no text gets past the border', () => {
  const readers: ((row: Sl323Row) => unknown)[] = [
    stationOf,
    intervalMinutes,
    seasonOf,
    divisionOf,
    typeOf,
    (row) => numberOf(row, 'Z'),
    (row) => timeOf(row, 'Asia/Shanghai'),
  ];
  fc.assert(
    fc.property(fc.string(), (text) => {
      const row = { STCD: text, INTV: text, BGMD: text, EDMD: text, ADDVCD: text, STTP: text, Z: text, TM: text };
      for (const read of readers) refused(() => read(row));
    }),
  );
});
