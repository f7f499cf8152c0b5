import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from '@jest/globals';
import { settings } from './config.js';
import { normalize } from './normalize.js';

const folder = fileURLToPath(new URL('../../../../shared/samples/hj212/', import.meta.url));
const here = existsSync(folder);
if (!here) console.warn('skipped: no ../shared/samples beside the repository');
const lines = (name: string): string[] =>
  here
    ? readFileSync(`${folder}${name}`, 'utf8')
        .split(/\r?\n/)
        .filter((line) => line !== '')
    : [];

(here ? describe : describe.skip)('frames as others published them', () => {
  const frames = [
    ...lines('guocay_hj212-protocol_testframes.txt'),
    ...lines('xiaoyao9184_hj-t212-parser_testframes.txt'),
  ];
  const own = settings.parse({
    expectedEverySeconds: 600,
    zone: 'Asia/Shanghai',
    crs: 'CGCS2000',
    listen: { port: 0 },
    stations: ['LD130133000015', '14513567846884', 'Y80110010000010'].flatMap((code) => [
      { code, name: code, password: '123456' },
    ]),
    codes: { O3: { property: 'ozone', factor: 0.001 } },
  });
  const take = (text: string) => normalize(Buffer.from(text), own, new Date('2026-08-07T02:00:00Z'));
  const outcomes = frames.map((text) => {
    const { records, rejects } = take(text);
    return { values: records.filter(({ kind }) => kind === 'observation'), rejects };
  });

  test('six of eleven have a wrong CRC; they are quarantined, and nothing of them is kept', () => {
    const damaged = outcomes.filter(({ rejects }) => rejects.some(({ reason }) => reason === 'bad-crc'));
    expect([frames.length, damaged.length]).toEqual([11, 6]);
    expect(damaged.flatMap(({ values }) => values)).toEqual([]);
  });
  test('the frame of 2005 with ; for , is read, its password being right', () => {
    const old = outcomes.find(({ values }) => values.length === 3)?.values;
    expect(old?.map((each) => each.kind === 'observation' && [each.property, each.value, each.quality])).toEqual([
      ['sewage-flow', 36.91, 'UNCHECKED'],
      ['chemical-oxygen-demand', 231, 'GOOD'],
      ['ammonia-nitrogen', 1.803, 'GOOD'],
    ]);
  });
  test('every other fault is told of, and shows no password', () => {
    const reasons = new Set(outcomes.flatMap(({ rejects }) => rejects.map(({ reason }) => reason)));
    expect(
      [...reasons].every((reason) => ['bad-crc', 'unknown-code', 'wrong-password', 'truncated'].includes(reason)),
    ).toBe(true);
    const shown = outcomes.flatMap(({ rejects }) =>
      rejects.map(({ raw }) => Buffer.from(raw as Uint8Array).toString()),
    );
    expect(shown.filter((raw) => raw.includes('123456'))).toEqual([]);
  });
  test('all of them in one stream, without line ends, are the same', () => {
    const plain = (text: string) => take(text).rejects.map(({ reason, detail }) => `${reason} ${detail}`);
    expect(plain(frames.join(''))).toEqual(frames.flatMap(plain));
  });
  test('the vector of annex A is a command that only a centre gives, its device unlisted', () => {
    const [vector = ''] = lines('HJ212-2017_AppendixA_official_vector.txt');
    expect(take(vector).rejects.map(({ reason }) => reason)).toEqual(['unknown-station']);
  });
});
