import { constants } from 'node:fs';
import { type FileHandle, lstat, mkdir, open, readdir, rename, unlink } from 'node:fs/promises';
import type { AddressInfo, Server as NetServer, Socket } from 'node:net';
import { join, normalize } from 'node:path';
import ssh2, { type Connection, type FileEntryWithStats, type SFTPWrapper } from 'ssh2';
import { fingerprint } from '../../exchange/transports/file-store-sftp.js';

const { STATUS_CODE, OPEN_MODE } = ssh2.utils.sftp;

/** What a client of the server below shows. */
export const SFTP_USER = { username: 'exchange', password: 'a password of the test' };

/** An SFTP server on a free port of loopback that shows one folder, over SFTP 3 without extensions. */
export class SftpServer {
  /** Answers nothing any more. */
  hangs = false;
  /** What is renamed to such a path is gone, and nobody is told. */
  lose: (path: string) => boolean = () => false;
  logins = 0;
  readonly hostKey: string;
  readonly #server: ssh2.Server;
  readonly #open = new Set<Connection>();

  constructor(private readonly root: string) {
    const key = ssh2.utils.generateKeyPairSync('ed25519');
    const parsed = ssh2.utils.parseKey(key.private);
    if (parsed instanceof Error) throw parsed;
    this.hostKey = fingerprint(parsed.getPublicSSH());
    this.#server = new ssh2.Server({ hostKeys: [key.private] }, (connection) => this.#greet(connection));
  }

