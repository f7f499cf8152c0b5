import { execFileSync } from 'node:child_process';
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

interface Holder {
  readonly pid: number;
  /** Tells a process from a later one that got the same number, as happens in containers. */
  readonly since: string;
}

/** When a process began, in whatever form the system tells; undefined where there is no such process. */
function beginning(pid: number): string | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    // The command, in brackets, may hold blanks; the beginning is the 20th field after it.
    const boot = readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim();
    return `${boot} ${stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19]}`;
  } catch {
    try {
      return execFileSync('ps', ['-o', 'lstart=', '-p', String(pid)], { encoding: 'utf8' }).trim() || undefined;
    } catch {
      return undefined;
    }
  }
}

/** Takes the folder for this process, or throws naming the process that has it. The lock of a dead process is taken over. */
export function lockFolder(folder: string): { release(): void } {
  const path = join(folder, 'hub.lock');
  const own: Holder = { pid: process.pid, since: beginning(process.pid) ?? '' };
  for (;;) {
    try {
      writeFileSync(path, JSON.stringify(own), { flag: 'wx' });
      return { release: () => rmSync(path, { force: true }) };
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
    }
    const holder = readHolder(path);
    if (holder && beginning(holder.pid) === holder.since)
      throw new Error(
        `another hub (process ${holder.pid}) uses the data folder ${folder}: stop it, or set HUB_DATA_DIR to a folder of its own`,
      );
    rmSync(path, { force: true });
  }
}

function readHolder(path: string): Holder | undefined {
  try {
    return JSON.parse(readFileSync(path, 'utf8')) as Holder;
  } catch {
    return undefined;
  }
}
