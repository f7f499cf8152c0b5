import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { DecodeError } from './decode-error.js';
import { CONTROL, crc16, decode, encode, FUNCTIONS, type Sl651Frame } from './sl651.js';
import { acknowledge, askAgain } from './sl651-answer.js';
import { Sl651Assembly } from './sl651-assembly.js';
import { readMessage } from './sl651-body.js';
import { type Piece, Sl651Splitter } from './sl651-splitter.js';
import { array, element, head, observedAt, stationOf, status } from './sl651-write.js';

const STATION = '0060240001';
const frameOf = (body: Uint8Array, overrides: Partial<Sl651Frame> = {}): Sl651Frame => ({
  direction: 'up',
  center: 1,
  station: STATION,
  password: 0x4a21,
  function: FUNCTIONS.timed,
  body: new Uint8Array(body),
  end: CONTROL.ETX,
  ...overrides,
});
const bodyOf = (...parts: Uint8Array[]): Uint8Array =>
  new Uint8Array(Buffer.concat([head(7, '260807100003'), stationOf(STATION, 0x48), ...parts]));
const at = observedAt('2608071000');
const read = (...parts: Uint8Array[]) => readMessage(frameOf(new Uint8Array()), bodyOf(...parts));
const values = (...parts: Uint8Array[]) => read(...parts).values.map(({ id, value }) => [id, value]);
const reasons = (...parts: Uint8Array[]) =>
  read(...parts).faults.map(({ error }) => `${error.reason}: ${error.message}`);
const bytes = (text: string): Uint8Array => Buffer.from(text.replace(/\s/g, ''), 'hex');

function failure(input: Uint8Array): DecodeError {
  try {
    decode(input);
  } catch (error) {
    if (error instanceof DecodeError) return error;
    throw error;
  }
  throw new Error('was read');
}

const arbitraryFrame: fc.Arbitrary<Sl651Frame> = fc
  .record({
    up: fc.boolean(),
    center: fc.nat(255),
    station: fc.uint8Array({ minLength: 5, maxLength: 5 }),
    password: fc.nat(65_535),
    function: fc.nat(255),
    packet: fc.option(fc.tuple(fc.integer({ min: 1, max: 4095 }), fc.nat(4094)), { nil: undefined }),
    body: fc.uint8Array({ minLength: 1, maxLength: 300 }),
    end: fc.nat(10),
  })
  .map(({ up, station, packet, end, ...rest }) => {
    const ends = up
      ? [CONTROL.ETX, CONTROL.ETB, CONTROL.ENQ]
      : [CONTROL.ENQ, CONTROL.EOT, CONTROL.ACK, CONTROL.NAK, CONTROL.ESC];
    const numbered = packet && { packet: { total: packet[0], sequence: (packet[1] % packet[0]) + 1 } };
    return {
      ...rest,
      ...numbered,
      direction: up ? 'up' : 'down',
      station: Buffer.from(station).toString('hex').toUpperCase(),
      end: ends[end % ends.length] ?? CONTROL.ETX,
    };
  });

describe('a frame', () => {
  test('encoded and decoded is the same frame', () => {
    fc.assert(fc.property(arbitraryFrame, (frame) => expect(decode(encode(frame))).toEqual(frame)));
  });
  test('with any byte changed is refused, and so is any shorter one', () => {
    const whole = encode(frameOf(bodyOf(at, element(0x39, 1.27, 4, 3))));
    for (let index = 0; index < whole.length; index += 1)
      for (const flip of [1, 0x80, 0xff]) {
        const damaged = new Uint8Array(whole);
        damaged[index] = (damaged[index] ?? 0) ^ flip;
        expect(failure(damaged)).toBeInstanceOf(DecodeError);
      }
    for (let length = 0; length < whole.length; length += 1)
      expect(['truncated', 'malformed']).toContain(failure(whole.subarray(0, length)).reason);
    expect(failure(Buffer.concat([whole, new Uint8Array(1)])).reason).toBe('malformed');
  });
  test('has the check value of CRC-16/MODBUS, high byte first', () => {
    expect(crc16(Buffer.from('123456789'))).toBe(0x4b37);
    const whole = Buffer.from(encode(frameOf(bodyOf())));
    expect(whole.readUInt16BE(whole.length - 2)).toBe(crc16(whole.subarray(0, -2)));
  });
  test('of random bytes is refused and never anything else', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 100 }), (input) => expect(failure(input)).toBeInstanceOf(DecodeError)),
    );
  });
  test.each([
    ['packet 3 of 2', frameOf(bodyOf(), { packet: { total: 2, sequence: 3 } })],
    ['a station of letters', frameOf(bodyOf(), { station: 'ABCDEFGHIJ' })],
    ['a body too long', frameOf(new Uint8Array(4096))],
    ['no body', frameOf(new Uint8Array())],
  ])('is not made of %s', (_what, frame) => expect(() => encode(frame)).toThrow(RangeError));
});

