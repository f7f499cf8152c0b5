import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { DecodeError } from './decode-error.js';
import { crc212, decode, encode, flagOf, type Hj212Packet, withoutPassword } from './hj212.js';
import { answerTo } from './hj212-answer.js';
import { Hj212Assembly } from './hj212-assembly.js';
import { joinCp, readCp, writeCp } from './hj212-cp.js';
import { Hj212Splitter, type Piece } from './hj212-splitter.js';

const packetOf = (overrides: Partial<Hj212Packet> = {}): Hj212Packet => ({
  qn: '20260807100003123',
  st: '32',
  cn: '2011',
  pw: '123456',
  mn: '654202WS00000000000001',
  flag: '5',
  cp: 'DataTime=20260807100000;w01018-Rtd=36.91,w01018-Flag=N',
  ...overrides,
});
const framed = (data: string, crc?: string): Uint8Array =>
  Buffer.from(
    `##${String(data.length).padStart(4, '0')}${data}${crc ?? crc212(Buffer.from(data)).toString(16).padStart(4, '0')}\r\n`,
  );
const text = (bytes: Uint8Array | undefined): string => Buffer.from(bytes ?? []).toString('latin1');

function failure(input: Uint8Array): DecodeError {
  try {
    decode(input);
  } catch (error) {
    if (error instanceof DecodeError) return error;
    throw error;
  }
  throw new Error('was read');
}

const word = (maxLength: number) =>
  fc.string({ unit: fc.constantFrom(...'0123456789ABCDEFabc_-.'), minLength: 1, maxLength });
const arbitraryPacket: fc.Arbitrary<Hj212Packet> = fc
  .record({
    qn: fc.option(word(17)),
    st: word(2),
    cn: word(4),
    pw: fc.option(word(9)),
    mn: word(24),
    flag: fc.option(fc.nat(255).map(String)),
    packet: fc.option(fc.tuple(fc.integer({ min: 1, max: 9999 }), fc.nat(9998)), { nil: undefined }),
    cp: fc.string({ unit: fc.constantFrom(...'abw01-=;,.RtdN&# '), maxLength: 800 }),
  })
  .map(({ packet, ...rest }) => ({
    ...rest,
    ...(packet ? { packet: { total: packet[0], sequence: (packet[1] % packet[0]) + 1 } } : {}),
  }));

