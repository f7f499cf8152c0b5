import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { packageRoot } from '../../server/root.js';

/** Where client/ is as it is installed. */
export const CLIENT_DIST = join(packageRoot(), 'client', 'dist');
export const CLIENT_BUNDLE = join(CLIENT_DIST, 'fenghuo-client.min.js');

/** Built anew where its sources are newer. */
export function buildClient(): void {
  const folder = join(packageRoot(), 'client', 'src');
  const sources = readdirSync(folder, { recursive: true }) as string[];
  const newest = Math.max(...sources.map((name) => statSync(join(folder, name)).mtimeMs));
  if (existsSync(CLIENT_BUNDLE) && statSync(CLIENT_BUNDLE).mtimeMs > newest) return;
  const { status, stdout } = spawnSync('npm', ['run', '--silent', 'client:build'], { cwd: packageRoot() });
  if (status !== 0) throw new Error(`the client does not build: ${stdout}`);
}
