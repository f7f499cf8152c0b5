import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { LatestQueue, OrderedQueue } from './queue.js';

describe('the queues of a subscriber', () => {
  test('an ordered queue gives back everything it took, in order, and refuses what does not fit', () => {
    const queue = new OrderedQueue<number>(3);
    expect([1, 2, 3, 4].map((item) => queue.push(item))).toEqual([true, true, true, false]);
    expect([queue.shift(), queue.shift()]).toEqual([1, 2]);
    expect(queue.push(5)).toBe(true);
    expect([queue.shift(), queue.shift(), queue.shift()]).toEqual([3, 5, undefined]);
  });

  test('a latest queue gives each key once, with its newest value, and never holds more keys than it may', () => {
    const puts = fc.array(fc.tuple(fc.constantFrom('a', 'b', 'c', 'd', 'e'), fc.nat()), { maxLength: 60 });
    fc.assert(
      fc.property(puts, fc.integer({ min: 1, max: 6 }), (all, maxKeys) => {
        const queue = new LatestQueue<readonly [string, number]>(maxKeys);
        const newest = new Map<string, number>();
        let skipped = 0;
        for (const put of all) {
          skipped += queue.put(put[0], put);
          newest.set(...put);
          expect(queue.size).toBeLessThanOrEqual(maxKeys);
        }
        const taken: (readonly [string, number])[] = [];
        for (let item = queue.shift(); item; item = queue.shift()) taken.push(item);
        for (const [key, value] of taken) expect(newest.get(key)).toBe(value);
        expect(new Set(taken.map(([key]) => key)).size).toBe(taken.length);
        if (skipped === 0) expect(taken.length).toBe(newest.size);
      }),
    );
  });

  test('a key that changes all the time still gets its turn', () => {
    const queue = new LatestQueue<string>(10);
    queue.put('busy', 'busy 1');
    queue.put('calm', 'calm');
    queue.put('busy', 'busy 2');
    expect(queue.shift()).toBe('busy 2');
  });

  test('with too many keys the one waiting longest is left out, and counted', () => {
    const queue = new LatestQueue<string>(2);
    expect(['a', 'b', 'c', 'b'].map((key) => queue.put(key, key))).toEqual([0, 0, 1, 0]);
    expect([queue.shift(), queue.shift(), queue.shift()]).toEqual(['b', 'c', undefined]);
  });
});
