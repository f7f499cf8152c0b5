import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePort } from '../../server/database/free-port.js';
import { packageRoot } from '../../server/root.js';

const FOLDER = join(packageRoot(), 'deploy', 'federation');
const STARTS_WITHIN_MS = 60_000;

export interface Gateway {
  readonly url: string;
  /** False once its process has ended. */
  readonly running: () => boolean;
  readonly stop: () => Promise<void>;
}

/** Composes what the settings name and serves it, each in a process of its own, as deploy/federation/README.md says. */
export async function startGateway(
  settings: Readonly<Record<string, unknown>>,
  env: Readonly<Record<string, string>> = {},
): Promise<Gateway> {
  const folder = mkdtempSync(join(tmpdir(), 'fenghuo-test-'));
  const path = join(folder, 'settings.json');
  writeFileSync(path, JSON.stringify(settings));
  const port = await freePort();
  const environment = { PATH: process.env.PATH ?? '', FEDERATION: path, PORT: String(port), ...env };
  const run = (...args: readonly string[]) =>
    spawn(process.execPath, args, { cwd: FOLDER, env: environment, stdio: ['ignore', 'ignore', 'inherit'] });
  const composing = run('compose.mjs', path);
  const [code] = (await once(composing, 'exit')) as [number | null];
  if (code !== 0) throw new Error(`composing ended with ${code}`);
  const child = run('node_modules/@graphql-hive/gateway/dist/bin.js', 'supergraph', '-c', 'gateway.config.mjs');
  const exited = once(child, 'exit');
  const url = `http://127.0.0.1:${port}`;
  await Promise.race([
    ready(url),
    exited.then(([ended]) => Promise.reject(new Error(`the gateway ended with ${ended}`))),
  ]);
  return {
    url,
    running: () => child.exitCode === null && child.signalCode === null,
    stop: async () => {
      child.kill('SIGTERM');
      await exited;
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

async function ready(url: string): Promise<void> {
  const limit = Date.now() + STARTS_WITHIN_MS;
  for (;;) {
    const response = await fetch(`${url}/readiness`).catch(() => undefined);
    if (response?.ok) return;
    if (Date.now() > limit) throw new Error(`the gateway is not ready within ${STARTS_WITHIN_MS} ms`);
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}

export interface Answer {
  readonly data?: Readonly<Record<string, unknown>> | null;
  readonly errors?: readonly {
    readonly message: string;
    readonly path?: readonly (string | number)[];
    readonly extensions?: { readonly code?: string; readonly subgraph?: string };
  }[];
}

/** Asks a hub or a gateway as whoever has the key, nobody known without. */
export async function post(
  url: string,
  query: string,
  key?: string,
  variables: Readonly<Record<string, unknown>> = {},
): Promise<Answer> {
  const response = await fetch(`${url}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...(key ? { authorization: `Bearer ${key}` } : {}) },
    body: JSON.stringify({ query, variables }),
    signal: AbortSignal.timeout(30_000),
  });
  return (await response.json()) as Answer;
}
