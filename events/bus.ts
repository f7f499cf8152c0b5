/** Tells this process that the log has grown. It carries no entries: readers read the log themselves. */
export interface Bus {
  /** Calls `onWake` whenever there may be something new, also after every reconnection. Never throws; it retries by itself. */
  start(onWake: () => void): void;
  /** Resolves when nothing is left open, also where the other side no longer answers. */
  stop(): Promise<void>;
  /** Called when the log had grown and no wake-up told of it: the connection may be dead without having closed. */
  renew?(): void;
}
