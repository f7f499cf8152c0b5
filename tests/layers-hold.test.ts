import { spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';

const sources = (folder: string): string[] =>
  readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) return entry.name === 'generated' ? [] : sources(path);
    return path.endsWith('.ts') ? [path] : [];
  });
const ROOMS = ['model', 'connectors', 'channels', 'prisma', 'events', 'resolvers', 'schema', 'demo', 'server'];
/** The client is written for other people's machines: its sources alone are ours to measure. */
const MEASURED = [...ROOMS, 'client/src'];

/** What dependency-cruiser says of some rooms. */
const cruise = (config: string, ...rooms: string[]): string =>
  spawnSync(
    process.execPath,
    ['node_modules/dependency-cruiser/bin/dependency-cruise.mjs', '--config', config, ...rooms],
    {
      encoding: 'utf8',
    },
  ).stdout;

describe('the house rules', () => {
  test('no room imports what it may not, departments never import each other, and there are no cycles', () => {
    expect(cruise('.dependency-cruiser.cjs', ...ROOMS, 'client', 'tests')).toContain('no dependency violations found');
  });

  test('an import that a rule forbids is found: the control', () => {
    const folder = mkdtempSync(join(tmpdir(), 'fenghuo-test-'));
    const config = join(folder, 'rules.cjs');
    const rule = { name: 'control', severity: 'error', from: { path: '^events/' }, to: { path: '^model/' } };
    writeFileSync(
      config,
      `module.exports = ${JSON.stringify({ forbidden: [rule], options: { tsPreCompilationDeps: true } })};`,
    );
    expect(cruise(config, 'events')).toContain('error control: events/');
    rmSync(folder, { recursive: true });
  });

  test('only the server reads the environment', () => {
    const readers = MEASURED.filter((room) => room !== 'server')
      .flatMap(sources)
      .filter((path) => !path.endsWith('.test.ts') && readFileSync(path, 'utf8').includes('process.env'));
    expect(readers).toEqual([]);
  });

  test('no hand-written file is longer than 400 lines', () => {
    const long = MEASURED.flatMap(sources).filter((path) => readFileSync(path, 'utf8').split('\n').length > 400);
    expect(long).toEqual([]);
  });
});
