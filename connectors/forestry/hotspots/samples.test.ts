import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from '@jest/globals';
import { settings } from './config.js';
import { normalize } from './normalize.js';

const folder = fileURLToPath(new URL('../../../../shared/samples/firms', import.meta.url));
const here = existsSync(folder);
if (!here) console.warn('skipped: no ../shared/samples beside the repository');

(here ? describe : describe.skip)('files as FIRMS really gave them', () => {
  const files = here ? readdirSync(folder).filter((name) => name.endsWith('.csv')) : ['none'];
  test.each(files)('%s: every row is a hotspot', (name) => {
    const own = settings.parse({
      expectedEverySeconds: 1800,
      zone: 'UTC',
      crs: 'WGS84',
      urls: ['http://127.0.0.1/'],
      bbox: [-180, -90, 180, 90],
    });
    const bytes = readFileSync(join(folder, name));
    const { records, rejects } = normalize(bytes, own, new Date(), name);
    expect(rejects).toEqual([]);
    expect(records).toHaveLength(bytes.toString().trim().split('\n').length - 1);
    expect(new Set(records.map((record) => (record.kind === 'hotspot' ? record.sourceId : ''))).size).toBe(
      records.length,
    );
  });
});
