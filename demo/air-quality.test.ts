import { describe, expect, test } from '@jest/globals';
import { readAqi } from '../connectors/shared/codecs/aqi-json.js';
import { airQualityRoutes } from './air-quality.js';
import { Story } from './story.js';

const START = Date.UTC(2026, 6, 1, 2);

/** The page at a second of its round. */
function at(seconds: number) {
  let current = START;
  const now = (): Date => new Date(current);
  const story = new Story(now, 10);
  current = START + seconds * 100;
  const page = airQualityRoutes()[0]?.(new URL('http://127.0.0.1/aqi/wusu.json'), story, now());
  const { rows, faults } = readAqi(Buffer.from(page?.body ?? ''));
  expect(faults).toEqual([]);
  return rows.map(({ site, fields }) => ({ site, ...Object.fromEntries(fields) }) as Record<string, unknown>);
}

describe('the air quality page', () => {
  test('tells of the city and its sites, at a moment that is not ahead of the clock', () => {
    const rows = at(137);
    expect(rows.map(({ site }) => site)).toEqual([false, true, true]);
    expect(rows.map(({ timepoint }) => timepoint)).toEqual(Array(3).fill('2026-07-01 10:00:10'));
  });
  test('shows dust before the storm and clean air after the rain', () => {
    expect([5, 75, 320].map((seconds) => at(seconds)[0]?.aqi)).toEqual(['61', '500', '29']);
    expect(at(75)[0]).toMatchObject({ primarypollutant: 'PM10', quality: '严重污染' });
  });
  test('has one site that judges by fine particles alone, so that the hub has something to say', () => {
    expect(at(75)[2]).toMatchObject({ primarypollutant: 'PM2.5' });
  });
  test('leaves other addresses to others', () => {
    const story = new Story(() => new Date(START), 1);
    expect(airQualityRoutes()[0]?.(new URL('http://127.0.0.1/'), story, new Date(START))).toBeUndefined();
  });
});