  async start(): Promise<number> {
    await new Promise<void>((done) => void this.#server.listen(0, '127.0.0.1', done));
    return (this.#server.address() as AddressInfo).port;
  }

  /** Breaks every connection as a line does. */
  cut(): void {
    for (const connection of this.#open) (connection as unknown as { _sock: Socket })._sock.destroy();
  }

  async stop(): Promise<void> {
    this.cut();
    await new Promise<void>((done) => void (this.#server as unknown as NetServer).close(() => done()));
  }

  #greet(connection: Connection): void {
    this.#open.add(connection);
    connection.on('error', () => {});
    connection.on('close', () => this.#open.delete(connection));
    connection.on('authentication', (login) => {
      const { username, password } = SFTP_USER;
      if (login.method === 'password' && login.username === username && login.password === password) login.accept();
      else login.reject(['password']);
    });
    connection.on('ready', () => this.logins++);
    connection.on('session', (accept) =>
      accept().on('sftp', (started) => {
        new Session(started(), this.root, this).listen();
      }),
    );
  }
}

type Answer = (sftp: SFTPWrapper, id: number) => void;
const status =
  (code: number): Answer =>
  (sftp, id) =>
    sftp.status(id, code);
const ok = status(STATUS_CODE.OK);
const done = async (act: Promise<unknown>): Promise<Answer> => {
  await act;
  return ok;
};

class Session {
  readonly #handles = new Map<number, FileHandle | FileEntryWithStats[]>();
  #next = 1;

  constructor(
    private readonly sftp: SFTPWrapper,
    private readonly root: string,
    private readonly ways: Pick<SftpServer, 'hangs' | 'lose'>,
  ) {}

  listen(): void {
    const { sftp } = this;
    sftp.on('REALPATH', (id, path) =>
      this.#answer(
        id,
        async () => (to, nr) => to.name(nr, [{ filename: join('/', path), longname: '', attrs: {} as never }]),
      ),
    );
    const stat = (id: number, path: string): void =>
      this.#answer(id, async () => {
        const stats = await lstat(this.#place(path));
        return (to, nr) => to.attrs(nr, attrsOf(stats));
      });
    sftp.on('STAT', stat);
    sftp.on('LSTAT', stat);
    sftp.on('OPENDIR', (id, path) => this.#answer(id, async () => this.#handle(await this.#list(path))));
    sftp.on('READDIR', (id, handle) =>
      this.#answer(id, async () => {
        const names = this.#found(handle) as FileEntryWithStats[];
        const part = names.splice(0, 50);
        return part.length > 0 ? (to, nr) => to.name(nr, part) : status(STATUS_CODE.EOF);
      }),
    );
    sftp.on('MKDIR', (id, path) => this.#answer(id, () => done(mkdir(this.#place(path)))));
    sftp.on('REMOVE', (id, path) => this.#answer(id, () => done(unlink(this.#place(path)))));
    sftp.on('RENAME', (id, from, to) => this.#answer(id, () => done(this.#rename(from, to))));
    this.#files();
  }

  #files(): void {
    const { sftp } = this;
    sftp.on('OPEN', (id, path, flags) =>
      this.#answer(id, async () => {
        const { O_RDONLY, O_WRONLY, O_CREAT, O_TRUNC } = constants;
        const mode = flags & OPEN_MODE.WRITE ? O_WRONLY | O_CREAT | O_TRUNC : O_RDONLY;
        return this.#handle(await open(this.#place(path), mode));
      }),
    );
    sftp.on('FSTAT', (id, handle) =>
      this.#answer(id, async () => {
        const stats = await (this.#found(handle) as FileHandle).stat();
        return (to, nr) => to.attrs(nr, attrsOf(stats));
      }),
    );
    sftp.on('FSETSTAT', (id) => this.#answer(id, async () => ok));
    sftp.on('READ', (id, handle, at, length) =>
      this.#answer(id, async () => {
        const { bytesRead, buffer } = await (this.#found(handle) as FileHandle).read(
          Buffer.alloc(length),
          0,
          length,
          at,
        );
        return bytesRead > 0 ? (to, nr) => to.data(nr, buffer.subarray(0, bytesRead)) : status(STATUS_CODE.EOF);
      }),
    );
    sftp.on('WRITE', (id, handle, at, bytes) =>
      this.#answer(id, () => done((this.#found(handle) as FileHandle).write(bytes, 0, bytes.length, at))),
    );
    sftp.on('CLOSE', (id, handle) =>
      this.#answer(id, async () => {
        const found = this.#found(handle);
        this.#handles.delete(handle.readUInt32BE(0));
        if (!Array.isArray(found)) await found.close();
        return ok;
      }),
    );
  }

  #answer(id: number, act: () => Promise<Answer>): void {
    if (this.ways.hangs) return;
    void act().then(
      (answer) => answer(this.sftp, id),
      (error: NodeJS.ErrnoException) =>
        this.sftp.status(id, error.code === 'ENOENT' ? STATUS_CODE.NO_SUCH_FILE : STATUS_CODE.FAILURE, error.message),
    );
  }

  #place(path: string): string {
    return join(this.root, normalize(join('/', path)));
  }

  #handle(what: FileHandle | FileEntryWithStats[]): Answer {
    const number = this.#next++;
    this.#handles.set(number, what);
    const handle = Buffer.alloc(4);
    handle.writeUInt32BE(number);
    return (sftp, id) => sftp.handle(id, handle);
  }

  #found(handle: Buffer): FileHandle | FileEntryWithStats[] {
    const found = this.#handles.get(handle.readUInt32BE(0));
    if (!found) throw new Error('no such handle');
    return found;
  }

  async #list(path: string): Promise<FileEntryWithStats[]> {
    const place = this.#place(path);
    return Promise.all(
      (await readdir(place)).map(async (filename) => {
        const stats = await lstat(join(place, filename));
        const kind = stats.isDirectory() ? 'd' : stats.isSymbolicLink() ? 'l' : '-';
        return {
          filename,
          longname: `${kind}rw-r--r-- 1 0 0 ${stats.size} Nov 26 08:00 ${filename}`,
          attrs: attrsOf(stats),
        };
      }),
    );
  }

  /** SFTP 3: never over another file. */
  async #rename(from: string, to: string): Promise<void> {
    const taken = await lstat(this.#place(to)).catch(() => undefined);
    if (taken) throw new Error('that name is taken');
    if (this.ways.lose(to)) await unlink(this.#place(from));
    else await rename(this.#place(from), this.#place(to));
  }
}

const attrsOf = ({
  mode,
  uid,
  gid,
  size,
  atimeMs,
  mtimeMs,
}: Awaited<ReturnType<typeof lstat>>): FileEntryWithStats['attrs'] =>
  ({
    mode: Number(mode),
    uid: Number(uid),
    gid: Number(gid),
    size: Number(size),
    atime: Math.floor(Number(atimeMs) / 1000),
    mtime: Math.floor(Number(mtimeMs) / 1000),
  }) as FileEntryWithStats['attrs'];
