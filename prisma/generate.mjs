// Generates prisma/generated from schema.prisma, unless neither the schema nor the generator has changed since the last time.
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const folder = dirname(fileURLToPath(import.meta.url));
const root = dirname(folder);
const stamp = join(folder, 'generated', '.made-from');
const manifest = createRequire(import.meta.url).resolve('prisma/package.json');
const { version, bin } = JSON.parse(readFileSync(manifest, 'utf8'));

const hash = createHash('sha256').update(version);
for (const source of ['prisma/schema.prisma', 'prisma.config.ts']) hash.update(readFileSync(join(root, source)));
const madeFrom = hash.digest('hex');

if (!existsSync(stamp) || readFileSync(stamp, 'utf8') !== madeFrom) {
  const { status, stdout, stderr, error } = spawnSync(
    process.execPath,
    [join(dirname(manifest), bin.prisma), 'generate'],
    {
      cwd: root,
      encoding: 'utf8',
      env: {
        ...process.env,
        // The command looks for a native schema engine, and would download one, but generating never runs it: any program will do.
        PRISMA_SCHEMA_ENGINE_BINARY: process.execPath,
        PRISMA_HIDE_UPDATE_MESSAGE: '1',
        CHECKPOINT_DISABLE: '1',
      },
    },
  );
  if (status !== 0) {
    process.stderr.write(`prisma generate failed: ${error?.message ?? ''}\n${stdout ?? ''}${stderr ?? ''}`);
    process.exit(1);
  }
  writeFileSync(stamp, madeFrom);
}
