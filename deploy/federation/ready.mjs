// Makes sure that what the gateway needs is installed in this folder: 514 MB, apart from the hub's own packages.
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const INSTALLS_WITHIN_MS = 15 * 60_000;
const folder = dirname(fileURLToPath(import.meta.url));
if (!existsSync(join(folder, 'node_modules', '@graphql-hive', 'gateway', 'package.json'))) {
  process.stdout.write('deploy/federation: installing the gateway (514 MB, about a minute)\n');
  const { status } = spawnSync('npm', ['ci', '--no-audit', '--no-fund', '--loglevel=error'], {
    cwd: folder,
    stdio: 'inherit',
    timeout: INSTALLS_WITHIN_MS,
    shell: process.platform === 'win32',
  });
  if (status !== 0) {
    process.stderr.write(
      'deploy/federation: not installed, so nothing of the gateway is tested; without it npm test still composes the parts\n',
    );
    process.exit(1);
  }
}
