import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from '@jest/globals';
import { settings } from './config.js';
import { normalize } from './normalize.js';

const file = fileURLToPath(new URL('../../../../shared/samples/video/gb28181_alarm_notify.xml', import.meta.url));
const here = existsSync(file);
if (!here) console.warn('skipped: no ../shared/samples beside the repository');

(here ? describe : describe.skip)('a notification as a platform really sent it', () => {
  const own = { expectedEverySeconds: 120, zone: 'Asia/Shanghai', crs: 'WGS84', key: 'k' };
  test('is taken in; its far-off place gives way to where the device is listed', () => {
    const bytes = readFileSync(file);
    const said = normalize(bytes, settings.parse(own), new Date(), 'alarm');
    expect(said.rejects).toEqual([]);
    expect(said.records).toMatchObject([
      { kind: 'fire-alarm', observedAt: new Date('2009-12-04T08:23:32Z'), priority: 4, position: { lon: 171.3 } },
    ]);
    const stations = [{ code: '64010000001340000001', name: '一号', lon: 84.9, lat: 44.1 }];
    const listed = normalize(bytes, settings.parse({ ...own, stations }), new Date(), 'alarm');
    expect(listed.records).toMatchObject([{ position: { lon: 84.9, lat: 44.1 } }]);
  });
});