describe('the elements of a body', () => {
  test('are read by their descriptors, with exact digits', () => {
    const parts = [
      element(0x20, 0.5, 3, 1),
      element(0x39, 1.127, 4, 3),
      element(0x38, 12.61, 2, 2),
      status(0x80000004),
    ];
    expect(values(at, ...parts)).toEqual([
      ['20', '0.5'],
      ['39', '1.127'],
      ['38', '12.61'],
      ['45', '2147483652'],
    ]);
    expect(read(at)).toMatchObject({ serial: 7, sentAt: '260807100003', stationClass: 0x48 });
  });
  test('all FF is no value; FF before digits is less than zero', () => {
    const parts = [element(0x39, null, 4, 3), element(0x02, -7.5, 2, 1), element(0x02, -0, 2, 1)];
    expect(values(at, ...parts)).toEqual([
      ['39', null],
      ['02', '-7.5'],
      ['02', '0.0'],
    ]);
  });
  test('F4 and F5 hold twelve readings five minutes apart, FF for none', () => {
    const rain = [5, 0, 0, 20, null, null, 0, 0, 0, 0, 0, 254];
    const { values: read12 } = read(at, array(0xf4, rain), array(0xf5, [12, null, ...Array<number>(10).fill(300)]));
    expect(read12.slice(0, 5)).toEqual(
      ['0.5', '0.0', '0.0', '2.0', null].map((value, index) => ({
        id: 'F4',
        value,
        observedAt: '2608071000',
        plusMinutes: index * 5,
      })),
    );
    expect(read12.slice(11, 15).map(({ id, value, plusMinutes }) => [id, value, plusMinutes])).toEqual([
      ['F4', '25.4', 55],
      ['F5', '0.12', 0],
      ['F5', null, 5],
      ['F5', '3.00', 10],
    ]);
  });
  test('after a time step, an element goes on to the end at that step', () => {
    const levels = [bytes('00479120'), bytes('00479150'), bytes('FFFFFFFF')];
    const { values: run, faults } = read(at, bytes('04 18 000010'), bytes('39 23'), ...levels);
    expect(faults).toEqual([]);
    expect(run.map(({ value, plusMinutes }) => [value, plusMinutes])).toEqual([
      ['479.120', 0],
      ['479.150', 10],
      [null, 20],
    ]);
    const hours = [...array(0xf4, Array<number>(12).fill(1)), ...Array<number>(12).fill(2)];
    expect(
      read(at, bytes('04 18 000005'), Uint8Array.from(hours)).values.map(({ plusMinutes }) => plusMinutes),
    ).toEqual(Array.from({ length: 24 }, (_, index) => index * 5));
  });
  test('after a time step, several elements are read as such; what may be either is refused', () => {
    const step = bytes('04 18 000100');
    expect(values(at, step, element(0x39, 1.2, 4, 3), element(0x20, 3, 3, 1))).toEqual([
      ['39', '1.200'],
      ['20', '3.0'],
    ]);
    expect(reasons(at, step, element(0x39, 1.2, 4, 3), element(0x02, 12.3, 2, 1))).toEqual([
      'malformed: values of 39 and other elements cannot be told apart',
    ]);
  });
  test("the maker's own, of two bytes, are named as such", () => {
    expect(values(at, bytes('FF 03 08 21'), element(0x20, 1, 3, 1))).toEqual([
      ['FF03', '21'],
      ['20', '1.0'],
    ]);
  });
  test('one with a digit that is none costs itself only', () => {
    expect(values(at, bytes('39 23 000A1270'), element(0x20, 1, 3, 1))).toEqual([['20', '1.0']]);
    expect(reasons(at, bytes('39 23 000A1270'))[0]).toMatch(/^not-a-number: 39 holds 000A1270/);
  });
  test.each([
    ['no length', '39 03 00001270', /39 has no length/],
    ['more length than is left', '39 F8 00001270', /39 says 31 bytes/],
    ['a code that is none', '00 23 00001270', /00 is no element/],
    ['an array of eleven', `F4 58 ${'00'.repeat(11)}`, /F4 has 11 bytes/],
    ['a time that is not BCD', 'F0F0 26080710AA', /2608071 ?0AA is not BCD/],
    ["another station's address", 'F1F1 0060240002 48', /station 0060240002/],
    ['typed-in text', 'F2F2 5120312E3233', /F2/],
    ['a time step of nothing', '04 18 000000 39 23 00001270', /step of nothing/],
  ])('from one with %s on nothing is read', (_what, text, message) => {
    const whole = read(at, element(0x20, 1, 3, 1), bytes(text), element(0x26, 2, 3, 1));
    expect(whole.values.map(({ id }) => id)).toEqual(['20']);
    expect(whole.faults).toHaveLength(1);
    expect(whole.faults[0]?.error.message).toMatch(message);
  });
  test('of any bytes are read or refused, and never run past the end', () => {
    fc.assert(
      fc.property(fc.uint8Array({ minLength: 8, maxLength: 200 }), (input) => {
        try {
          const { values: found, faults } = readMessage(frameOf(input), input);
          expect(found.length).toBeLessThanOrEqual(input.length);
          expect(faults.length).toBeLessThanOrEqual(input.length);
        } catch (error) {
          expect(error).toBeInstanceOf(DecodeError);
        }
      }),
    );
  });
  test('written and read are the same numbers', () => {
    const number = fc.record({
      bytes: fc.integer({ min: 1, max: 6 }),
      decimals: fc.integer({ min: 0, max: 4 }),
      part: fc.double({ min: -1, max: 1, noNaN: true }),
    });
    fc.assert(
      fc.property(number, ({ bytes: size, decimals, part }) => {
        const whole = Math.round(part * (10 ** (size * 2) - 1));
        const [found] = read(at, element(0x39, whole / 10 ** decimals, size, decimals)).values;
        expect(Number(found?.value)).toBeCloseTo(whole / 10 ** decimals, 6);
      }),
    );
  });
});