describe('a frame', () => {
  test('of annex A has the CRC that the standard counts for it, 1C80', () => {
    const data =
      'QN=20160801085857223;ST=32;CN=1062;PW=100000;MN=010000A8900016F000169DC0;Flag=5;CP=&&RtdInterval=30&&';
    expect(crc212(Buffer.from(data))).toBe(0x1c80);
    const packet = decode(Buffer.from(`##0101${data}1C80\r\n`));
    expect(packet).toMatchObject({ cn: '1062', mn: '010000A8900016F000169DC0', flag: '5', cp: 'RtdInterval=30' });
    expect(text(encode(packet))).toBe(`##0101${data}1C80\r\n`);
  });
  test('encoded and decoded is the same packet', () => {
    fc.assert(fc.property(arbitraryPacket, (packet) => expect(decode(encode(packet))).toEqual(packet)));
  });
  test('with any byte changed is refused, and so is any shorter one', () => {
    const whole = encode(packetOf()).subarray(0, -2);
    for (let index = 0; index < whole.length - 4; index += 1)
      for (const flip of [1, 0x80]) {
        const damaged = new Uint8Array(whole);
        damaged[index] = (damaged[index] ?? 0) ^ flip;
        expect(failure(damaged)).toBeInstanceOf(DecodeError);
      }
    for (let length = 0; length < whole.length; length += 1)
      expect(['truncated', 'malformed']).toContain(failure(whole.subarray(0, length)).reason);
  });
  test('may have its CRC in small letters, blanks, another order, and no QN, PW or Flag', () => {
    const packet = decode(framed('ST = 32; CN=2011;MN=A1 ;PNO=0002;PNUM=0002;CP=&& &&'));
    expect(packet).toEqual({
      qn: null,
      st: '32',
      cn: '2011',
      pw: null,
      mn: 'A1',
      flag: null,
      packet: { total: 2, sequence: 2 },
      cp: ' ',
    });
    expect(decode(framed('ST=32;CN=2011;MN=A1;PNUM=0;PNO=0;CP=&&&&'))).not.toHaveProperty('packet');
  });
  test.each([
    ['without MN', framed('ST=32;CN=2011;CP=&&&&'), 'missing-field'],
    ['without CP', framed('ST=32;CN=2011;MN=A1'), 'malformed'],
    ['with a CP that does not end', framed('ST=32;CN=2011;MN=A1;CP=&&'), 'malformed'],
    ['that is packet 3 of 2', framed('ST=32;CN=2011;MN=A1;PNUM=2;PNO=3;CP=&&&&'), 'malformed'],
    ['with an MN that would break its answer', framed(`ST=32;CN=2011;MN=${'A'.repeat(65)};CP=&&&&`), 'malformed'],
    ['with a wrong CRC', framed('ST=32;CN=2011;MN=A1;CP=&&&&', '0000'), 'bad-crc'],
    ['of 1025 characters', Buffer.from(`##1025${'x'.repeat(1025)}0000`), 'malformed'],
  ])('%s is refused', (_what, frame, reason) => expect(failure(frame).reason).toBe(reason));
  test('of random bytes is refused and never anything else', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 100 }), (input) => expect(failure(input)).toBeInstanceOf(DecodeError)),
    );
  });
  test.each([
    ['packet 3 of 2', packetOf({ packet: { total: 2, sequence: 3 } })],
    ['an MN with a sign that ends it', packetOf({ mn: 'A;B' })],
    ['1025 characters', packetOf({ cp: 'x'.repeat(1000) })],
  ])('is not made of %s', (_what, packet) => expect(() => encode(packet)).toThrow(RangeError));
  test('shows no password when it is refused', () => {
    expect(text(withoutPassword(framed('ST=32;PW=geheim;MN=A1;CP=&&&&')))).toContain('PW=******;MN=A1');
  });
  test('says by its Flag which edition it is of and whether it wants an answer', () => {
    const flags = [null, '0', '1', '5', '7', '256', 'x'].map((flag) => flagOf({ flag }));
    expect(flags).toEqual([
      { version: 0, split: false, answer: false },
      { version: 0, split: false, answer: false },
      { version: 0, split: false, answer: true },
      { version: 1, split: false, answer: true },
      { version: 1, split: true, answer: true },
      undefined,
      undefined,
    ]);
  });
});

describe('a CP', () => {
  const one = 'DataTime=20260807100000;w01018-Rtd=36.91,w01018-Flag=N;w00000-Rtd=1.2';
  test.each([
    ['as it should be', one],
    ['with ; for , and , for ;', 'DataTime=20260807100000,w01018-Rtd=36.91;w01018-Flag=N,w00000-Rtd=1.2'],
    ['with blanks', ' DataTime = 20260807100000 ; w01018-Rtd=36.91, w01018-Flag =N ; w00000-Rtd= 1.2 ;'],
    ['with a thing told twice', `${one};w00000-Rtd=1.2`],
  ])('is read by its codes, %s', (_how, cp) => {
    const { sections, faults } = readCp(cp);
    expect(faults).toEqual([]);
    expect(sections.map(writeCp)).toEqual([one]);
  });
  test('keeps what belongs to one DataTime apart from the next', () => {
    const { sections } = readCp('DataTime=20260807100000;a-Avg=1;DataTime=20260807110000;a-Avg=2');
    expect(sections.map(({ dataTime, items }) => [dataTime, items[0]?.values.get('Avg')])).toEqual([
      ['20260807100000', '1'],
      ['20260807110000', '2'],
    ]);
  });
  test('with rubbish in it gives the rest, and says what was rubbish', () => {
    const { sections, faults } = readCp('DataTime=20260807100000;rubbish;a-Rtd=1;a-Rtd=2;=5;b-Rtd=3');
    expect(sections[0]?.items.map(({ code, values }) => [code, values.get('Rtd')])).toEqual([
      ['a', '1'],
      ['b', '3'],
    ]);
    expect(faults.map(({ text: each }) => each)).toEqual(['rubbish', 'a-Rtd=2', '=5']);
  });
  test('of any text is read without a throw', () => {
    fc.assert(fc.property(fc.string({ maxLength: 300 }), (cp) => void readCp(cp)));
  });
  test('cut anywhere and joined is the same again', () => {
    for (let cut = 1; cut < one.length; cut += 1)
      expect(readCp(joinCp([one.slice(0, cut), one.slice(cut)]))).toEqual(readCp(one));
    expect(joinCp(['a-Rtd=1', 'b-Rtd=2'])).toBe('a-Rtd=1;b-Rtd=2');
  });
});

