import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createWriteStream } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { packageRoot } from './root.js';

/** A path as whoever called npm means it. */
export const here = (path: string): string => resolve(process.env.INIT_CWD ?? '.', path);

/** Writes lines to a file that its owner alone can read. */
export const writeLines = (file: string, lines: AsyncIterable<string>): Promise<void> =>
  pipeline(Readable.from(lines), createWriteStream(file, { mode: 0o600 }));

/** Gives `work` a folder that goes with it. */
export async function inPassingFolder<T>(work: (folder: string) => Promise<T>): Promise<T> {
  const folder = await mkdtemp(join(tmpdir(), 'fenghuo-tool-'));
  try {
    return await work(folder);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** Runs a verifier of tools/ as whoever doubts the hub would: a program of its own. Its exit code. */
export async function runVerifier(program: string, args: readonly string[]): Promise<number> {
  const child = spawn(process.execPath, [join(packageRoot(), 'tools', program), ...args], { stdio: 'inherit' });
  const [code] = (await once(child, 'exit')) as [number | null];
  return code ?? 2;
}

/** How far it has come, for whoever watches. */
export function showProgress(records: number): void {
  const { stderr } = process;
  if (stderr.isTTY) stderr.write(`\r${records} records`);
}
