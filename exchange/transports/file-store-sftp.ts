import { createHash } from 'node:crypto';
import { connect } from 'node:net';
import type Client from 'ssh2-sftp-client';
import type { Dial } from '../../connectors/shared/calls/http-call.js';
import { messageOf } from '../../model/errors.js';
import type { SftpPlace } from './file-drop-settings.js';
import { byName, type FileStore, type StoredFile, unfinished } from './file-store.js';

const NO_SUCH_FILE = [2, 'ENOENT'];
const CLOSE_MS = 2000;

/**
 * Folders behind SFTP: one connection, made when it is wanted and kept; one call after another, each within `timeoutMs` or the connection is
 * dropped. The server must show one of the pinned host keys.
 */
export class SftpStore implements FileStore {
  readonly address: string;
  #client: Client | undefined;
  #ready = new Set<string>();
  #queue: Promise<unknown> = Promise.resolve();

  constructor(
    private readonly place: SftpPlace,
    private readonly timeoutMs: number,
    /** The hub's rules of where it may connect to. */
    private readonly dial?: Dial | undefined,
  ) {
    const { host, port, root } = place;
    this.address = `sftp://${host}${port === 22 ? '' : `:${port}`}${root.startsWith('/') ? root : `/~/${root}`}`;
  }

  list(folder: string, signal: AbortSignal): Promise<readonly StoredFile[]> {
    return this.#turn(signal, async (client) => {
      await this.#make(client, folder);
      const found = await client.list(this.#path(folder), ({ type }) => type !== 'd' && type !== 'l');
      return byName(found.map(({ name, size }) => ({ name, size })));
    });
  }

  read(path: string, maxBytes: number, signal: AbortSignal): Promise<Buffer | undefined> {
    return this.#turn(signal, async (client) => {
      try {
        // Passed on to ssh2, whose `end` its types leave out.
        const readStreamOptions: object = { end: maxBytes };
        return (await client.get(this.#path(path), undefined, { readStreamOptions })) as Buffer;
      } catch (error) {
        if (isMissing(error)) return undefined;
        throw error;
      }
    });
  }

  write(path: string, bytes: Uint8Array, signal: AbortSignal): Promise<void> {
    return this.#turn(signal, async (client) => {
      const target = this.#path(path);
      await this.#make(client, path.slice(0, path.lastIndexOf('/')));
      await client.put(Buffer.from(bytes), unfinished(target));
      try {
        await client.posixRename(unfinished(target), target);
      } catch {
        // A server without that extension renames only to a name that is free.
        await client.delete(target, true);
        await client.rename(unfinished(target), target);
      }
    });
  }

  move(from: string, to: string, signal: AbortSignal): Promise<boolean> {
    return this.#turn(signal, async (client) => {
      await this.#make(client, to.slice(0, to.lastIndexOf('/')));
      // Servers differ in whether a rename takes the place of a file.
      if (await client.exists(this.#path(to))) return false;
      await client.rename(this.#path(from), this.#path(to));
      return true;
    });
  }

  remove(path: string, signal: AbortSignal): Promise<void> {
    return this.#turn(signal, async (client) => {
      await client.delete(this.#path(path), true);
    });
  }

  async close(): Promise<void> {
    await this.#queue.catch(() => {});
    await this.#drop();
  }

  #path(path: string): string {
    return this.place.root === '' ? path : `${this.place.root.replace(/\/$/, '')}/${path}`;
  }

  async #make(client: Client, folder: string): Promise<void> {
    if (this.#ready.has(folder)) return;
    if (this.place.root !== '' && !(await client.exists(this.place.root)))
      throw new Error(`there is no folder ${this.place.root}: make it, or let the user in`);
    if (!(await client.exists(this.#path(folder)))) await client.mkdir(this.#path(folder), true);
    this.#ready.add(folder);
  }

  #turn<T>(signal: AbortSignal, act: (client: Client) => Promise<T>): Promise<T> {
    const turn = this.#queue.then(() => this.#within(signal, act));
    this.#queue = turn.catch(() => {});
    return turn;
  }

  /** Whatever fails ends the connection: the next call makes a new one. */
  async #within<T>(signal: AbortSignal, act: (client: Client) => Promise<T>): Promise<T> {
    signal.throwIfAborted();
    const limit = AbortSignal.any([signal, AbortSignal.timeout(this.timeoutMs)]);
    let stop = (): void => {};
    const stopped = new Promise<never>((_, reject) => {
      stop = () => reject(new Error(signal.aborted ? 'stopped' : `no answer within ${this.timeoutMs} ms`));
      limit.addEventListener('abort', stop, { once: true });
    });
    const acting = this.#connected().then(act);
    try {
      return await Promise.race([acting, stopped]);
    } catch (error) {
      acting.catch(() => {});
      await this.#drop();
      const { host, port } = this.place;
      throw new Error(`sftp ${host}:${port}: ${messageOf(error).replace(/\s+/g, ' ').slice(0, 300)}`, { cause: error });
    } finally {
      limit.removeEventListener('abort', stop);
    }
  }

  async #connected(): Promise<Client> {
    if (this.#client) return this.#client;
    // Loaded by the hubs that use it.
    const { default: SftpClient } = await import('ssh2-sftp-client');
    const client = new SftpClient('exchange', {
      error: () => {},
      end: () => this.#lost(client),
      close: () => this.#lost(client),
    });
    this.#client = client;
    this.#ready = new Set();
    const { host, port, username, password, privateKey, passphrase, hostKeys } = this.place;
    let shown = '';
    try {
      this.dial?.check(host, port);
      await client.connect({
        host,
        port,
        ...(this.dial ? { sock: connect({ host, port, lookup: this.dial.lookup }) } : {}),
        username,
        ...(privateKey === undefined
          ? { password: password ?? '' }
          : { privateKey, ...(passphrase ? { passphrase } : {}) }),
        readyTimeout: this.timeoutMs,
        keepaliveInterval: 15_000,
        hostVerifier: (key: Buffer) => {
          shown = fingerprint(key);
          return hostKeys.includes(shown);
        },
      });
    } catch (error) {
      if (shown !== '' && !hostKeys.includes(shown))
        throw new Error(
          `the server shows the host key ${shown}, which is not pinned: ask its office before you pin it`,
        );
      throw error;
    }
    return client;
  }

  #lost(client: Client): void {
    if (this.#client === client) this.#client = undefined;
  }

  async #drop(): Promise<void> {
    const client = this.#client;
    this.#client = undefined;
    if (!client) return;
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<void>((done) => {
      timer = setTimeout(done, CLOSE_MS);
    });
    await Promise.race([client.end().catch(() => {}), late]);
    clearTimeout(timer);
  }
}

const isMissing = (error: unknown): boolean =>
  NO_SUCH_FILE.includes((error as { code?: number | string } | undefined)?.code ?? '');

/** As ssh-keygen -lf prints it. */
export const fingerprint = (key: Buffer): string =>
  `SHA256:${createHash('sha256').update(key).digest('base64').replace(/=+$/, '')}`;
