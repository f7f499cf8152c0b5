import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from '@jest/globals';
import type { FeedRecord } from '../../../model/record.js';
import { settings } from './config.js';
import { normalize } from './normalize.js';

const file = fileURLToPath(
  new URL('../../../../shared/samples/sl651/yu-xiaoyao_sl651-2014-server_frames.hex', import.meta.url),
);
const here = existsSync(file);
if (!here) console.warn('skipped: no ../shared/samples beside the repository');

(here ? describe : describe.skip)('frames as other centres published them', () => {
  const own = settings.parse({
    expectedEverySeconds: 600,
    zone: 'Asia/Shanghai',
    crs: 'CGCS2000',
    listen: { port: 0 },
  });
  const frames = here ? readFileSync(file, 'utf8').trim().split(/\s+/) : [];
  const take = (text: string) => normalize(Buffer.from(text), own, new Date(), 'frames.hex');
  const outcomes = frames.map(take);
  const UNTRUSTED = ['bad-crc', 'truncated'];

  test('the five that are damaged or cut off are refused for that, and nothing of them is kept', () => {
    const damaged = outcomes.filter(({ rejects }) => rejects.some(({ reason }) => UNTRUSTED.includes(reason)));
    // Twelve packets each wait for the rest of their message when taken alone.
    const alone = damaged.filter(({ rejects }) => !rejects.some(({ detail }) => detail.includes('packets came')));
    expect(alone.map(({ rejects }) => rejects.map(({ reason }) => reason).join())).toEqual([
      'truncated',
      'truncated',
      'truncated',
      'bad-crc',
      'truncated',
    ]);
    expect(damaged.flatMap(({ records }) => records)).toEqual([]);
  });
  test('the worked example is 0.5 mm of rain, a level of 0.127 m and 11.15 V', () => {
    const example = outcomes.find((_, at) => frames[at]?.slice(20, 22) === '30');
    expect(example?.rejects).toEqual([]);
    expect(example?.records.map((record) => record.kind === 'observation' && [record.property, record.value])).toEqual([
      ['rain-current', 0.5],
      ['rain-accumulated', 0.5],
      ['water-level', 0.127],
      ['supply-voltage', 11.15],
    ]);
  });
  test('the hourly report holds its twelve readings of rain and of level', () => {
    const hourly = outcomes.find((_, at) => frames[at]?.slice(20, 22) === '34');
    const count = (property: string): number =>
      hourly?.records.filter((record) => record.kind === 'observation' && record.property === property).length ?? 0;
    expect([count('rain-5min'), count('water-level'), hourly?.rejects]).toEqual([12, 13, []]);
  });
  test('all of them in one stream give the same records, and the picture as one message', () => {
    const stream = take(frames.join('\n'));
    const plain = (records: readonly FeedRecord[]) => records.map(({ input: _whole, ...record }) => record);
    expect(plain(stream.records)).toEqual(plain(outcomes.flatMap(({ records }) => records)));
    const reasons = stream.rejects.map(({ reason, detail }) => `${reason} ${detail}`);
    expect(reasons.filter((text) => UNTRUSTED.some((reason) => text.startsWith(reason)))).toHaveLength(5);
    expect(reasons.filter((text) => text.includes('pictures'))).toHaveLength(1);
  });
});
