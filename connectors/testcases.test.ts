import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from '@jest/globals';
import type { z } from 'zod';
import type { Outcome } from '../model/record.js';

interface FeedModule {
  normalize(input: Uint8Array, settings: unknown, now: Date, fileName: string): Outcome;
}

const here = fileURLToPath(new URL('.', import.meta.url));
const folders = (path: string): string[] =>
  readdirSync(path, { withFileTypes: true }).flatMap((entry) => (entry.isDirectory() ? [join(path, entry.name)] : []));
const cases = folders(here)
  .flatMap(folders)
  .flatMap((feed) =>
    existsSync(join(feed, 'testcases')) ? folders(join(feed, 'testcases')).map((path) => ({ feed, path })) : [],
  );

/** What a testcase compares: the outcome as JSON, without the raw pieces (the input file is beside it). */
const plain = (outcome: Outcome): unknown =>
  JSON.parse(JSON.stringify(outcome, (key, value: unknown) => (key === 'raw' ? undefined : value)));

/** A case is a folder: input.<ext>, expected.json, and case.json with `now` and the feed's `settings`. UPDATE_EXPECTED=1 rewrites. */
describe('every captured input gives exactly its expected records and rejects', () => {
  test.each(cases.map(({ feed, path }) => [path.slice(here.length), feed, path]))('%s', async (_name, feed, path) => {
    const { normalize } = (await import(join(feed, 'normalize.ts'))) as FeedModule;
    const { settings } = (await import(join(feed, 'config.ts'))) as { settings: z.ZodType };
    const input = readdirSync(path).find((name) => name.startsWith('input.')) ?? '';
    const setup = JSON.parse(readFileSync(join(path, 'case.json'), 'utf8')) as { now: string; settings: unknown };
    const outcome = normalize(
      readFileSync(join(path, input)),
      settings.parse(setup.settings),
      new Date(setup.now),
      basename(input),
    );
    const expectedPath = join(path, 'expected.json');
    if (process.env.UPDATE_EXPECTED) writeFileSync(expectedPath, `${JSON.stringify(plain(outcome), null, 2)}\n`);
    expect(plain(outcome)).toEqual(JSON.parse(readFileSync(expectedPath, 'utf8')));
  });
});
