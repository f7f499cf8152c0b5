import { chmodSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** Folders for one test file, which every user may enter: `make` gives a new one, `clear` removes them all. */
export function tempFolders(): { make(): string; clear(): void } {
  const made: string[] = [];
  return {
    make: () => {
      const folder = mkdtempSync(join(tmpdir(), `fenghuo-test-folder-${process.pid}-`));
      chmodSync(folder, 0o755);
      made.push(folder);
      return folder;
    },
    clear: () => {
      for (const folder of made.splice(0)) rmSync(folder, { recursive: true, force: true, maxRetries: 10 });
    },
  };
}
