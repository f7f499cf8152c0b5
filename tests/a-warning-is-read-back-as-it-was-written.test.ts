import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { fileName12379, write12379 } from '../connectors/shared/codecs/alert-12379-write.js';
import { writeCap } from '../connectors/shared/codecs/cap-write.js';
import { settings } from '../connectors/weather/warnings/config.js';
import { normalize } from '../connectors/weather/warnings/normalize.js';
import type { WarningRecord } from '../model/record.js';
import type { WarningMessage } from '../model/warning-message.js';
import { packageRoot } from '../server/root.js';
import { capSchema } from './support/cap-schema.js';
import { warningRecord } from './support/records.js';
import { messageOfRecord, messages } from './support/warning-messages.js';

const own = settings.parse({
  expectedEverySeconds: 60,
  zone: 'Asia/Shanghai',
  crs: 'WGS84',
  sources: [{ url: 'http://127.0.0.1/' }],
});
const schema = capSchema();
afterAll(() => schema.close());

const places = { placeName: (code: string, language: string) => (code === '654202' ? `${language} 乌苏` : undefined) };
const WRITERS = {
  cap: (message: WarningMessage) => writeCap(message, { ...places, web: 'https://hub.example/?a=1&b=2' }),
  '12379': (message: WarningMessage) => write12379(message, places),
} as const;
type Form = keyof typeof WRITERS;
const FORMS = Object.keys(WRITERS) as Form[];

const readAll = (xml: string | Uint8Array) => normalize(Buffer.from(xml), own, new Date(), 'message.xml');
/** The only record of a document without what is the document's own: its bytes, and how it writes times. */
function read(xml: string | Uint8Array) {
  const { records, rejects } = readAll(xml);
  expect(rejects).toEqual([]);
  expect(records).toHaveLength(1);
  const { raw: _raw, originalTime: _time, zone: _zone, ...rest } = records[0] as WarningRecord;
  const texts = [...rest.texts].sort((a, b) => (a.language < b.language ? -1 : 1));
  return { ...rest, texts };
}
const messageOf = (record: ReturnType<typeof read>): WarningMessage =>
  messageOfRecord({ ...record, raw: '', originalTime: '', zone: '' });
const foreign = fc.stringMatching(/^[A-Za-z][A-Za-z0-9.:-]{1,20}$/);
/** Any characters at all: controls, halves of surrogate pairs, markup, blanks at either end. */
const wild = fc.oneof(
  fc.string({ unit: 'binary' }),
  fc.string({
    unit: fc.constantFrom(
      '\u0000',
      '\u0007',
      '\ud800',
      '\udfff',
      '\uffff',
      '<',
      '&',
      ']]>',
      '\r',
      '\n',
      '"',
      '雨',
      '😀',
    ),
  }),
);
const tame = fc
  .string({
    unit: fc.constantFrom('<', '&', '>', ']]>', '"', "'", '&lt;', '&#10;', '雨', '😀', 'a', ' ', '\r\n', '\t'),
    minLength: 1,
  })
  .map((text) => `x${text}y`);

describe.each(FORMS)('a message written in %s', (form) => {
  test('is read, written and read to the same record, and valid by its schema, whatever its words hold', () => {
    fc.assert(
      fc.property(messages(wild, foreign), (message) => {
        const xml = WRITERS[form](message);
        const first = read(xml);
        const again = WRITERS[form](messageOf(first));
        expect(read(again)).toEqual(first);
        if (form === 'cap') for (const each of [xml, again]) expect(schema.faultOf(each)).toBeUndefined();
      }),
      { numRuns: 100 },
    );
  });

  test('says all that the message says', () => {
    fc.assert(
      fc.property(messages(tame, foreign), (message) => {
        const record = read(WRITERS[form](message));
        const office = message.warning.texts.find(({ language }) => language === 'zh-CN') ?? message.warning.texts[0];
        const { texts, area: _area, departmentCode: _department, ...said } = messageOf(record).warning;
        const { texts: words, area: _drawn, departmentCode: _by, ...meant } = message.warning;
        expect(said).toEqual(meant);
        const expected = form === 'cap' ? words : words.map((text) => ({ ...text, senderName: office?.senderName }));
        expect(texts).toEqual([...expected].sort((a, b) => (a.language < b.language ? -1 : 1)));
        expect(record).toMatchObject({
          identifier: message.identifier,
          messageType: message.type,
          observedAt: new Date(message.sentAt),
          references: message.references.map(({ identifier }) => identifier),
        });
      }),
      { numRuns: 60 },
    );
  });
});

test('an invalid document is found so: the control', () => {
  const xml = WRITERS.cap(messageOfRecord(warningRecord('W-1', new Date())));
  expect(schema.faultOf(xml)).toBeUndefined();
  expect(schema.faultOf(xml.replace('<scope>Public</scope>', ''))).toContain('scope');
  expect(schema.faultOf(xml.replace('+08:00', 'Z'))).toContain('sent');
});

