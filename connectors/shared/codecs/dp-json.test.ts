import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { DecodeError } from './decode-error.js';
import { MAX_DP_BYTES, readDpJson } from './dp-json.js';

const bytes = (text: string): Uint8Array => Buffer.from(text);
function failure(input: Uint8Array): DecodeError {
  try {
    readDpJson(input);
  } catch (error) {
    if (error instanceof DecodeError) return error;
    throw error;
  }
  throw new Error('was read');
}

const two = {
  a1: { L1_GP_1: { '2026-07-01T00:00:00Z': { gpsTotalX: 1, gpsTotalY: 2 }, '2026-07-01T00:01:00Z': { gpsTotalX: 3 } } },
  b2: { L1_LF_1: { '2026-07-01T00:00:00Z': 4.5 }, L3_YL_1: { '2026-07-01T00:00:00Z': 0 } },
};

test('every reading of every point of every device comes, in the order written', () => {
  const { readings, faults } = readDpJson(bytes(JSON.stringify(two)));
  expect(faults).toEqual([]);
  expect(readings.map(({ deviceId, point, time, value }) => [deviceId, point, time.slice(14, 16), value])).toEqual([
    ['a1', 'L1_GP_1', '00', { gpsTotalX: 1, gpsTotalY: 2 }],
    ['a1', 'L1_GP_1', '01', { gpsTotalX: 3 }],
    ['b2', 'L1_LF_1', '00', 4.5],
    ['b2', 'L3_YL_1', '00', 0],
  ]);
  expect(JSON.parse(readings[2]!.raw)).toEqual({ b2: { L1_LF_1: { '2026-07-01T00:00:00Z': 4.5 } } });
});

test('a part that is built wrong does not cost the others', () => {
  const { readings, faults } = readDpJson(bytes('{"a":7,"b":{"L1_LF_1":[1]},"c":{"L1_LF_1":{"t":1}}}'));
  expect(readings).toHaveLength(1);
  expect(faults.map(({ path, message }) => `${path}: ${message}`)).toEqual([
    'a: 7 instead of the measuring points of a device',
    'b/L1_LF_1: [1] instead of readings by time',
  ]);
});

test('keys named like parts of every object are keys like others', () => {
  const { readings } = readDpJson(bytes('{"__proto__":{"constructor":{"toString":1}}}'));
  expect(readings).toMatchObject([{ deviceId: '__proto__', point: 'constructor', time: 'toString', value: 1 }]);
  expect(JSON.parse(readings[0]!.raw)).toHaveProperty(['__proto__', 'constructor', 'toString'], 1);
  expect(({} as Record<string, unknown>).constructor).toBe(Object);
});

describe('what cannot be trusted as a whole is refused with its reason', () => {
  test.each([
    ['encrypted', '{"header":{"appId":"77"},"bodies":{"body":"AAAA"}}'],
    ['unsupported', '\u0002\u0000\u0010{"a":{}}'],
    ['unsupported', '\u0000{}'],
    ['truncated', JSON.stringify(two).slice(0, -1)],
    ['truncated', '{"a":{"L1_'],
    ['malformed', '{"a":{}}}'],
    ['malformed', '[]'],
    ['malformed', ''],
    ['malformed', '<alert/>'],
    ['malformed', '{"a":{"p":{"t":1,"t":2}}}'],
    ['malformed', `{"a":${'['.repeat(50)}${']'.repeat(50)}}`],
  ])('%s: %s', (reason, text) => {
    expect(failure(bytes(text)).reason).toBe(reason);
  });
  test('bytes that are no UTF-8', () => expect(failure(Buffer.from([0x7b, 0xff, 0x7d])).reason).toBe('bad-encoding'));
  test('more bytes or readings than the bounds', () => {
    expect(failure(Buffer.alloc(MAX_DP_BYTES + 1, 0x20)).reason).toBe('too-large');
    const many = Array.from({ length: 10_001 }, (_, at) => `"${at}":0`).join();
    expect(failure(bytes(`{"a":{"p":{${many}}}}`)).reason).toBe('too-large');
  });
  test('the reason for an envelope names its sender and what to do', () =>
    expect(failure(bytes('{"header":{"appId":"77"},"bodies":{}}')).message).toMatch(/appId "77".*plain \$dp JSON/));
});

describe('no input gets past the border', () => {
  const whole = JSON.stringify(two);
  test('a message cut at any byte is refused', () => {
    for (let at = 0; at < whole.length; at += 1) expect(failure(bytes(whole.slice(0, at))).name).toBe('DecodeError');
  });
  test('damaged and made-up messages are read or refused, never anything else', () => {
    const tried = (input: Uint8Array): void => {
      try {
        readDpJson(input);
      } catch (error) {
        if (!(error instanceof DecodeError)) throw error;
      }
    };
    fc.assert(fc.property(fc.uint8Array({ maxLength: 200 }), tried));
    fc.assert(fc.property(fc.json(), (text) => tried(bytes(text))));
    fc.assert(
      fc.property(fc.nat(whole.length - 1), fc.nat(255), (at, byte) => {
        const damaged = Buffer.from(whole);
        damaged[at] = byte;
        tried(damaged);
      }),
    );
  });
});
