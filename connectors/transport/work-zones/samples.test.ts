import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from '@jest/globals';
import type { RoadEventRecord } from '../../../model/record.js';
import { settings } from './config.js';
import { normalize } from './normalize.js';

const folder = fileURLToPath(new URL('../../../../shared/samples/transport/', import.meta.url));
const here = existsSync(folder);
if (!here) console.warn('skipped: no ../shared/samples beside the repository');

const own = settings.parse({ expectedEverySeconds: 60, zone: 'UTC', crs: 'WGS84', url: 'http://127.0.0.1/' });
const read = (name: string): RoadEventRecord[] => {
  const { records, rejects } = normalize(readFileSync(join(folder, name)), own, new Date(), name);
  expect(rejects).toEqual([]);
  return records as RoadEventRecord[];
};
const named = (part: string): string => readdirSync(folder).find((name) => name.includes(part)) ?? '';

(here ? describe : describe.skip)('the examples of the specification', () => {
  test('a work zone has its road, dates, line and who reports it', () => {
    const [first] = read(named('scenario1'));
    expect(first).toMatchObject({
      sourceId: 'af2e3f51-611f-4ce0-9282-2f28ca68e62f',
      eventKind: 'WORK_ZONE',
      state: 'RESTRICTED',
      impact: 'some-lanes-closed',
      roadCode: 'I-80',
      section: 'I-80、I-35',
      startStake: '125.2',
      startsAt: new Date('2010-01-01T01:00:00Z'),
      expectedEndAt: new Date('2010-01-02T01:00:00Z'),
      endedAt: null,
      observedAt: new Date('2009-12-31T18:01:01Z'),
      reportingUnit: 'Test City 1',
      placedBy: 'SOURCE',
      geometry: { type: 'LineString' },
    });
  });
  test('detours are open roads beside the works they go around', () => {
    const kinds = read(named('scenario4')).map(({ eventKind, state }) => [eventKind, state]);
    expect(kinds).toContainEqual(['WORK_ZONE', 'RESTRICTED']);
    expect(kinds).toContainEqual(['DETOUR', 'OPEN']);
  });
  test('every event of every example is read', () => {
    expect(readdirSync(folder).map((name) => read(name).length > 0)).not.toContain(false);
  });
});
