import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from '@jest/globals';
import { decodeMusic } from '../../shared/codecs/music.js';
import { settings } from './config.js';
import { normalize } from './normalize.js';

const file = fileURLToPath(
  new URL('../../../../shared/samples/weather-obs/cma_music_getSurfEleByTimeRangeAndStaID_57586.json', import.meta.url),
);
const here = existsSync(file);
if (!here) console.warn('skipped: no ../shared/samples beside the repository');

(here ? describe : describe.skip)('a reply as the service really gave it', () => {
  test('all its temperatures are taken in at their UTC hours; the key that comes twice is noticed', () => {
    const own = settings.parse({ expectedEverySeconds: 3600, zone: 'UTC', crs: 'WGS84', url: 'http://127.0.0.1/' });
    const bytes = readFileSync(file);
    const { records, rejects } = normalize(bytes, own, new Date(), 'reply.json');
    expect(rejects).toEqual([]);
    expect(records).toHaveLength(16);
    expect(records[0]).toMatchObject({
      station: '57586',
      property: 'air-temperature',
      value: 15.9,
      quality: 'UNCHECKED',
      observedAt: new Date('2020-10-09T00:00:00Z'),
    });
    expect(decodeMusic(bytes).rows[0]).toMatchObject({ duplicateKeys: ['TEM_Max'], contradictions: [] });
  });
});
