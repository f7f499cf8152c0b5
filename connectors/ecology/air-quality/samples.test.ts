import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from '@jest/globals';
import { settings } from './config.js';
import { normalize } from './normalize.js';

const file = fileURLToPath(new URL('../../../../shared/samples/air/jisuapi_aqi_20161119.json', import.meta.url));
const here = existsSync(file);
if (!here) console.warn('skipped: no ../shared/samples beside the repository');

(here ? describe : describe.skip)('an answer as a service really gave it', () => {
  const own = (averaging: string) =>
    settings.parse({
      expectedEverySeconds: 3600,
      zone: 'Asia/Shanghai',
      crs: 'WGS84',
      averaging,
      sources: [{ url: 'http://127.0.0.1/', place: { code: 'X', name: '某市' } }],
    });
  const read = (averaging: string) => normalize(readFileSync(file), own(averaging), new Date(), 'sample');

  test('gives the source’s index to the digit, and says that 43 has no primary pollutant', () => {
    expect(read('HOUR')).toMatchObject({
      rejects: [],
      records: [
        {
          edition: '2012',
          aqi: 43,
          sourceAqi: 43,
          primary: [],
          sourcePrimary: 'PM10',
          differences: ['PRIMARY_POLLUTANT'],
          originalTime: '2016-11-19 22:00:00',
          observedAt: new Date('2016-11-19T14:00:00Z'),
        },
      ],
    });
  });
  test('gives its daily means where the settings ask for them', () => {
    const [record] = read('DAY').records;
    expect(record).toMatchObject({ averaging: 'DAY', aqi: 41 });
  });
});
