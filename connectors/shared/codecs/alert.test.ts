import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { isAlertList, ringOf } from './alert.js';
import { decode12379 } from './alert-12379.js';
import { decodeCap } from './cap.js';
import { DecodeError } from './decode-error.js';
import { readXmlDocument } from './xml.js';

const CAP: Record<string, string> = {
  identifier: 'I-1',
  sender: 'S',
  sent: '2026-08-07T10:00:00+08:00',
  status: 'Actual',
  msgType: 'Alert',
  scope: 'Public',
};
const INFO: Record<string, string> = {
  category: 'Met',
  event: 'rain',
  urgency: 'Past',
  severity: 'Minor',
  certainty: 'Likely',
};
const DOMESTIC: Record<string, string> = {
  identifier: 'I-1',
  sender: '台',
  sendTime: '2026-08-07 10:00:00',
  status: 'Actual',
  msgType: 'Alert',
};
const tags = (fields: Record<string, string>): string =>
  Object.entries(fields)
    .map(([name, value]) => `<${name}>${value}</${name}>`)
    .join('');
const element = (xml: string) =>
  readXmlDocument(Buffer.from(`<alert>${xml}</alert>`), { isArray: isAlertList }).element;
const cap = (alert: Record<string, string> = {}, info: Record<string, string> = {}, more = '') =>
  decodeCap(element(`${tags({ ...CAP, ...alert })}<info>${tags({ ...INFO, ...info })}${more}</info>`));

describe('CAP is held to its own rules', () => {
  test.each<[string, Record<string, string>, Record<string, string>, string]>([
    ['a comma in the identifier', { identifier: 'a,b' }, {}, 'malformed'],
    ['a blank in the sender', { sender: 'a b' }, {}, 'malformed'],
    ['"&" in the identifier', { identifier: 'a&amp;b' }, {}, 'malformed'],
    ['"<" in the sender', { sender: 'a&lt;b' }, {}, 'malformed'],
    ['an empty identifier', { identifier: '' }, {}, 'missing-field'],
    ['a time with Z', { sent: '2026-08-07T10:00:00Z' }, {}, 'bad-time'],
    ['a time without zone', {}, { expires: '2026-08-07T10:00:00' }, 'bad-time'],
    ['an unknown status', { status: 'Real' }, {}, 'malformed'],
    ['an Update of nothing', { msgType: 'Update' }, {}, 'missing-field'],
    ['a reference of two parts', { references: 'a,b' }, {}, 'malformed'],
    ['no event', {}, { event: '' }, 'missing-field'],
    ['no category', {}, { category: '' }, 'missing-field'],
    ['a severity of its own', {}, { severity: 'Red' }, 'malformed'],
  ])('%s is refused', (_what, alert, info, reason) => {
    expect(() => cap(alert, info)).toThrow(expect.objectContaining({ reason }));
  });
  test('triples and bare identifiers are understood alike, each once', () => {
    expect(cap({ references: 's,A,2026-08-07T10:00:00+08:00 B s2,A,x' }).references).toEqual(['A', 'B']);
  });
  test('a twice given field is refused, not chosen from', () => {
    expect(() => decodeCap(element(`${tags(CAP)}<identifier>I-2</identifier>`))).toThrow('occurs more than once');
  });
  test('circles are passed over, empty polygons too', () => {
    const area = '<area><areaDesc/><circle>44,84 0</circle><polygon/><polygon>44,84 44,85 45,85 44,84</polygon></area>';
    expect(cap({}, {}, area).infos[0]?.polygons).toEqual([
      [
        [84, 44],
        [85, 44],
        [85, 45],
        [84, 44],
      ],
    ]);
  });
});

test.each([
  ['three points', '1,1 2,2 1,1'],
  ['an open ring', '1,1 2,2 3,3 4,4'],
  ['longitude first', '184.1,44 184.2,44 184.3,45 184.1,44'],
  ['a stray comma', '1,1 2,2, 3,3 1,1'],
])('a polygon of %s is refused', (_what, text) => {
  expect(() => ringOf(text)).toThrow(expect.objectContaining({ reason: 'bad-position' }));
});

test("the domestic dialect needs no zone and no scope, and keeps no person's name", () => {
  const info = `<info>${tags({ eventType: '11B03', severity: 'Blue', senderName: '某某' })}</info>`;
  const alert = decode12379(element(tags(DOMESTIC) + info));
  expect(alert).toMatchObject({
    sent: '2026-08-07 10:00:00',
    scope: 'Public',
    infos: [{ language: 'zh-CN', senderName: null }],
  });
});

test('whatever the fields hold, a decoder decodes or throws DecodeError', () => {
  const field = fc.constantFrom(
    ...Object.keys({ ...CAP, ...INFO, ...DOMESTIC }),
    'references',
    'info',
    'area',
    'polygon',
    'geocode',
    'eventType',
    'eventCode',
    'code',
    'method',
    'value',
  );
  const tree = fc.letrec<{ node: unknown }>((tie) => ({
    node: fc.oneof(
      { depthSize: 'small' },
      fc.string(),
      fc.constantFrom('Actual', 'Update', 'Public', 'Met', 'Past', 'Minor', 'Likely', '1,1 1,2 2,2 1,1', 'a,b,c'),
      fc.array(tie('node'), { maxLength: 3 }),
      fc.dictionary(field, tie('node'), { maxKeys: 8 }),
    ),
  })).node;
  const decodes = (decode: () => unknown): void => {
    try {
      decode();
    } catch (error) {
      if (!(error instanceof DecodeError)) throw error;
    }
  };
  fc.assert(
    fc.property(fc.dictionary(field, tree), (alert) => {
      decodes(() => decodeCap({ ...CAP, ...alert }));
      decodes(() => decode12379({ ...DOMESTIC, ...alert }));
    }),
  );
});
