import { readFileSync } from 'node:fs';
import { describe, expect, test } from '@jest/globals';
import { type DivisionBoundary, DivisionIndex } from './area.js';

const { boundaries } = JSON.parse(readFileSync('prisma/seed/boundaries-654200.json', 'utf8')) as {
  boundaries: DivisionBoundary[];
};

describe('which division a point lies in', () => {
  test('the town of Wusu lies in Wusu, that of Shawan in Shawan, Ürümqi in neither', () => {
    const index = new DivisionIndex(boundaries);
    expect(index.at(84.68, 44.43)).toBe('654202');
    expect(index.at(85.62, 44.33)).toBe('654203');
    expect(index.at(87.6, 43.8)).toBeUndefined();
  });
  test('the smallest of nested divisions is found, and a hole is outside', () => {
    const square = (from: number, to: number): number[][] => [
      [from, from],
      [to, from],
      [to, to],
      [from, to],
      [from, from],
    ];
    const index = new DivisionIndex([
      { code: '100000', boundary: { type: 'Polygon', coordinates: [square(0, 10), square(6, 8)] } },
      { code: '100001001', boundary: { type: 'Polygon', coordinates: [square(1, 3)] } },
    ]);
    expect([index.at(2, 2), index.at(5, 5), index.at(7, 7)]).toEqual(['100001001', '100000', undefined]);
  });
  test('an index of nothing finds nothing', () => {
    expect(new DivisionIndex([]).at(84, 44)).toBeUndefined();
  });
});
