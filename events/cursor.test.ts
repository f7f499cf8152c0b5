import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { HubError } from '../model/errors.js';
import { assertHeld, formatCursor, parseCursor } from './cursor.js';

describe('a cursor', () => {
  test('is read back as it was written', () => {
    const cursors = fc.record({
      epoch: fc.stringMatching(/^[0-9a-f]{12}$/),
      position: fc.integer({ min: 0, max: 999_999_999_999_999 }),
    });
    fc.assert(fc.property(cursors, (cursor) => expect(parseCursor(formatCursor(cursor))).toEqual(cursor)));
  });

  test('of any other shape is BAD_INPUT, and nothing is guessed from it', () => {
    for (const text of [
      '',
      ':',
      'abc',
      'abc:',
      ':1',
      'abc:-1',
      'abc:1.5',
      'abc:1e3',
      'abc:01',
      ' abc:1',
      'abc:1\n',
      'ABC:1',
    ])
      expect(() => parseCursor(text)).toThrow(expect.objectContaining({ code: 'BAD_INPUT' }));
    const written = /^[0-9a-z]{1,40}:(0|[1-9]\d{0,14})$/;
    fc.assert(
      fc.property(
        fc.string({ unit: 'binary' }).filter((text) => !written.test(text)),
        (text) => expect(() => parseCursor(text)).toThrow(HubError),
      ),
    );
  });

  test('is held only in its own epoch, up to the head, and from the floor of every topic asked for', () => {
    const state = { epoch: 'e', position: 10, floors: { warning: 4, observation: 8 } };
    const held = (position: number, epoch = 'e', topics: ('warning' | 'observation' | 'feed')[] = ['warning']) => {
      try {
        assertHeld({ epoch, position }, state, topics);
        return true;
      } catch (error) {
        expect(error).toMatchObject({
          code: 'CURSOR_EXPIRED',
          publicMessage: expect.stringContaining('subscribe anew'),
        });
        return false;
      }
    };
    expect([3, 4, 10, 11].map((position) => held(position))).toEqual([false, true, true, false]);
    expect(held(5, 'other')).toBe(false);
    expect(held(5, 'e', ['warning', 'observation'])).toBe(false);
    expect(held(0, 'e', ['feed'])).toBe(true);
  });
});
