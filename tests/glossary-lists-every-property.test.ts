import { readFileSync } from 'node:fs';
import { expect, test } from '@jest/globals';
import { PROPERTIES } from '../model/property.js';

test('the glossary lists every property with its unit and both names, and no other', () => {
  const rows = readFileSync('docs/glossary.md', 'utf8').match(/^\| `[a-z0-9-]+` \| .*$/gm) ?? [];
  expect(rows).toEqual(
    Object.entries(PROPERTIES).map(([name, { unit, en, zh }]) => `| \`${name}\` | \`${unit}\` | ${en} | ${zh} |`),
  );
});
