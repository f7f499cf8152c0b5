import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { ofSocket } from '../client/src/errors.js';
import { fullJitter } from '../client/src/line.js';

describe('a client that lost its hub', () => {
  test('waits anything from nothing to a bound that doubles up to a limit: full jitter', () => {
    fc.assert(
      fc.property(fc.nat(100), fc.double({ min: 0, max: 1, noNaN: true, maxExcluded: true }), (failures, chance) => {
        const wait = fullJitter(failures, 500, 30_000, () => chance);
        expect(wait).toBeGreaterThanOrEqual(0);
        expect(wait).toBe(chance * Math.min(30_000, 500 * 2 ** Math.min(failures, 30)));
      }),
    );
    const drawn = Array.from({ length: 2000 }, () => fullJitter(20, 500, 30_000));
    expect(Math.min(...drawn)).toBeLessThan(1500);
    expect(Math.max(...drawn)).toBeGreaterThan(28_500);
    expect(Math.max(...drawn)).toBeLessThan(30_000);
  });

  test.each([
    [1001, true, 'UNREACHABLE', 0],
    [1006, true, 'UNREACHABLE', 0],
    [1008, true, 'RATE_LIMITED', 10],
    [1009, false, 'TOO_COMPLEX', 0],
    [1013, true, 'RATE_LIMITED', 10],
    [4290, true, 'UNREACHABLE', 0],
    [4400, false, 'BAD_INPUT', 0],
    [4401, false, 'UNAUTHENTICATED', 0],
    [4403, false, 'UNAUTHENTICATED', 0],
    [4500, true, 'UNREACHABLE', 0],
  ])('judges by close code %d whether to come back: %s', (code, again, name, retryAfterSeconds) => {
    expect(ofSocket({ code, reason: 'x' })).toMatchObject({ again, code: name, retryAfterSeconds });
  });
});
