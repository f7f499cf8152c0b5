import { expect, test } from '@jest/globals';
import { CellFault } from '../../shared/tables/cells.js';
import { stakesOf, stakeText } from './stake.js';
import { readStakeTable, routeOf } from './stake-table.js';

test.each([
  ['K12+300', 12_300],
  ['k12+300.5', 12_300.5],
  ['Ｋ１２＋３００', 12_300],
  ['K 12 + 300', 12_300],
  ['ZK4231+5', 4_231_005],
  ['12+300', 12_300],
  ['12.300', 12_300],
  ['K12', 12_000],
  ['K12.3', 12_300],
])('the stake %s is %d m', (text, metres) => {
  expect(stakesOf(text)).toMatchObject({ start: { metres }, end: null });
});

test.each([
  'K12+300—K15+000',
  'K12+300-K15',
  'k12+300～15+000',
  'K12+300 至 K15+000',
  '12.300--15.000',
])('%s is a section', (text) =>
  expect(stakesOf(text)).toMatchObject({ start: { metres: 12_300 }, end: { metres: 15_000 } }));

test.each([
  '',
  '南山口',
  '12300',
  'K12+3000',
  'K12+300—',
  'K1—K2—K3',
  'K12345+000',
  'K-5+000',
])('%p is no stake', (text) => expect(() => stakesOf(text)).toThrow(CellFault));

test('metres are written as a stake', () =>
  expect([12_300, 4_190_000.4, 5].map(stakeText)).toEqual(['K12+300', 'K4190+000', 'K0+005']));

test.each([
  ['G30', 'G30'],
  ['g 030', 'G30'],
  ['G30连霍高速', 'G30'],
  ['C012', 'C012'],
  ['乌苏大道', '乌苏大道'],
])('%s is route %s', (text, code) => expect(routeOf(text)).toBe(code));

const table = readStakeTable('route,stake,lon,lat\nG30,K20+000,84.2,44\nG30,K10+000,84,44\nG30,K40+000,84.2,44.4\n');
const place = (text: string) => table.place('G30', stakesOf(text), 'WGS84');

test('a place lies on the straight line between the stakes next to it', () => {
  expect(place('K15+000').position).toMatchObject({ lon: 84.1, lat: 44 });
  expect(place('K10+000').position).toMatchObject({ lon: 84, lat: 44 });
  expect(place('K40+000').position).toMatchObject({ lon: 84.2, lat: 44.4 });
});

test('a section is a line through every stake in between, in its own direction', () => {
  const coordinates = [
    [84.1, 44],
    [84.2, 44],
    [84.2, 44.2],
  ];
  expect(place('K15+000—K30+000').geometry).toEqual({ type: 'LineString', coordinates });
  expect(place('K30+000—K15+000').geometry).toEqual({ type: 'LineString', coordinates: [...coordinates].reverse() });
});

test('beyond the ends of the table nothing is guessed, and the range that is known is told', () => {
  expect(place('K41+000')).toMatchObject({
    position: null,
    geometry: null,
    unknown: { zh: expect.stringContaining('K10+000 至 K40+000') },
  });
  expect(place('K30+000—K50+000')).toMatchObject({
    geometry: { type: 'Point' },
    unknown: { en: expect.stringContaining('K50+000') },
  });
  expect(table.place('G217', stakesOf('K1'), 'WGS84').unknown?.en).toContain('has G30');
});

test('a table with a bad row is refused with the row', () => {
  expect(() => readStakeTable('route,stake,lon,lat\nG30,K20+000,84.2,444\n')).toThrow(/row 2, 纬度: 444/);
  expect(readStakeTable('').place('G30', stakesOf('K1'), 'WGS84').position).toBeNull();
});
