import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect, test } from '@jest/globals';
import { settings } from './config.js';
import { normalize } from './normalize.js';

const file = fileURLToPath(
  new URL('../../../../shared/samples/hydrology/st_stbprp_b_yonghong_90003700.json', import.meta.url),
);
const here = existsSync(file);
if (!here) console.warn('skipped: no ../shared/samples beside the repository');

(here ? test : test.skip)(
  "a reservoir station as a bureau's own interface gives it is taken in, with its 15-digit division",
  () => {
    const row = JSON.parse(readFileSync(file, 'utf8')) as Record<string, string>;
    const columns = Object.fromEntries(Object.entries(row).map(([name, value]) => [name.toUpperCase(), value]));
    const own = settings.parse({
      expectedEverySeconds: 300,
      zone: 'Asia/Shanghai',
      crs: 'CGCS2000',
      database: { url: 'postgres://reader@127.0.0.1/water' },
    });
    const { records, rejects } = normalize(
      Buffer.from(JSON.stringify({ ST_STBPRP_B: [columns] })),
      own,
      new Date(),
      'x',
    );
    expect(rejects).toEqual([]);
    expect(records).toMatchObject([
      {
        kind: 'station',
        code: '90003700',
        stationType: 'RR',
        divisionCode: '520321804298000',
        position: { lon: 106.795 },
      },
    ]);
  },
);
