/** A file as a folder lists it. */
export interface StoredFile {
  readonly name: string;
  readonly size: number;
}

/**
 * Folders of files that another platform reads and writes too, here or behind SFTP. Paths are "folder/name" below one root, of the names that
 * file-drop-names.ts allows. Every call throws where the line or the disk fails, and once `signal` aborts.
 */
export interface FileStore {
  /** Where it is, without credentials. */
  readonly address: string;
  /** The plain files of a folder by name, at most LISTED of them; links and subfolders are left out. A missing folder is made, the root never. */
  list(folder: string, signal: AbortSignal): Promise<readonly StoredFile[]>;
  /** The first `maxBytes` + 1 bytes of it; undefined where it is not there (any more). */
  read(path: string, maxBytes: number, signal: AbortSignal): Promise<Buffer | undefined>;
  /** Under another name first, then renamed: whoever sees the name sees all of it. Takes the place of one of that name. */
  write(path: string, bytes: Uint8Array, signal: AbortSignal): Promise<void>;
  /** False where `to` is taken: nothing is ever moved over another file. */
  move(from: string, to: string, signal: AbortSignal): Promise<boolean>;
  remove(path: string, signal: AbortSignal): Promise<void>;
  close(): Promise<void>;
}

export const LISTED = 10_000;

/** What a file is called while it is written; readers pass over it. `mark` tells apart those who write the same at once. */
export const unfinished = (path: string, mark = ''): string => path.replace(/([^/]+)$/, `.$1${mark}.part`);

export const byName = (files: StoredFile[]): StoredFile[] =>
  files.sort((a, b) => (a.name < b.name ? -1 : 1)).slice(0, LISTED);
