import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import * as hj212 from './hj212.js';
import { Hj212Assembly } from './hj212-assembly.js';
import { readCp, writeCp } from './hj212-cp.js';
import { Hj212Splitter } from './hj212-splitter.js';
import * as sl651 from './sl651.js';
import { Sl651Assembly } from './sl651-assembly.js';
import { readMessage } from './sl651-body.js';
import { Sl651Splitter } from './sl651-splitter.js';
import { array, element, head, observedAt, stationOf, status } from './sl651-write.js';

/* Whole messages, from what a device means to what the hub reads: written, split into packets, framed, cut up on the line, joined. */

/** A list in pieces that end at `cuts` (shares of its length). */
function cutUp(whole: Uint8Array, cuts: readonly number[]): Uint8Array[] {
  const ends = [...cuts.map((share) => Math.floor(share * whole.length)), whole.length].sort((a, b) => a - b);
  return ends.map((end, at) => whole.subarray(ends[at - 1] ?? 0, end));
}
const share = fc.double({ min: 0, max: 1, noNaN: true });
const cuts = fc.array(share, { maxLength: 12 });
const two = (number: number): string => String(number).padStart(2, '0');

const STATION = '0060240001';
const ELEMENT_CODES = Array.from({ length: 0xef }, (_, at) => at + 1).filter((code) => code !== 0x04 && code !== 0x45);

interface Said {
  readonly bytes: Uint8Array;
  readonly values: readonly (readonly [id: string, value: number | null])[];
}
const number = fc
  .record({
    code: fc.constantFrom(...ELEMENT_CODES),
    size: fc.integer({ min: 1, max: 6 }),
    decimals: fc.integer({ min: 0, max: 7 }),
    share,
    negative: fc.boolean(),
    missing: fc.boolean(),
  })
  .map(({ code, size, decimals, share: part, negative, missing }): Said => {
    const whole = Math.round(part * (10 ** (size * 2) - 1));
    const value = missing ? null : ((negative ? -1 : 1) * whole) / 10 ** decimals;
    return { bytes: element(code, value, size, decimals), values: [[sl651.hex(code, 2), value]] };
  });
const readings = (code: number, max: number, decimals: number): fc.Arbitrary<Said> =>
  fc.array(fc.option(fc.nat(max)), { minLength: 12, maxLength: 12 }).map((items) => ({
    bytes: array(code, items),
    values: items.map((item) => [sl651.hex(code, 2), item === null ? null : item / 10 ** decimals] as const),
  }));
const state = fc.nat(0xfffffffe).map((bits): Said => ({ bytes: status(bits), values: [['45', bits]] }));
const said = fc.array(fc.oneof(number, number, readings(0xf4, 254, 1), readings(0xf5, 65_534, 2), state), {
  minLength: 1,
  maxLength: 40,
});

test('an SL 651 message of any elements, in any number of packets, cut anywhere on the line, is read as it was said', () => {
  const message = fc.record({
    said,
    packets: fc.integer({ min: 1, max: 5 }),
    serial: fc.nat(65_535),
    cuts,
    order: fc.boolean(),
  });
  fc.assert(
    fc.property(message, ({ said: parts, packets, serial, cuts: line, order }) => {
      const begin = [head(serial, '260807100003'), stationOf(STATION, 0x48), observedAt('2608071000')];
      const body = new Uint8Array(Buffer.concat([...begin, ...parts.map((part) => part.bytes)]));
      const size = Math.ceil(body.length / packets);
      const total = Math.ceil(body.length / size);
      const frames = Array.from({ length: total }, (_, at) =>
        sl651.encode({
          direction: 'up',
          center: 1,
          station: STATION,
          password: 0x4a21,
          function: sl651.FUNCTIONS.timed,
          ...(total > 1 ? { packet: { total, sequence: at + 1 } } : {}),
          body: body.subarray(at * size, (at + 1) * size),
          end: at === total - 1 ? sl651.CONTROL.ETX : sl651.CONTROL.ETB,
        }),
      );
      const [splitter, assembly] = [new Sl651Splitter(), new Sl651Assembly()];
      const stream = Buffer.concat(order ? frames : [...frames].reverse());
      const pieces = [...cutUp(stream, line).flatMap((part) => splitter.push(part)), ...splitter.end()];
      expect(pieces.map(({ frame }) => frame)).toEqual(frames.map(() => true));
      const states = pieces.map(({ bytes }) => {
        const frame = sl651.decode(bytes);
        return { frame, state: assembly.add(frame, 0, bytes) };
      });
      const last = states.at(-1);
      if (last?.state.state !== 'complete') throw new Error(`not complete: ${last?.state.state}`);
      const read = readMessage(last.frame, last.state.body);
      expect([read.serial, read.sentAt, read.stationClass, read.faults]).toEqual([serial, '260807100003', 0x48, []]);
      const wanted = parts.flatMap(({ values }) => values);
      expect(read.values.map(({ id }) => id)).toEqual(wanted.map(([id]) => id));
      for (const [at, [, value]] of wanted.entries()) {
        const text = read.values[at]?.value ?? null;
        expect(text === null ? null : Number(text)).toBe(value === null ? null : value + 0);
        expect(read.values[at]?.observedAt).toBe('2608071000');
      }
    }),
    { numRuns: 300 },
  );
});

