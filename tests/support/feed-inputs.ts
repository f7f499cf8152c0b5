import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { z } from 'zod';
import type { Outcome, RejectReason } from '../../model/record.js';
import { packageRoot } from '../../server/root.js';

export interface FeedInput {
  readonly name: string;
  readonly bytes: Uint8Array;
}

/** A feed's pure part with the settings of its first testcase, and all its captured inputs. */
export interface FeedModule {
  readonly id: string;
  readonly settings: unknown;
  readonly inputs: readonly FeedInput[];
  normalize(input: Uint8Array, settings: unknown, now: Date, fileName: string): Outcome;
}

const folders = (path: string): string[] =>
  readdirSync(path, { withFileTypes: true }).flatMap((entry) => (entry.isDirectory() ? [entry.name] : []));

async function load(root: string, id: string): Promise<FeedModule[]> {
  const folder = join(root, id);
  if (!existsSync(join(folder, 'testcases'))) return [];
  const { normalize } = (await import(pathToFileURL(join(folder, 'normalize.ts')).href)) as Pick<
    FeedModule,
    'normalize'
  >;
  const { settings } = (await import(pathToFileURL(join(folder, 'config.ts')).href)) as { settings: z.ZodType };
  const cases = folders(join(folder, 'testcases')).map((name) => join(folder, 'testcases', name));
  const inputs = cases.map((path): FeedInput => {
    const name = readdirSync(path).find((each) => each.startsWith('input.')) ?? '';
    return { name, bytes: readFileSync(join(path, name)) };
  });
  const setup = JSON.parse(readFileSync(join(cases[0] ?? '', 'case.json'), 'utf8')) as { settings: unknown };
  return [{ id, normalize, settings: settings.parse(setup.settings), inputs }];
}

const root = join(packageRoot(), 'connectors');
const ids = folders(root).flatMap((department) =>
  folders(join(root, department)).map((feed) => `${department}/${feed}`),
);

async function loadAll(): Promise<FeedModule[]> {
  const found: FeedModule[] = [];
  // One after another: Jest's module loader does not bear imports that overlap.
  for (const id of ids) found.push(...(await load(root, id)));
  return found;
}

/** Every feed that has testcases. */
export const feedModules: readonly FeedModule[] = await loadAll();

export interface BadSample {
  readonly name: string;
  readonly feed: FeedModule;
  readonly bytes: Uint8Array;
  readonly reasons: readonly RejectReason[];
}

const samples = join(packageRoot(), '..', 'shared', 'samples');

/** The published files that are meant to be bad; none where the samples folder is absent. */
export function badSamples(): BadSample[] {
  if (!existsSync(samples)) return [];
  const feed = (id: string): FeedModule => feedModules.find((each) => each.id === id) as FeedModule;
  const file = (path: string): Buffer => readFileSync(join(samples, path));
  const cap = (name: string, ...reasons: RejectReason[]): BadSample => ({
    name,
    feed: feed('weather/warnings'),
    bytes: file(`cap/${name}`),
    reasons,
  });
  const frames = file('sl651/yu-xiaoyao_sl651-2014-server_frames.hex').toString().split('\n');
  const hj212 = ['guocay_hj212-protocol_testframes.txt', 'xiaoyao9184_hj-t212-parser_testframes.txt'].flatMap((name) =>
    file(`hj212/${name}`).toString().trim().split('\n'),
  );
  return [
    cap('google_invalid.cap', 'missing-field', 'malformed'),
    cap('google_xee.cap', 'doctype'),
    cap('google_canada_errors.cap', 'missing-field'),
    cap('google_noaa_errors.cap', 'missing-field'),
    ...frames.flatMap((line, i): BadSample[] =>
      line.trim() === '' || crcIsRight(line.trim())
        ? []
        : [
            {
              name: `sl651 line ${i + 1}.hex`,
              feed: feed('water/telemetry'),
              bytes: Buffer.from(line),
              reasons: ['bad-crc', 'truncated', 'malformed'],
            },
          ],
    ),
    ...hj212.map(
      // Right CRC or wrong: devices of which none is listed.
      (line, i): BadSample => ({
        name: `hj212 line ${i + 1}`,
        feed: feed('ecology/outlets'),
        bytes: Buffer.from(line),
        reasons: ['bad-crc', 'unknown-station'],
      }),
    ),
    {
      name: 'geohazard line 3',
      feed: feed('natural-resources/geohazard'),
      bytes: Buffer.from(file('geohazard/dp_payloads.ndjson').toString().split('\n')[2] ?? ''),
      reasons: ['encrypted'],
    },
  ];
}

/** CRC-16/MODBUS over all but the last two bytes, written here once more so that the codec is not its own judge. */
function crcIsRight(hex: string): boolean {
  const bytes = Buffer.from(hex, 'hex');
  let crc = 0xffff;
  for (const byte of bytes.subarray(0, -2)) {
    crc ^= byte;
    for (let bit = 0; bit < 8; bit += 1) crc = crc & 1 ? (crc >> 1) ^ 0xa001 : crc >> 1;
  }
  return bytes.length > 2 && crc === bytes.readUInt16BE(bytes.length - 2);
}
