import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import type { EmbeddedAddress, EmbeddedDatabaseOptions } from '../../server/database/embedded-database.js';
import { packageRoot } from '../../server/root.js';

export interface HubProcess {
  readonly child: ChildProcess;
  /** What tests/support/embedded-hub.ts printed. */
  readonly answer: Partial<EmbeddedAddress> & {
    readonly pid?: number;
    readonly said?: string[];
    readonly error?: string;
  };
  /** Sends a signal and waits for the process to end. */
  end(signal: NodeJS.Signals): Promise<void>;
}

/** Starts an embedded database in a process of its own, as another user if asked, and waits until it is up or has failed. */
export async function startHubProcess(
  options: EmbeddedDatabaseOptions,
  user: { uid?: number; gid?: number } = {},
): Promise<HubProcess> {
  const child = spawn(process.execPath, ['dist/tests-run/tests/support/embedded-hub.js', JSON.stringify(options)], {
    ...user,
    cwd: packageRoot(),
    env: { PATH: process.env.PATH },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const exited = once(child, 'exit');
  const line = await new Promise<string>((resolve) => {
    createInterface({ input: child.stdout }).once('line', resolve);
    void exited.then(() => resolve('{"error":"it ended without a word"}'));
  });
  return {
    child,
    answer: JSON.parse(line),
    end: async (signal) => {
      child.kill(signal);
      await exited;
    },
  };
}
