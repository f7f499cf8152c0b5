import { expect, test } from '@jest/globals';
import { inSeason } from './season.js';

test('a level that holds by calendar follows the days of Beijing, also over the end of the year', () => {
  expect(inSeason('0601', '0831', new Date('2026-05-31T15:59:59Z'))).toBe(false);
  expect(inSeason('0601', '0831', new Date('2026-05-31T16:00:00Z'))).toBe(true);
  expect(inSeason('0601', '0831', new Date('2026-08-31T15:59:59Z'))).toBe(true);
  expect(inSeason('0601', '0831', new Date('2026-08-31T16:00:00Z'))).toBe(false);
  expect(inSeason('1001', '0331', new Date('2026-01-15T00:00:00Z'))).toBe(true);
  expect(inSeason('1001', '0331', new Date('2026-07-15T00:00:00Z'))).toBe(false);
  expect(inSeason('', '', new Date())).toBe(true);
});
