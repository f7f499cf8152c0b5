import { copyFileSync, mkdirSync, readdirSync, rmSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { buildSync } from 'esbuild';

const root = join(dirname(fileURLToPath(import.meta.url)), '..', '..');
const ROOMS = [
  'model',
  'connectors',
  'channels',
  'prisma',
  'events',
  'exchange',
  'resolvers',
  'schema',
  'demo',
  'server',
  'tests/support',
];

/** Where the processes that tests start find their code: plain JavaScript, so that each does not translate it anew. */
export const STARTED_CODE = join(root, 'dist', 'tests-run');

/** Translates all of it, once a run; types are checked elsewhere. */
export function buildStartedCode() {
  rmSync(STARTED_CODE, { recursive: true, force: true });
  const files = ROOMS.flatMap((room) =>
    readdirSync(join(root, room), { recursive: true, withFileTypes: true })
      .filter((file) => file.isFile())
      .map((file) => join(file.parentPath, file.name)),
  );
  buildSync({
    entryPoints: files.filter((file) => file.endsWith('.ts') && !/\.(test|d)\.ts$/.test(file)),
    ...{ outdir: STARTED_CODE, outbase: root, format: 'esm', platform: 'node', target: 'es2022', sourcemap: false },
    logLevel: 'error',
  });
  for (const file of files.filter((each) => each.endsWith('.mjs'))) {
    const target = join(STARTED_CODE, relative(root, file));
    mkdirSync(dirname(target), { recursive: true });
    copyFileSync(file, target);
  }
}
