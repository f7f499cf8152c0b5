import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { clusterGone, clusterProcesses, processIdentity, signalTo, writtenPostmaster } from './processes.js';

/**
 * Ends what an earlier hub or a killed postmaster left running in a cluster: a postmaster is shut down fast and, after 3 s,
 * at once; children without one get a moment to notice. Resolves, within 5 s, with the number of processes there were,
 * and leaves no lock file that would hold up the next start. Throws where a process cannot be ended.
 */
export async function stopLeftovers(data: string): Promise<number> {
  const found = clusterProcesses(data);
  if (found.length > 0) {
    const postmaster = found.find((pid) => pid === writtenPostmaster(data));
    if (postmaster !== undefined) signalTo([postmaster], 'SIGINT');
    if (!(await clusterGone(data, postmaster === undefined ? 500 : 3000))) {
      signalTo(clusterProcesses(data), 'SIGQUIT');
      if (!(await clusterGone(data, 1000))) signalTo(clusterProcesses(data), 'SIGKILL');
    }
    if (!(await clusterGone(data, 1000)))
      throw new Error(`a PostgreSQL left in ${data} does not end (processes ${clusterProcesses(data).join(', ')})`);
  }
  const written = writtenPostmaster(data);
  // A pid given anew, as in a restarted container: PostgreSQL would take the stranger for its own postmaster and refuse.
  if (written !== undefined && processIdentity(written) !== undefined)
    await rm(join(data, 'postmaster.pid'), { force: true });
  return found.length;
}
