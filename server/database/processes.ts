import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';

const read = (path: string): string | undefined => {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return undefined;
  }
};

const ps = (pid: number, column: string): string | undefined =>
  spawnSync('ps', ['-o', `${column}=`, '-p', String(pid)], { encoding: 'utf8' }).stdout?.trim() || undefined;

/** Command name, state and start time (ticks since boot) of a process, from proc(5) stat. */
function procStat(pid: number): { name: string; state: string; startedAt: string } | undefined {
  const text = read(`/proc/${pid}/stat`);
  if (text === undefined) return undefined;
  // The name may itself hold spaces and brackets: fields are counted from the last bracket.
  const end = text.lastIndexOf(')');
  const fields = text.slice(end + 2).split(' ');
  return { name: text.slice(text.indexOf('(') + 1, end), state: fields[0] ?? '', startedAt: fields[19] ?? '' };
}

/** Tells a process from any later one with the same pid; undefined where none runs under it. */
export function processIdentity(pid: number): string | undefined {
  if (!existsSync('/proc/self/stat')) return ps(pid, 'lstart');
  const stat = procStat(pid);
  if (!stat || stat.state === 'Z') return undefined;
  return `${read('/proc/sys/kernel/random/boot_id')?.trim() ?? ''}/${stat.startedAt}`;
}

/** The pid that a cluster's postmaster wrote down, whether it lives or not. */
export function writtenPostmaster(data: string): number | undefined {
  const pid = Number.parseInt(read(join(data, 'postmaster.pid')) ?? '', 10);
  return pid > 1 ? pid : undefined;
}

/**
 * The live processes of the cluster in `data` (an absolute path without links), its postmaster's children too: also those
 * whose postmaster is gone. Every one of them works in that folder; a shell that stands there is not counted.
 */
export function clusterProcesses(data: string): number[] {
  if (!existsSync('/proc/self/stat')) {
    const pid = writtenPostmaster(data);
    return pid !== undefined && ps(pid, 'command')?.includes(data) ? [pid] : [];
  }
  return readdirSync('/proc').flatMap((entry) => {
    const pid = Number(entry);
    if (!Number.isInteger(pid) || pid === process.pid) return [];
    try {
      if (readlinkSync(`/proc/${pid}/cwd`).replace(/ \(deleted\)$/, '') !== data) return [];
    } catch {
      return [];
    }
    const stat = procStat(pid);
    return stat?.name === 'postgres' && stat.state !== 'Z' ? [pid] : [];
  });
}

/** Sends a signal; a process that has gone meanwhile is no error. */
export function signalTo(pids: readonly number[], signal: NodeJS.Signals): void {
  for (const pid of pids) {
    try {
      process.kill(pid, signal);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
    }
  }
}

/** Waits until no process of the cluster is left; false where some still are after `limitMs`. */
export async function clusterGone(data: string, limitMs: number): Promise<boolean> {
  const end = performance.now() + limitMs;
  while (clusterProcesses(data).length > 0) {
    if (performance.now() > end) return false;
    await delay(20);
  }
  return true;
}