describe('the splitter', () => {
  const frames = [
    encode(frameOf(bodyOf(at, element(0x39, 1.27, 4, 3)))),
    encode(frameOf(head(8, '260807100004'), { function: FUNCTIONS.keepAlive })),
    encode(frameOf(bodyOf(at, bytes('39 23 7E7E7E7E')))),
  ];
  const split = (...parts: Uint8Array[]): Piece[] => {
    const splitter = new Sl651Splitter();
    return [...parts.flatMap((part) => splitter.push(part)), ...splitter.end()];
  };
  const hexOf = (pieces: readonly Piece[], frame = true): string[] =>
    pieces.filter((piece) => piece.frame === frame).map((piece) => Buffer.from(piece.bytes).toString('hex'));
  const good = frames.map((frame) => Buffer.from(frame).toString('hex'));

  test('gives the same frames however the bytes are cut', () => {
    const stream = Buffer.concat([bytes('0D0A 7E'), ...frames, bytes('7E7E00')]);
    for (let cut = 0; cut <= stream.length; cut += 1)
      expect(hexOf(split(stream.subarray(0, cut), stream.subarray(cut)))).toEqual(good);
    expect(hexOf(split(...[...stream].map((byte) => Uint8Array.of(byte))))).toEqual(good);
  });
  test('finds the next frame after any damage to one, and loses no byte', () => {
    const damaged = fc.tuple(fc.nat((frames[0]?.length ?? 1) - 1), fc.integer({ min: 1, max: 255 }), fc.nat(40));
    fc.assert(
      fc.property(damaged, ([index, flip, cut]) => {
        const first = Buffer.from(frames[0]!);
        first[index]! ^= flip;
        const stream = Buffer.concat([first.subarray(0, first.length - (cut % 3)), ...frames.slice(1)]);
        const pieces = split(stream.subarray(0, cut), stream.subarray(cut));
        expect(hexOf(pieces)).toEqual(good.slice(1));
        expect(Buffer.concat(pieces.map((piece) => piece.bytes))).toEqual(stream);
      }),
    );
  });
  test('a length that lies does not hold up the frame after it', () => {
    const liar = Buffer.from(frames[0]!);
    liar[11] = 0x0f;
    liar[12] = 0xff;
    const splitter = new Sl651Splitter();
    const pieces = splitter.push(Buffer.concat([liar, frames[1]!]));
    expect(hexOf(pieces)).toEqual([good[1]]);
    expect(splitter.unframedBytes).toBe(0);
  });
  test('holds little of what is no frame, and counts it', () => {
    const splitter = new Sl651Splitter();
    let out = 0;
    for (let at = 0; at < 64; at += 1)
      out += splitter.push(Buffer.alloc(4096, 0x7e)).reduce((sum, { bytes: { length } }) => sum + length, 0);
    expect(splitter.unframedBytes).toBe(64 * 4096);
    expect(64 * 4096 - out).toBeLessThan(9000);
  });
  test('never throws, never hangs', () => {
    fc.assert(fc.property(fc.array(fc.uint8Array({ maxLength: 50 })), (parts) => void split(...parts)));
  });
});

