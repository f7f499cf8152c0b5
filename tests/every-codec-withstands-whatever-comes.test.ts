import { execFile } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { beforeAll, expect, test } from '@jest/globals';
import { packageRoot } from '../server/root.js';
import { DOORS, NO_DOORS, seedsOf } from './support/codec-doors.js';

/** What tests/support/codec-hammer.ts tells of one way in. */
interface Found {
  readonly door: string;
  readonly inputs: number;
  /** Whatever was thrown beside DecodeError. */
  readonly faults: readonly string[];
  readonly slowest: string;
  readonly worstMs: number;
  /** A share of the longest input that is read, and five seconds for a machine that is busy. */
  readonly limitMs: number;
  /** Still in use afterwards. */
  readonly keptMb: number;
  /** Of the whole process so far. */
  readonly peakMb: number;
}

/** More would end the process: whatever a codec builds of hostile bytes has to fit in here. */
const HEAP_MB = 200;
const MOST_RESIDENT_MB = 1000;
const MOST_KEPT_MB = 20;

let found: ReadonlyMap<string, Found>;
beforeAll(async () => {
  const { stdout } = await promisify(execFile)(
    process.execPath,
    ['--expose-gc', `--max-old-space-size=${HEAP_MB}`, 'dist/tests-run/tests/support/codec-hammer.js'],
    { cwd: packageRoot(), timeout: 240_000, maxBuffer: 10_000_000 },
  );
  const all = stdout
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as Found);
  found = new Map(all.map((each) => [each.door, each]));
}, 250_000);
const of = (door: string): Found => found.get(door) as Found;

test.each(
  DOORS.map(({ name }) => name),
)('%s: nothing but DecodeError comes out, in time, and nothing is kept', (door) => {
  const { inputs, faults, worstMs, limitMs, slowest, keptMb } = of(door);
  expect(inputs).toBeGreaterThan(90);
  expect(faults).toEqual([]);
  if (worstMs > limitMs) throw new Error(`${slowest} took ${worstMs} ms, at most ${limitMs}`);
  expect(keptMb).toBeLessThan(MOST_KEPT_MB);
});

test('memory stays bounded through all of it', () => {
  expect(Math.max(...[...found.values()].map(({ peakMb }) => peakMb))).toBeLessThan(MOST_RESIDENT_MB);
});

test('no codec was forgotten: every file is behind a door or takes no bytes', () => {
  const folder = join(packageRoot(), 'connectors', 'shared', 'codecs');
  const files = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter(
    (file) => file.endsWith('.ts') && !file.endsWith('.test.ts'),
  );
  const known = new Set([...DOORS.flatMap((door) => door.files), ...Object.keys(NO_DOORS)]);
  expect(files.filter((file) => !known.has(file))).toEqual([]);
  expect([...known].filter((file) => !files.includes(file))).toEqual([]);
});

test('the doors of feeds are tried with what the feeds get', () => {
  expect(DOORS.filter((door) => seedsOf(door).length === 0).map(({ name }) => name)).toEqual([]);
});

test('control: what throws, hangs or keeps all it gets is found out', () => {
  expect(of('control: throws').faults[0]).toContain('SyntaxError');
  expect(of('control: hangs').worstMs).toBeGreaterThan(of('control: hangs').limitMs);
  expect(of('control: hoards').keptMb).toBeGreaterThan(MOST_KEPT_MB);
});
