import { once } from 'node:events';
import { type AddressInfo, createServer, type Server, type Socket } from 'node:net';
import { z } from 'zod';
import { messageOf } from '../../../model/errors.js';

/** How a feed listens; part of the feed's settings. Times in seconds. */
export const tcpSettings = z.strictObject({
  host: z.string().min(1).default('127.0.0.1'),
  /** 0: a free one, for tests and the demo. */
  port: z.int().min(0).max(65_535),
  /** A connection above this is closed at once. */
  maxConnections: z.int().min(1).max(100_000).default(500),
  /** A connection that sends this much without a whole frame is closed. */
  maxUnframedBytes: z.int().min(1024).max(1_048_576).default(262_144),
  /** Without a whole frame for so long, a connection is closed. */
  idleSeconds: z.number().positive().max(86_400).default(900),
  /** A frame that has begun must be whole by then. */
  frameSeconds: z.number().positive().max(3600).default(60),
  /** Frames of one connection handled at once; above this nothing more is read from it. */
  maxInFlight: z.int().min(1).max(1000).default(16),
});
export type TcpSettings = z.infer<typeof tcpSettings>;

/** Cuts one connection's bytes into frames, whatever pieces they come in; bounded by itself. */
export interface Framer<F> {
  push(bytes: Uint8Array): F[];
  /** The connection has ended: what is left over. */
  end(): F[];
  /** Bytes since the last whole frame. */
  readonly unframedBytes: number;
  /** True while what came last may be the beginning of a frame. */
  readonly midFrame: boolean;
}

/** One connection's side of a feed. */
export interface TcpConversation<F> {
  readonly framer: Framer<F>;
  /** Called in order of arrival, up to `maxInFlight` at once. What it resolves with is sent; a rejection sends nothing. */
  handle(frame: F): Promise<Uint8Array | undefined>;
}

export interface TcpHandlers<F> {
  /** A new connection; `peer` is "address:port". */
  open(peer: string): TcpConversation<F>;
  /** Bound, at e.g. "tcp://127.0.0.1:4651". */
  listening(address: string): void;
}

/** Unsent answers of one connection; a peer that reads none of them is closed. */
const MAX_UNSENT_BYTES = 65_536;
const DRAIN_MS = 3000;
const FAREWELL_MS = 500;

/**
 * Listens until `signal` aborts, then takes nothing more in, lets what is being handled be answered (3 s at most), closes every
 * connection and returns. Throws when it cannot listen. Answers leave in the order of their frames. What one peer does, ends that
 * peer's connection only.
 */
export async function listenTcp<F>(
  settings: TcpSettings,
  handlers: TcpHandlers<F>,
  signal: AbortSignal,
): Promise<void> {
  if (signal.aborted) return;
  const connections = new Set<Connection<F>>();
  const server = createServer({ allowHalfOpen: true, noDelay: true, keepAlive: true }, (socket) => {
    const peer = `${socket.remoteAddress}:${socket.remotePort}`;
    const connection = new Connection(socket, settings, handlers.open(peer));
    connections.add(connection);
    socket.once('close', () => connections.delete(connection));
  });
  server.maxConnections = settings.maxConnections;
  try {
    const failed = failureOf(server, settings);
    server.listen(settings.port, settings.host);
    await Promise.race([new Promise<void>((done) => server.once('listening', done)), failed]);
    handlers.listening(addressOf(server));
    await Promise.race([aborted(signal), failed]);
  } finally {
    const closed = server.listening ? new Promise<void>((done) => void server.close(() => done())) : undefined;
    await Promise.all([...connections].map((connection) => connection.close()));
    await closed;
  }
}

function failureOf(server: Server, { host, port }: TcpSettings): Promise<never> {
  const failed = new Promise<never>((_, reject) =>
    server.on('error', (error) => reject(new Error(`cannot listen on ${host}:${port}: ${messageOf(error)}`))),
  );
  failed.catch(() => {});
  return failed;
}

const aborted = (signal: AbortSignal): Promise<void> =>
  signal.aborted
    ? Promise.resolve()
    : new Promise((done) => signal.addEventListener('abort', () => done(), { once: true }));

