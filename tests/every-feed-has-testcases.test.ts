import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, expect, test } from '@jest/globals';
import { connectors } from '../server/connectors.js';
import { packageRoot } from '../server/root.js';
import { tempFolders } from './support/temp-folder.js';

const root = join(packageRoot(), 'connectors');
const folders = tempFolders();
afterEach(() => folders.clear());

interface Case {
  readonly name: string;
  readonly files: readonly string[];
  readonly records: number;
  readonly rejects: number;
}

function casesOf(feedFolder: string): Case[] {
  const folder = join(feedFolder, 'testcases');
  if (!existsSync(folder)) return [];
  return readdirSync(folder).map((name) => {
    const files = readdirSync(join(folder, name));
    const expected = files.includes('expected.json')
      ? (JSON.parse(readFileSync(join(folder, name, 'expected.json'), 'utf8')) as {
          records: unknown[];
          rejects: unknown[];
        })
      : { records: [], rejects: [] };
    return { name, files, records: expected.records.length, rejects: expected.rejects.length };
  });
}

/** What a feed's folder lacks, one line each. */
function lacks(feedFolder: string): string[] {
  const cases = casesOf(feedFolder);
  if (cases.length === 0) return ['no testcases'];
  const incomplete = cases.flatMap(({ name, files }) =>
    ['input.', 'expected.json', 'case.json']
      .filter((wanted) => !files.some((file) => file.startsWith(wanted)))
      .map((wanted) => `${name}: no ${wanted}`),
  );
  return [
    ...incomplete,
    ...(cases.some(({ records }) => records > 0) ? [] : ['no case in which something is taken in']),
    ...(cases.some(({ rejects }) => rejects > 0) ? [] : ['no case in which something is refused']),
  ];
}

/** Feeds in mode live store nothing, those filled on demand by the hub's own API read nothing: each is tested by what it does. */
const storing = connectors.filter(({ answersFor, freshness }) => answersFor === undefined && freshness !== 'on-demand');

test.each(
  storing.map(({ id }) => id),
)('%s has captured inputs, taken in and refused, with what comes of them', (id) => {
  expect(lacks(join(root, id))).toEqual([]);
});

test.each(
  storing.map((connector) => [connector.id, connector] as const),
)('%s can read its rejects again, as they came', (id, connector) => {
  const [first] = casesOf(join(root, id));
  const setup = join(root, id, 'testcases', first?.name ?? '', 'case.json');
  const { settings } = JSON.parse(readFileSync(setup, 'utf8')) as { settings: unknown };
  expect(connector.create(connector.settings.parse(settings)).replay).toBeInstanceOf(Function);
});

test('every folder of a feed is listed in server/connectors.ts', () => {
  const listed = new Set(connectors.map(({ id }) => id));
  const found = readdirSync(root, { withFileTypes: true })
    .filter((each) => each.isDirectory())
    .flatMap(({ name }) => readdirSync(join(root, name)).map((feed) => `${name}/${feed}`))
    .filter((id) => existsSync(join(root, id, 'index.ts')));
  expect(found.filter((id) => !listed.has(id))).toEqual([]);
});

test('control: a feed without testcases, or with half of one, is found out', () => {
  const feed = folders.make();
  expect(lacks(feed)).toEqual(['no testcases']);
  mkdirSync(join(feed, 'testcases', 'one'), { recursive: true });
  writeFileSync(join(feed, 'testcases', 'one', 'input.json'), '{}');
  writeFileSync(join(feed, 'testcases', 'one', 'expected.json'), '{"records":[1],"rejects":[]}');
  expect(lacks(feed)).toEqual(['one: no case.json', 'no case in which something is refused']);
});
