import { describe, expect, test } from '@jest/globals';
import { settings } from '../connectors/ecology/air-quality/config.js';
import { normalize } from '../connectors/ecology/air-quality/normalize.js';
import type { AirQualityRecord } from '../model/record.js';
import { airQualityRoutes } from './air-quality.js';
import { Story } from './story.js';

const START = Date.UTC(2026, 6, 1, 2);
const own = settings.parse({
  expectedEverySeconds: 60,
  zone: 'Asia/Shanghai',
  crs: 'WGS84',
  sources: [{ url: 'http://127.0.0.1/aqi/wusu.json' }],
});

function at(seconds: number) {
  let current = START;
  const now = (): Date => new Date(current);
  const story = new Story(now, 10);
  current = START + seconds * 100;
  const url = new URL('http://127.0.0.1/aqi/wusu.json');
  const page = airQualityRoutes()[0]?.(url, story, now());
  const outcome = normalize(Buffer.from(page?.body ?? ''), own, now(), 'aqi');
  return { records: outcome.records as AirQualityRecord[], rejects: outcome.rejects };
}

describe('the air quality page', () => {
  test('tells of the city and its sites, and is taken in whole', () => {
    const { records, rejects } = at(10);
    expect(rejects).toEqual([]);
    expect(records.map(({ place }) => place.kind)).toEqual(['CITY', 'SITE', 'SITE']);
  });
  test('shows dust before the storm and clean air after the rain', () => {
    expect([5, 75, 320].map((seconds) => at(seconds).records[0]?.aqi)).toEqual([61, 500, 29]);
    expect(at(75).records[0]).toMatchObject({ primary: ['PM10'], sourceCategory: '严重污染', differences: [] });
  });
  test('has one site whose own index is wrong, so that the hub has something to say', () => {
    expect(at(75).records[2]?.differences).toContain('PRIMARY_POLLUTANT');
  });
});
