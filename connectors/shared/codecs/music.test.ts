import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { DecodeError } from './decode-error.js';
import { jsonObjects } from './json-objects.js';
import { decodeMusic, musicNumber } from './music.js';

const bytes = (text: string): Uint8Array => Buffer.from(text);

test('every value is text, of a key that comes twice the last, and the row is kept as written', () => {
  const row = '{"Station_Id_C":"007", "TEM":"1.50","TEM":"2.50","N":3,"X":null,"A\\"}":"{[\\""}';
  const reply = decodeMusic(bytes(`{"returnCode":"0","DS":[${row},5]}`));
  expect(reply.strayEntries).toBe(1);
  expect(reply.rows[0]).toMatchObject({ duplicateKeys: ['TEM'], contradictions: ['TEM'], raw: row });
  expect([...(reply.rows[0]?.values ?? [])]).toEqual([
    ['Station_Id_C', '007'],
    ['TEM', '2.50'],
    ['N', '3'],
    ['A"}', '{["'],
  ]);
});
test('a refusal needs no rows', () => {
  expect(decodeMusic(bytes('{"returnCode":-1,"returnMessage":"no"}'))).toMatchObject({ returnCode: '-1', rows: [] });
});
test.each([
  ['999999', null],
  ['999998.0000', null],
  ['', null],
  ['-12.5000', -12.5],
  ['1e3', undefined],
  ['NaN', undefined],
  ['0x10', undefined],
])('the value "%s" is %p', (text, value) => expect(musicNumber(text)).toBe(value));

describe('what is no reply is refused', () => {
  test.each([
    ['HTML', '<html/>', 'malformed'],
    ['a list', '[]', 'malformed'],
    ['other JSON', '{"code":0}', 'malformed'],
    ['no rows', '{"returnCode":"0"}', 'malformed'],
    ['a cut reply', '{"returnCode":"0","DS":[{"a":"1"', 'malformed'],
    ['wild nesting', '['.repeat(100_000), 'malformed'],
  ])('%s', (_what, text, reason) => {
    expect(() => decodeMusic(bytes(text))).toThrow(expect.objectContaining({ reason }));
  });
  test('bytes that are no UTF-8', () => {
    expect(() => decodeMusic(new Uint8Array([0x7b, 0xff]))).toThrow(
      expect.objectContaining({ reason: 'bad-encoding' }),
    );
  });
});

test('every object of any JSON is found once, as JSON.parse reads it', () => {
  const objects = (value: unknown): unknown[] => {
    if (typeof value !== 'object' || value === null) return [];
    const inner = Object.values(value).flatMap(objects);
    return Array.isArray(value) ? inner : [...inner, value];
  };
  fc.assert(
    fc.property(fc.json(), (text) => {
      const found = jsonObjects(text).map((object) => JSON.stringify(JSON.parse(object.text)));
      expect(found.sort()).toEqual(
        objects(JSON.parse(text))
          .map((each) => JSON.stringify(each))
          .sort(),
      );
    }),
  );
});
test('whatever the bytes, it decodes or throws DecodeError', () => {
  fc.assert(
    fc.property(
      fc.oneof(
        fc.uint8Array(),
        fc.json().map(bytes),
        fc.json().map((ds) => bytes(`{"returnCode":"0","DS":[${ds}]}`)),
      ),
      (input) => {
        try {
          decodeMusic(input);
        } catch (error) {
          if (!(error instanceof DecodeError)) throw error;
        }
      },
    ),
  );
});
