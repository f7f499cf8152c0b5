import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from '@jest/globals';
import { settings } from './config.js';
import { normalize } from './normalize.js';

const root = fileURLToPath(new URL('../../../../shared/samples/', import.meta.url));
const here = existsSync(root);
if (!here) console.warn('skipped: no ../shared/samples beside the repository');
const own = settings.parse({
  expectedEverySeconds: 60,
  zone: 'Asia/Shanghai',
  crs: 'WGS84',
  sources: [{ url: 'http://127.0.0.1/' }],
});
const outcome = (file: string) => normalize(readFileSync(root + file), own, new Date(), file);

(here ? describe : describe.skip)('warnings as they are really published', () => {
  test('the domestic one is an update with its colour, code and division', () => {
    const { records, rejects } = outcome('alert-cn/12379_41000041600000_20200205105119_11B06_BLUE_Update.xml');
    expect(rejects).toEqual([]);
    expect(records).toMatchObject([
      {
        identifier: '41000041600000_20200205105119',
        messageType: 'UPDATE',
        references: ['41000041600000_20200204121842'],
        hazardCode: '11B06',
        level: 'BLUE',
        divisionCodes: ['410000'],
        observedAt: new Date('2020-02-05T02:45:00Z'),
        expiresAt: new Date('2020-02-06T02:57:42Z'),
        texts: [{ language: 'zh-CN', hazard: '大风', senderName: '河南省气象局' }],
      },
    ]);
  });
  test("the one passed on in CAP gives the same kind of record, in two languages and without a person's name", () => {
    const { records, rejects } = outcome('cap/cma_wmo_penglai_20260801133303.xml');
    expect(rejects).toEqual([]);
    expect(records).toMatchObject([
      { level: 'RED', hazardCode: '11B09', divisionCodes: ['370614'], references: ['37061441600000_20260727120039'] },
    ]);
    const texts = records.flatMap((record) => (record.kind === 'warning' ? record.texts : []));
    expect(texts.map(({ language, hazard, senderName }) => [language, hazard, senderName])).toEqual([
      ['en-US', 'high temperature', 'Penglai District Meteorological Observatory'],
      ['zh-CN', '高温', '蓬莱区气象台'],
    ]);
  });
  test.each([
    ['google_KAR0-0306112239-SW.cap', 'ORANGE'],
    ['google_australia.cap', 'BLUE'],
    ['google_canada.cap', 'BLUE'],
    ['google_canada_signed.cap', 'YELLOW'],
    ['google_weather.cap', 'ORANGE'],
  ])('%s from abroad becomes a warning of level %s', (file, level) => {
    const { records, rejects } = outcome(`cap/${file}`);
    expect(rejects).toEqual([]);
    expect(records).toMatchObject([{ kind: 'warning', level }]);
  });
  test.each([
    ['google_earthquake.cap', 'unknown-code', /severity Unknown/],
    ['google_earthquake-iso8859-1.cap', 'unknown-code', /severity Unknown/],
    ['google_earthquake_signed.cap', 'unknown-code', /severity Unknown/],
    ['google_no_optional_fields.cap', 'missing-field', /no <info>/],
    ['google_invalid.cap', 'missing-field', /<scope> is missing/],
    ['google_canada_errors.cap', 'missing-field', /<references> is empty, but Update/],
    ['google_noaa_errors.cap', 'missing-field', /<urgency> is empty/],
    ['google_xee.cap', 'doctype', /DOCTYPE/],
    ['seevee_meteoalarm_de.json', 'malformed', /not XML/],
  ])('%s is refused as %s', (file, reason, detail) => {
    const { records, rejects } = outcome(`cap/${file}`);
    expect(records).toEqual([]);
    expect(rejects).toMatchObject([{ reason, detail: expect.stringMatching(detail) }]);
  });
  test('every file there is read or refused with its reason', () => {
    for (const folder of ['cap/', 'alert-cn/'])
      for (const file of readdirSync(root + folder)) {
        const { records, rejects } = outcome(folder + file);
        expect(records.length + rejects.length).toBeGreaterThan(0);
      }
  });
});
