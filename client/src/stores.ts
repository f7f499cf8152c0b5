import { FenghuoError } from './errors.js';

/** Where a subscription keeps its place. One store for each subscription; what `set` was given when it resolved is what `get` gives, also after a crash. */
export interface CursorStore {
  get(): string | null | Promise<string | null>;
  set(cursor: string): void | Promise<void>;
}

/** Kept as long as the process: bridges lost connections, not restarts. What is used where no store is given. */
export function memoryStore(cursor: string | null = null): CursorStore {
  let kept = cursor;
  return {
    get: () => kept,
    set: (next) => {
      kept = next;
    },
  };
}

/** The part of `Storage` that is needed. */
export interface KeyValues {
  getItem(key: string): string | null;
  setItem(key: string, value: string): void;
}

/** Kept in the browser's localStorage under a key; in `sessionStorage` or anything like it where that is given. */
export function localStorageStore(key: string, storage?: KeyValues): CursorStore {
  const values = (): KeyValues => storage ?? (globalThis as unknown as { localStorage: KeyValues }).localStorage;
  return { get: () => values().getItem(key), set: (cursor) => values().setItem(key, cursor) };
}

/** What a browser has in place of the store of the same name that Node has. */
export function fileStore(_path: string): CursorStore {
  throw new FenghuoError('BAD_INPUT', 'fileStore is for Node: in a browser take localStorageStore');
}