describe("the centre's answers", () => {
  const frame = frameOf(bodyOf(at));
  test('repeat serial number and time, with the station before the centre, and keep the device on line', () => {
    const answer = decode(acknowledge(frame)!);
    expect(answer).toEqual({
      ...frame,
      direction: 'down',
      body: new Uint8Array(head(7, '260807100003')),
      end: CONTROL.ESC,
    });
    expect(Buffer.from(acknowledge(frame)!).toString('hex', 2, 8)).toBe('006024000101');
  });
  test('ask for more after ETB', () => {
    expect(decode(acknowledge({ ...frame, end: CONTROL.ETB })!).end).toBe(CONTROL.ACK);
  });
  test('are not given to keep-alives, nor to another centre', () => {
    expect(acknowledge({ ...frame, function: FUNCTIONS.keepAlive })).toBeUndefined();
    expect(acknowledge({ ...frame, direction: 'down', end: CONTROL.ESC })).toBeUndefined();
  });
  test('ask for one packet again by its number', () => {
    const packet = { total: 3, sequence: 3 };
    expect(decode(askAgain({ ...frame, packet }, frame.body, 2)!)).toMatchObject({
      packet: { total: 3, sequence: 2 },
      end: CONTROL.NAK,
    });
  });
});

describe('messages of several packets', () => {
  const whole = bodyOf(at, ...Array.from({ length: 40 }, () => element(0x39, 1.5, 4, 3)));
  const packets = [0, 1, 2].map((index) =>
    frameOf(whole.subarray(index * 100, index === 2 ? undefined : (index + 1) * 100), {
      packet: { total: 3, sequence: index + 1 },
      end: index === 2 ? CONTROL.ETX : CONTROL.ETB,
    }),
  );
  const [one, two, three] = packets as [Sl651Frame, Sl651Frame, Sl651Frame];

  test.each([
    ['in order', [one, two, three]],
    ['the wrong way round', [three, two, one]],
    ['more than once', [one, one, two, two, three]],
  ])('are joined when their packets come %s', (_how, frames) => {
    const assembly = new Sl651Assembly();
    const states = frames.map((frame) => assembly.add(frame, 0, encode(frame)));
    // The frames are kept as they came, in the order of their packets.
    const raw = new Uint8Array(Buffer.concat(packets.map(encode)));
    expect(states.at(-1)).toEqual({ state: 'complete', body: whole, raw });
    expect(assembly.expire(1e9)).toEqual([]);
  });
  test('say which packet is missing once the device has said its last', () => {
    const assembly = new Sl651Assembly();
    assembly.add(one, 0);
    expect(assembly.add(three, 0)).toEqual({ state: 'missing', sequence: 2, head: one.body });
    expect(assembly.add({ ...two, end: CONTROL.ETX }, 0)).toMatchObject({ state: 'complete', body: whole });
  });
  test('are given up after a time, above a number, and above a size', () => {
    const limits = { maxMessageBytes: 150, maxMessages: 1, timeoutMs: 1000 };
    const assembly = new Sl651Assembly(limits);
    assembly.add(one, 0);
    expect(assembly.expire(1000)).toEqual([]);
    assembly.add({ ...one, function: FUNCTIONS.picture }, 900);
    expect(assembly.expire(1000)).toMatchObject([{ frame: { function: FUNCTIONS.timed }, received: 1 }]);
    expect(assembly.expire(2000)).toMatchObject([{ frame: { function: FUNCTIONS.picture } }]);
    assembly.add(one, 0);
    expect(assembly.add(two, 0)).toEqual({ state: 'too-large' });
  });
});