const word = (alphabet: string, maxLength: number) =>
  fc.string({ unit: fc.constantFrom(...alphabet), minLength: 1, maxLength });
const value = word('0123456789.-NFMabc', 12);
const values = (key: fc.Arbitrary<string>) =>
  fc.uniqueArray(fc.tuple(key, value), { maxLength: 4, selector: ([name]) => name }).map((all) => new Map(all));
const section = fc
  .record({
    hour: fc.integer({ min: 0, max: 23 }),
    items: fc.uniqueArray(
      fc.record({
        code: word('aw0123456789', 8),
        values: values(fc.constantFrom('Rtd', 'Avg', 'Min', 'Max', 'Cou', 'ZsRtd', 'Flag')).filter(
          (all) => all.size > 0,
        ),
      }),
      { maxLength: 20, selector: ({ code }) => code },
    ),
    fields: values(fc.constantFrom('RestartTime', 'PolId', 'VaneNo')),
  })
  .map(({ hour, ...rest }) => ({ dataTime: `20260807${two(hour)}0000`, ...rest }));

test('an HJ 212 message of any sections, split into packets anywhere, cut anywhere on the line, is read as it was said', () => {
  const message = fc.record({
    sections: fc.array(section, { minLength: 1, maxLength: 3 }),
    split: cuts,
    cuts,
    line: fc.boolean(),
  });
  fc.assert(
    fc.property(message, ({ sections, split, cuts: line, line: ends }) => {
      const cp = sections.map(writeCp).join(';');
      const shares = [
        ...split,
        ...Array.from({ length: Math.ceil(cp.length / 500) }, (_, at, of = Math.ceil(cp.length / 500)) => at / of),
      ];
      const parts = cutUp(Buffer.from(cp), shares).filter((part) => part.length > 0);
      const frames = parts.map((part, at) =>
        hj212.encode({
          qn: '20260807100003123',
          st: '32',
          cn: '2011',
          pw: '123456',
          mn: '654202WS00000000000001',
          flag: '7',
          ...(parts.length > 1 ? { packet: { total: parts.length, sequence: at + 1 } } : {}),
          cp: Buffer.from(part).toString('latin1'),
        }),
      );
      const [splitter, assembly] = [new Hj212Splitter(), new Hj212Assembly()];
      const stream = Buffer.concat(ends ? frames : frames.map((frame) => frame.subarray(0, -2)));
      const pieces = [...cutUp(stream, line).flatMap((part) => splitter.push(part)), ...splitter.end()];
      expect(pieces.filter(({ bytes }) => String(bytes).trim() !== '').every(({ frame }) => frame)).toBe(true);
      const states = pieces.map(({ bytes }) => assembly.add(hj212.decode(bytes), 0, bytes));
      const last = states.at(-1);
      if (last?.state !== 'complete') throw new Error(`not complete: ${last?.state}`);
      const read = readCp(last.cp);
      expect(read.faults).toEqual([]);
      expect(read.sections).toEqual(sections);
    }),
    { numRuns: 300 },
  );
});
