import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { REGISTERS } from '../../model/registers.js';
import { DecodeError } from '../shared/codecs/decode-error.js';
import { FORMATS, type Format, openInput } from './formats.js';
import { FormFault } from './forms/read.js';
import { TARGETS, toRecords } from './forms/records.js';

const SEEDS: Readonly<Record<Format, string>> = {
  json: '{"a":[1,2.5e3,"x\\"y",123456789012345678901234],"b":{"c":null}}',
  csv: '站号,时间,气温\nS1,"2026-01-05 08:00",1.5\n',
  xlsx: 'PK\x03\x04 no workbook',
  xml: '<r a="1"><b>2</b><b/><![CDATA[x]]></r>',
  rows: '[{"a":"1","b":null}]',
};

/** What opening gives, or the reason why not; anything else that is thrown fails the test. */
function opened(bytes: Uint8Array, format: Format): unknown {
  try {
    return openInput(bytes, format, {});
  } catch (error) {
    if (error instanceof DecodeError) return error.reason;
    throw error;
  }
}

test.each(FORMATS)('whatever bytes come as %s, they are opened or refused with a reason', (format) => {
  const seed = Buffer.from(SEEDS[format]);
  const damaged = fc
    .array(fc.tuple(fc.nat(seed.length - 1), fc.nat(255)), { minLength: 1, maxLength: 6 })
    .map((changes) => {
      const bytes = Buffer.from(seed);
      for (const [at, byte] of changes) bytes[at] = byte;
      return bytes;
    });
  fc.assert(fc.property(fc.oneof(fc.uint8Array({ maxLength: 300 }), damaged), (bytes) => void opened(bytes, format)));
});

test('numbers of JSON mean the same after they were looked at for their digits', () => {
  fc.assert(
    fc.property(fc.json({ maxDepth: 4 }), (text) => {
      // Equal keys in one object are refused, and fast-check does not make them.
      expect(openInput(Buffer.from(text), 'json', {}).document).toEqual(
        JSON.parse(text, (_, value: unknown) => exact(value)),
      );
    }),
  );
});

/** Digits of a number as it was written by JSON.stringify, and its text where there are too many. */
const exact = (value: unknown): unknown => {
  if (typeof value !== 'number') return value;
  const text = JSON.stringify(value);
  return text.replace(/[eE].*$|\D/g, '').length > 15 ? text : value;
};

test('an unclosed string full of quotes, and digits without end, take no time', () => {
  const startedAt = performance.now();
  expect(opened(Buffer.from(`"${'\\"'.repeat(1_900_000)}`), 'json')).toBe('truncated');
  expect(opened(Buffer.from('1'.repeat(3_900_000)), 'json')).toEqual({ document: '1'.repeat(3_900_000) });
  expect(performance.now() - startedAt).toBeLessThan(5000);
});

test('whatever a mapping gives, it becomes records or a fault with a reason', () => {
  const settings = { zone: 'UTC', crs: 'GCJ02' as const, units: {}, exercise: false };
  const names = [
    'station',
    'property',
    'value',
    'values',
    'observedAt',
    'code',
    'name',
    'lon',
    'lat',
    'fields',
    'identifier',
  ];
  const given = fc.oneof(
    fc.jsonValue(),
    fc.dictionary(
      fc.oneof(fc.constantFrom(...names, 'level', 'headline', 'sentAt', 'polygon', '__proto__'), fc.string()),
      fc.jsonValue(),
    ),
  );
  fc.assert(
    fc.property(given, fc.constantFrom(...TARGETS), (object, to) => {
      try {
        toRecords(object, to, settings, { raw: '' });
      } catch (error) {
        if (!(error instanceof FormFault)) throw error;
        expect(error.message).not.toBe('');
      }
    }),
    { numRuns: 500 },
  );
  expect(TARGETS).toHaveLength(4 + REGISTERS.length);
});