describe('the splitter', () => {
  const frames = [packetOf(), packetOf({ cn: '2061', qn: null }), packetOf({ cp: '' })].map(encode);
  const split = (...parts: Uint8Array[]): Piece[] => {
    const splitter = new Hj212Splitter();
    return [...parts.flatMap((part) => splitter.push(part)), ...splitter.end()];
  };
  const good = frames.map((frame) => text(frame).trim());
  const textsOf = (pieces: readonly Piece[], frame = true): string[] =>
    pieces.filter((piece) => piece.frame === frame).map((piece) => text(piece.bytes));

  test('gives the same frames however the bytes are cut, with line ends or without', () => {
    const streams = [
      Buffer.concat([Buffer.from('noise##12'), ...frames, Buffer.from('##')]),
      Buffer.from(`${good.join('')}\n`),
      Buffer.from(good.join('\n')),
    ];
    for (const stream of streams) {
      for (let cut = 0; cut <= stream.length; cut += 1)
        expect(textsOf(split(stream.subarray(0, cut), stream.subarray(cut)))).toEqual(good);
      expect(textsOf(split(...[...stream].map((byte) => Uint8Array.of(byte))))).toEqual(good);
    }
  });
  test('finds the next frame after any damage to one, and loses no byte but line ends', () => {
    const damaged = fc.tuple(fc.nat((frames[0]?.length ?? 1) - 7), fc.integer({ min: 1, max: 255 }), fc.nat(60));
    fc.assert(
      fc.property(damaged, ([index, flip, cut]) => {
        const first = Buffer.from(frames[0]!);
        first[index]! ^= flip;
        const stream = Buffer.concat([first.subarray(0, first.length - (cut % 3)), ...frames.slice(1)]);
        const pieces = split(stream.subarray(0, cut), stream.subarray(cut));
        expect(textsOf(pieces)).toEqual(good.slice(1));
        const all = pieces.map((piece) => text(piece.bytes)).join('');
        expect(all.replace(/[\r\n]/g, '')).toBe(text(stream).replace(/[\r\n]/g, ''));
      }),
    );
  });
  test('gives out a damaged frame as one piece, to its line end where its length lies short', () => {
    const [first = '', second = ''] = good;
    const wrong = first.replace('36.91', '36.92');
    expect(textsOf(split(Buffer.from(`${wrong}\r\n${second}\r\n`)), false)).toEqual([wrong]);
    const short = `##0020${first.slice(6)}`;
    expect(textsOf(split(Buffer.from(`${short}\r\n${second}\r\n`)), false)).toEqual([short]);
  });
  test('a length that lies does not hold up the frame after it', () => {
    const splitter = new Hj212Splitter();
    const pieces = splitter.push(Buffer.from(`##1000${good[0]?.slice(6)}\r\n${good[1]}`));
    expect(textsOf(pieces)).toEqual([good[1]]);
    expect(splitter.unframedBytes).toBe(0);
  });
  test('holds little of what is no frame, and counts it', () => {
    for (const rubbish of ['#', '##0999', 'x', '##1024CP=&&']) {
      const splitter = new Hj212Splitter();
      const bytes = Buffer.from(rubbish.repeat(Math.ceil(4096 / rubbish.length)).slice(0, 4096));
      let out = 0;
      for (let at = 0; at < 64; at += 1)
        out += splitter.push(bytes).reduce((sum, { bytes: { length } }) => sum + length, 0);
      expect(splitter.unframedBytes).toBe(64 * 4096);
      expect(64 * 4096 - out).toBeLessThan(6200);
    }
  });
  test('never throws, never hangs', () => {
    const part = fc.oneof(
      fc.uint8Array({ maxLength: 50 }),
      fc.string({ unit: fc.constantFrom(...'#0123\r\n&='), maxLength: 60 }).map((each) => Buffer.from(each)),
    );
    fc.assert(fc.property(fc.array(part), (parts) => void split(...parts)));
  });
});

