import { readFile, rename, writeFile } from 'node:fs/promises';
import type { CursorStore } from './stores.js';

/** Kept in a file, which is replaced in one step: a kill or a power cut leaves the old cursor or the new one, never half of one. */
export function fileStore(path: string): CursorStore {
  return {
    get: async () => {
      try {
        return (await readFile(path, 'utf8')).trim() || null;
      } catch (error) {
        if ((error as { code?: string }).code === 'ENOENT') return null;
        throw error;
      }
    },
    set: async (cursor) => {
      await writeFile(`${path}.new`, `${cursor}\n`, { flush: true });
      await rename(`${path}.new`, path);
    },
  };
}