describe('what CAP asks of a producer and no schema checks', () => {
  const sent = new Date('2026-08-07T10:00:00.700Z');
  const hole = [
    [84.5, 44.4],
    [84.6, 44.4],
    [84.6, 44.5],
    [84.5, 44.4],
  ];
  const message = (change: Partial<WarningRecord>) => messageOfRecord(warningRecord('W-1', sent, change));
  const cap = (change: Partial<WarningRecord>) => WRITERS.cap(message(change));

  test('times have their zone, an end is never early, names hold no blank, comma, "<" and "&"', () => {
    const xml = cap({ identifier: 'a b,c<d&e', messageType: 'UPDATE', references: ['f g'] });
    expect(xml).toContain('<sent>2026-08-07T18:00:00+08:00</sent>');
    expect(xml).toContain('<expires>2026-08-08T00:00:01+08:00</expires>');
    expect(xml).toContain('<identifier>a%20b%2Cc%3Cd%26e</identifier>');
    expect(xml).toContain('<references>乌苏市气象台,f%20g,2026-08-07T18:00:00+08:00</references>');
  });
  test('polygons are lat,lon and closed, each its own; a hole is left out, and the area with it not', () => {
    const outer = [
      [84, 44],
      [85, 44],
      [85, 45],
    ];
    const area = {
      type: 'MultiPolygon' as const,
      coordinates: [
        [outer, hole],
        [[...outer, [84, 44]]],
        [
          [
            [1, 1],
            [2, 2],
          ],
        ],
      ],
    };
    const polygon = '<polygon>44,84 44,85 45,85 44,84</polygon>';
    expect(cap({ area }).match(/<polygon>.*<\/polygon>/g)).toEqual([polygon, polygon]);
  });
  test('every division is named, by its code and in words; a place without both is no area', () => {
    const xml = cap({ divisionCodes: ['654202', '654202001'] });
    expect(xml.match(/<value>\d{12}<\/value>/g)).toEqual([
      '<value>654202000000</value>',
      '<value>654202001000</value>',
    ]);
    expect(xml).toContain('<areaDesc>zh-CN 乌苏、654202001</areaDesc>');
    expect(cap({ divisionCodes: [] })).not.toContain('<area>');
  });
  test.each([
    ['RED', 'Extreme'],
    ['ORANGE', 'Severe'],
    ['YELLOW', 'Moderate'],
    ['BLUE', 'Minor'],
  ] as const)('%s is %s', (level, severity) => {
    expect(cap({ level })).toContain(`<severity>${severity}</severity>`);
  });
  test('a cancellation is all clear; instructions are to be carried out; urgency is the time that is left', () => {
    const onsetAt = new Date(sent.getTime() + 1_800_000);
    expect(cap({ messageType: 'CANCEL' })).toMatch(/<responseType>AllClear<.*\n<urgency>Past</);
    expect(cap({ onsetAt })).toContain('<urgency>Expected</urgency>');
    expect(cap({})).not.toContain('responseType');
    const texts = message({}).warning.texts.map((text) => ({ ...text, instruction: '远离河道' }));
    expect(cap({ texts })).toMatch(/<responseType>Execute<[\s\S]*<instruction>远离河道</);
  });
  test('a warning without words is told by its hazard and colour', () => {
    expect(read(cap({ texts: [] })).texts).toMatchObject([{ language: 'zh-CN', headline: '暴雨黄色预警' }]);
  });
});

test('the domestic form has the shape and the name of the 12379 platform', () => {
  const message = messageOfRecord(warningRecord('65420241600000_20260807100000', new Date('2026-08-07T02:00:00Z')));
  expect(fileName12379(message)).toBe('65420241600000_20260807100000_11B03_YELLOW_Alert.xml');
  expect(fileName12379({ ...message, identifier: 'a/../b', type: 'CANCEL' })).toBe(
    '00000000000000_20260807100000_11B03_YELLOW_Cancel.xml',
  );
  expect(WRITERS['12379'](message).split('\n')).toEqual(
    expect.arrayContaining([
      '<alert>',
      '<sender>乌苏市气象台</sender>',
      '<senderCode>65420241600000</senderCode>',
      '<sendTime>2026-08-07 10:00:00+08:00</sendTime>',
      '<eventType>11B03</eventType>',
      '<severity>Yellow</severity>',
      '<onset/>',
      '<expires>2026-08-07 16:00:00+08:00</expires>',
      '<geocode>654202000000</geocode>',
    ]),
  );
});

const samples = join(packageRoot(), '../shared/samples');
const here = existsSync(samples);
if (!here) console.warn('skipped: no ../shared/samples beside the repository');
(here ? test : test.skip)('warnings as they are really published come back the same in both forms', () => {
  const files = ['cap', 'alert-cn'].flatMap((folder) =>
    readdirSync(join(samples, folder)).map((file) => readFileSync(join(samples, folder, file))),
  );
  const good = files.filter((bytes) => readAll(bytes).records.length === 1 && readAll(bytes).rejects.length === 0);
  expect(good.length).toBeGreaterThan(5);
  for (const bytes of good) {
    const first = read(bytes);
    for (const form of FORMS) {
      const xml = WRITERS[form](messageOf(first));
      if (form === 'cap') expect(schema.faultOf(xml)).toBeUndefined();
      if (form === first.format) expect(read(xml)).toEqual(first);
      else
        expect(read(xml)).toMatchObject({
          identifier: first.identifier,
          level: first.level,
          expiresAt: first.expiresAt,
        });
    }
  }
});
