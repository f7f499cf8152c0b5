import { spawnSync } from 'node:child_process';
import { mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, expect, test } from '@jest/globals';
import { packageRoot } from '../server/root.js';
import { buildClient } from './support/client-package.js';
import { tempFolders } from './support/temp-folder.js';

const root = packageRoot();
const folders = tempFolders();
afterAll(folders.clear);

/** The worked example of client/README.md, with what it leaves to whoever copies it. */
const example = `import type { WarningFieldsFragment } from '@fenghuo/client';
declare function alarm(message: string): void;
declare function replaceAll(warnings: readonly WarningFieldsFragment[]): void;
declare function act(kind: string, warning: WarningFieldsFragment): Promise<void>;
${/```ts\n(.*?)```/s.exec(readFileSync(join(root, 'client', 'README.md'), 'utf8'))?.[1]}`;

/** What a department's strict project says to files that import the package as it was installed. */
function check(files: Readonly<Record<string, string>>, moduleResolution: string, module: string): string {
  const folder = folders.make();
  mkdirSync(join(folder, 'node_modules', '@fenghuo'), { recursive: true });
  symlinkSync(join(root, 'client'), join(folder, 'node_modules', '@fenghuo', 'client'));
  const compilerOptions = {
    ...{ strict: true, exactOptionalPropertyTypes: true, noEmit: true, target: 'es2022', module, moduleResolution },
    ...{ types: ['node'], typeRoots: [join(root, 'node_modules', '@types')], skipLibCheck: true },
  };
  writeFileSync(join(folder, 'tsconfig.json'), JSON.stringify({ compilerOptions, files: Object.keys(files) }));
  writeFileSync(join(folder, 'package.json'), '{ "type": "module" }');
  for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, name), text);
  const tsc = join(root, 'node_modules', 'typescript', 'bin', 'tsc');
  return spawnSync(process.execPath, [tsc, '-p', '.'], { cwd: folder, encoding: 'utf8' }).stdout;
}

test.each([
  ['bundler', 'esnext'],
  ['nodenext', 'nodenext'],
])(
  'the worked example fits its types in a strict project that resolves modules as %s, and a wrong one does not',
  (moduleResolution, module) => {
    buildClient();
    const files = { 'right.ts': example, 'wrong.ts': example.replace('gap.message', 'gap.text') };
    const said = check(files, moduleResolution, module).trim().split('\n');
    expect(said).toEqual([expect.stringMatching(/^wrong\.ts.*'text' does not exist/)]);
  },
  120_000,
);