function addressOf(server: Server): string {
  const { address, family, port } = server.address() as AddressInfo;
  return `tcp://${family === 'IPv6' ? `[${address}]` : address}:${port}`;
}

class Connection<F> {
  readonly #waiting: F[] = [];
  #inFlight = 0;
  #answered: Promise<void> = Promise.resolve();
  #timer: NodeJS.Timeout | undefined;
  #frameAt = performance.now();
  #midFrameSince: number | undefined;
  #ended = false;

  constructor(
    private readonly socket: Socket,
    private readonly settings: TcpSettings,
    private readonly conversation: TcpConversation<F>,
  ) {
    this.#setTimer();
    // A broken connection closes by itself; there is nobody to tell.
    socket.on('error', () => {});
    socket.on('data', (bytes) => this.#receive(bytes));
    socket.on('end', () => this.#finish());
    socket.on('close', () => this.#finish());
  }

  /** Resolves when the connection is gone. */
  async close(): Promise<void> {
    const gone = this.socket.closed ? undefined : once(this.socket, 'close');
    this.socket.pause();
    this.#waiting.length = 0;
    this.#ended = true;
    await within(DRAIN_MS, this.#answered);
    this.socket.end();
    await within(FAREWELL_MS, gone);
    this.socket.destroy();
    await gone;
  }

  #receive(bytes: Uint8Array): void {
    if (this.#ended) return;
    const { framer } = this.conversation;
    const before = framer.unframedBytes;
    this.#waiting.push(...framer.push(bytes));
    if (framer.unframedBytes > this.settings.maxUnframedBytes) return void this.socket.destroy();
    const framed = framer.unframedBytes < before + bytes.length;
    if (framed) this.#frameAt = performance.now();
    if (!framer.midFrame) this.#midFrameSince = undefined;
    else if (framed || this.#midFrameSince === undefined) this.#midFrameSince = performance.now();
    this.#setTimer();
    this.#work();
  }

  /** Only a whole frame starts the idle time anew: dripping bytes does not keep a connection. */
  #setTimer(): void {
    const { idleSeconds, frameSeconds } = this.settings;
    const idleEnd = this.#frameAt + idleSeconds * 1000;
    const frameEnd = (this.#midFrameSince ?? Number.POSITIVE_INFINITY) + frameSeconds * 1000;
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.socket.destroy(), Math.min(idleEnd, frameEnd) - performance.now());
  }

  /** The peer has said its last: what is left over is handled too, and its answers go out before the end. */
  #finish(): void {
    clearTimeout(this.#timer);
    if (this.#ended) return;
    this.#ended = true;
    this.#waiting.push(...this.conversation.framer.end());
    this.#work();
  }

  #work(): void {
    while (this.#waiting.length > 0 && this.#inFlight < this.settings.maxInFlight) {
      const frame = this.#waiting.shift() as F;
      this.#inFlight += 1;
      const handled = this.#handle(frame);
      this.#answered = this.#answered.then(async () => this.#answer(await handled));
      void handled.then(() => {
        this.#inFlight -= 1;
        this.#work();
      });
    }
    if (this.#waiting.length > 0) this.socket.pause();
    else if (this.#ended) void this.#answered.then(() => this.socket.end());
    else this.socket.resume();
  }

  async #handle(frame: F): Promise<Uint8Array | undefined> {
    try {
      return await this.conversation.handle(frame);
    } catch {
      // Not taken in: without an answer the peer sends it again.
      return undefined;
    }
  }

  #answer(bytes: Uint8Array | undefined): void {
    if (!bytes || !this.socket.writable) return;
    this.socket.write(bytes);
    if (this.socket.writableLength > MAX_UNSENT_BYTES) this.socket.destroy();
  }
}

/** Waits for a promise, but not for ever. */
async function within(ms: number, promise: Promise<unknown> | undefined): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const limit = new Promise<void>((done) => {
    timer = setTimeout(done, ms);
  });
  await Promise.race([promise?.catch(() => {}), limit]);
  clearTimeout(timer);
}
