import { connect, createServer, type Server, type Socket } from 'node:net';

const FORBIDDEN = 'HTTP/1.1 403 Forbidden\r\nconnection: close\r\ncontent-length: 0\r\n\r\n';

/**
 * A link that a test can break: `ok` passes on, `cut` refuses and ends, `hang` keeps connections open and passes nothing. With `refusesUpgrades`
 * it answers requests for a WebSocket as a proxy of an office does.
 */
export class TcpProxy {
  #mode: 'ok' | 'cut' | 'hang' = 'ok';
  readonly #sockets = new Set<Socket>();
  refusesUpgrades = false;
  /** How many have connected. */
  connections = 0;

  private constructor(
    private readonly server: Server,
    private readonly target: { host: string; port: number },
  ) {}

  /** Listens on a free loopback port before the server that an address names, PostgreSQL's port where it names none. */
  static async before(url: string): Promise<TcpProxy & { readonly url: string }> {
    const address = new URL(url);
    const server = createServer();
    const proxy = new TcpProxy(server, { host: address.hostname, port: Number(address.port || 5432) });
    server.on('connection', (socket) => proxy.#accept(socket));
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const bound = server.address();
    if (!bound || typeof bound === 'string') throw new Error('the proxy has no port');
    address.hostname = '127.0.0.1';
    address.port = String(bound.port);
    return Object.assign(proxy, { url: address.href });
  }

  set mode(mode: 'ok' | 'cut' | 'hang') {
    this.#mode = mode;
    if (mode === 'hang') for (const socket of this.#sockets) socket.unpipe();
    else for (const socket of this.#sockets) socket.destroy();
  }

  async close(): Promise<void> {
    for (const socket of this.#sockets) socket.destroy();
    await new Promise<void>((resolve) => this.server.close(() => resolve()));
  }

  #accept(near: Socket): void {
    this.connections += 1;
    this.#keep(near);
    if (this.#mode === 'cut') near.destroy();
    if (this.#mode !== 'ok') return;
    if (!this.refusesUpgrades) this.#pass(near);
    else
      near.once('data', (head) => {
        if (/\r\nupgrade: *websocket\r\n/i.test(String(head))) near.end(FORBIDDEN);
        else this.#pass(near, head);
      });
  }

  #pass(near: Socket, head?: Buffer): void {
    const far = connect(this.target);
    this.#keep(far);
    if (head) far.write(head);
    near.pipe(far).pipe(near);
    near.on('close', () => far.destroy());
    far.on('close', () => near.destroy());
  }

  #keep(socket: Socket): void {
    this.#sockets.add(socket);
    socket.on('error', () => {});
    socket.on('close', () => this.#sockets.delete(socket));
  }
}