describe("the hub's answers", () => {
  test('of 2017 repeat QN, PW and MN; ST is 91, and they want no answer themselves', () => {
    expect(text(answerTo(packetOf(), { kind: 'data' }))).toContain(
      'QN=20260807100003123;ST=91;CN=9014;PW=123456;MN=654202WS00000000000001;Flag=4;CP=&&&&',
    );
    expect(decode(answerTo(packetOf(), { kind: 'notice' })!)).toMatchObject({ cn: '9013', cp: '' });
    expect(decode(answerTo(packetOf(), { kind: 'request', code: 3 })!)).toMatchObject({ cn: '9011', cp: 'QnRtn=3' });
    expect(decode(answerTo(packetOf(), { kind: 'execution', code: 1 })!)).toMatchObject({ cn: '9012', cp: 'ExeRtn=1' });
  });
  test('of 2005 hold QN in their CP, and the CN of data', () => {
    const old = packetOf({ flag: '1' });
    const head = { qn: null, st: '91', flag: '0' };
    expect(decode(answerTo(old, { kind: 'data' })!)).toMatchObject({ ...head, cp: 'QN=20260807100003123;CN=2011' });
    expect(decode(answerTo(old, { kind: 'request', code: 8 })!)).toMatchObject({
      ...head,
      cp: 'QN=20260807100003123;QnRtn=8',
    });
  });
  test('are given only where they are wanted', () => {
    expect([null, '0', '4', '6'].map((flag) => answerTo(packetOf({ flag }), { kind: 'data' }))).toEqual([
      undefined,
      undefined,
      undefined,
      undefined,
    ]);
  });
});

describe('messages of several packets', () => {
  const cps = ['DataTime=20260807100000;w01018-Rtd=36.91,w010', '18-Flag=N', 'w00000-Rtd=1.2'];
  const packets = cps.map((cp, at) => packetOf({ flag: '7', packet: { total: 3, sequence: at + 1 }, cp }));
  const [one, two, three] = packets as [Hj212Packet, Hj212Packet, Hj212Packet];
  const whole = 'DataTime=20260807100000;w01018-Rtd=36.91,w01018-Flag=N;w00000-Rtd=1.2';

  test.each([
    ['in order', [one, two, three]],
    ['the wrong way round', [three, two, one]],
    ['more than once', [one, one, two, two, three]],
  ])('are joined when their packets come %s', (_how, sent) => {
    const assembly = new Hj212Assembly();
    const states = sent.map((packet) => assembly.add(packet, 0, encode(packet)));
    expect(states.at(-1)).toEqual({
      state: 'complete',
      cp: whole,
      raw: new Uint8Array(Buffer.concat(packets.map(encode))),
    });
    expect(assembly.expire(1e9)).toEqual([]);
  });
  test('of two messages are kept apart by QN', () => {
    const assembly = new Hj212Assembly();
    assembly.add(one, 0, encode(one));
    assembly.add(two, 0, encode(two));
    const other = { ...three, qn: '20260807100004000' };
    expect(assembly.add(other, 0, encode(other)).state).toBe('waiting');
    expect(assembly.add(three, 0, encode(three))).toMatchObject({ state: 'complete', cp: whole });
  });
  test('are given up after a time, above a number, and above a size', () => {
    const assembly = new Hj212Assembly({ maxMessageBytes: 300, maxMessages: 1, timeoutMs: 1000 });
    assembly.add(two, 0, encode(two));
    expect(assembly.expire(1000)).toEqual([]);
    const other = { ...one, mn: 'B2' };
    assembly.add(other, 900, encode(other));
    expect(assembly.expire(1000)).toMatchObject([{ packet: { mn: one.mn }, received: [2] }]);
    expect(assembly.expire(2000)).toMatchObject([{ packet: { mn: 'B2' }, received: [1] }]);
    assembly.add(one, 0, encode(one));
    assembly.add(two, 0, encode(two));
    expect(assembly.add(three, 0, encode(three)).state).toBe('too-large');
  });
});
