import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from '@jest/globals';
import { settings } from './config.js';
import { normalize } from './normalize.js';

const file = fileURLToPath(new URL('../../../../shared/samples/geohazard/dp_payloads.ndjson', import.meta.url));
const here = existsSync(file);
if (!here) console.warn('skipped: no ../shared/samples beside the repository');

(here ? describe : describe.skip)('payloads as devices really sent them', () => {
  const own = settings.parse({
    expectedEverySeconds: 600,
    zone: 'UTC',
    crs: 'WGS84',
    broker: { url: 'mqtt://127.0.0.1:1883' },
  });
  const outcomes = (here ? readFileSync(file, 'utf8').split('\n') : [])
    .filter((line) => line.trim() !== '')
    .map((line) => normalize(Buffer.from(line), own, new Date(), '$dp'));

  test('displacements and device states are taken in, whole', () => {
    expect(outcomes.slice(0, 2).flatMap(({ rejects }) => rejects)).toEqual([]);
    const properties = outcomes
      .flatMap(({ records }) => records)
      .map((record) => (record.kind === 'observation' ? record.property : ''));
    expect(properties).toEqual([
      'displacement-z',
      'displacement-x',
      'displacement-y',
      'device-temperature',
      'device-humidity',
    ]);
  });
  test('the encrypted envelope is refused as such', () => {
    expect(outcomes[2]?.records).toEqual([]);
    expect(outcomes[2]?.rejects.map(({ reason }) => reason)).toEqual(['encrypted']);
  });
});
