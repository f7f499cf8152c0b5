import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from '@jest/globals';
import type { EarthquakeRecord } from '../../../model/record.js';
import { settings } from './config.js';
import { normalize } from './normalize.js';

const folder = fileURLToPath(new URL('../../../../shared/samples/seismic', import.meta.url));
const here = existsSync(folder);
if (!here) console.warn('skipped: no ../shared/samples beside the repository');

(here ? describe : describe.skip)('catalogues as their agencies really gave them', () => {
  const own = settings.parse({
    expectedEverySeconds: 300,
    zone: 'Asia/Shanghai',
    crs: 'WGS84',
    sources: [{ url: 'http://127.0.0.1/', catalogue: 'EXAMPLE' }],
  });
  const read = (name: string) => {
    const { records, rejects } = normalize(readFileSync(join(folder, name)), own, new Date(), name);
    return { records: records as EarthquakeRecord[], rejects };
  };

  test('CENC: Beijing time becomes UTC', () => {
    expect(read('ceic_speedsearch_20230419.json')).toMatchObject({
      rejects: [],
      records: [
        { catalogue: 'CENC', observedAt: new Date('2023-04-19T00:22:10Z'), magnitude: 3.3, review: 'REVIEWED' },
      ],
    });
  });
  test('FDSN text without an EventType column', () => {
    const { records, rejects } = read('fdsn_event_text_neic_2014.txt');
    expect(rejects).toEqual([]);
    expect(records.map(({ magnitude, depthKm }) => [magnitude, depthKm])).toEqual([
      [6.5, 187],
      [5.1, 10.07],
    ]);
  });
  test('USGS GeoJSON: all 1707 events of a week; nothing is made up for the magnitudes that lack', () => {
    const { records, rejects } = read('vega-datasets_usgs_all_week_2018.json');
    expect(records).toHaveLength(1707);
    expect(rejects).toEqual([]);
    expect(records.every(({ magnitude }) => magnitude === null || magnitude < 8)).toBe(true);
  });
  test('ISC QuakeML: depth in metres becomes kilometres', () => {
    const { records, rejects } = read('anowacki_2004-12-26_mag6plus.qml');
    expect(rejects).toEqual([]);
    expect(records[0]).toMatchObject({ catalogue: 'ISC', depthKm: 26.4518 });
    expect(records.some(({ magnitude }) => magnitude !== null && magnitude >= 6)).toBe(true);
  });
  test('INGV QuakeML: the preferred origin; events without a time are refused one by one', () => {
    const whole = read('exxamalte_quakeml_generic_feed_1.xml');
    expect(whole.rejects).toEqual([]);
    expect(whole.records[0]).toMatchObject({
      catalogue: 'INGV',
      review: 'REVIEWED',
      originalTime: '2022-03-01T22:53:55.680000',
    });
    const bare = read('exxamalte_quakeml_generic_feed_3.xml');
    expect(bare.records).toEqual([]);
    expect(new Set(bare.rejects.map(({ reason }) => reason))).toEqual(new Set(['missing-time']));
  });
});
