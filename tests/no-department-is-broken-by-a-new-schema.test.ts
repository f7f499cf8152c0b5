import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import { parse, print, printSchema, buildSchema as read, visit } from 'graphql';
import { changesSince, deprecations } from '../schema/changes.js';
import { buildSchema } from '../schema/index.js';
import { releaseFaults, releaseOf } from '../schema/release.js';
import { packageRoot } from '../server/root.js';

const schema = buildSchema();
/** The code's own, a line a field. */
const code = print(
  visit(parse(printSchema(schema)), { StringValue: (_node, key) => (key === 'description' ? null : undefined) }),
);
const released = readFileSync(join(packageRoot(), 'schema', 'released.graphql'), 'utf8');
const today = new Date().toISOString().slice(0, 10);

/** The code's schema with one thing written otherwise, as [level, where] since the code's own. */
async function since(before: string, after: string, day = today): Promise<string[]> {
  const changes = await changesSince(before, read(after), day);
  return changes.map(({ level, where }) => `${level} ${where}`);
}
function changed(text: string, from: RegExp, to: string): string {
  const result = text.replace(from, to);
  expect(result !== text).toBe(true);
  return result;
}
const HEADLINE = /(type Warning \{[^}]*?\n) {2}headline\(.*?\): String!\n/;

test('nothing that the last release promised is broken, and everything deprecated says until when it stays', async () => {
  expect(releaseOf(released).version).toMatch(/^\d+\.\d+\.\d+$/);
  const changes = await changesSince(released, schema, today);
  expect(changes.filter(({ level }) => level === 'breaking')).toEqual([]);
  expect(deprecations(parse(code)).filter(({ goesAfter }) => goesAfter === undefined)).toEqual([]);
});

test('a removed field, another type and a new argument that must be given break; what is added does not', async () => {
  expect(await since(code, code)).toEqual([]);
  expect(await since(code, changed(code, HEADLINE, '$1'))).toEqual(['breaking Warning.headline']);
  expect(await since(code, changed(code, HEADLINE, '$1  headline: Int\n'))).toContain('breaking Warning.headline');
  const asked = changed(code, /^ {2}warnings\(/m, '  warnings(county: String!, ');
  expect(await since(code, asked)).toEqual(['breaking Query.warnings.county']);
  const added = changed(code, HEADLINE, '$1  headline(language: String): String!\n  more: Int\n');
  expect(await since(code, added)).toEqual(['safe Warning.more']);
  expect(await since(code, changed(code, /enum FeedState \{/, 'enum FeedState {\n  PAUSED'))).toEqual([
    'dangerous FeedState.PAUSED',
  ]);
  const [change] = await changesSince(code, read(changed(code, HEADLINE, '$1')), today);
  expect(change).toMatchObject({
    what: "Field 'headline' was removed from object type 'Warning'",
    why: expect.stringContaining('breaking'),
    todo: expect.stringContaining('deprecate it first'),
  });
});

const OLD =
  'type Query { a: Int, b: Old @deprecated(reason: "Use a instead. Goes after 2027-06-01.") } type Old { x: Int }';
const NEW = 'type Query { a: Int }';

test('what was deprecated may go once its day has passed, with the types that only it led to', async () => {
  expect(await since(OLD, NEW, '2027-06-01')).toContain('breaking Query.b');
  expect(await since(OLD, NEW, '2027-06-02')).toEqual(['retired Query.b', 'safe Old']);
  expect(await since(OLD.replace('Goes after', 'Until'), NEW, '2027-06-02')).toContain('breaking Query.b');
});

test('a release is refused while it breaks anything, unless its leading number rises, and what it deprecates stays half a year', async () => {
  const last = `# Fenghuo 1.2.0, released 2026-11-26\n${OLD}`;
  const faults = (after: string, version: string, day: string) => releaseFaults(last, read(after), { version, day });
  expect(await faults(OLD, '1.2.0', '2027-06-02')).toEqual([expect.stringContaining('raise the version first')]);
  expect(await faults(NEW, '1.3.0', '2027-01-01')).toContainEqual(expect.stringContaining('Query.b breaks'));
  expect(await faults(NEW, '1.3.0', '2027-06-02')).toEqual([]);
  expect(await faults(NEW, '2.0.0', '2027-01-01')).toEqual([]);
  const hasty = OLD.replace('a: Int,', 'a: Int @deprecated(reason: "Nobody asks. Goes after 2027-06-01."),');
  expect(await faults(hasty, '1.3.0', '2026-12-03')).toEqual([]);
  expect(await faults(hasty, '1.3.0', '2026-12-04')).toEqual([expect.stringContaining('2027-06-02 at least')]);
});
