import { once } from 'node:events';
import WebSocket, { type ClientOptions } from 'ws';

export interface Message {
  readonly id?: string;
  readonly type: string;
  readonly payload?: unknown;
}

/** A WebSocket without a client library, for what no good client would say. */
export class RawSocket {
  readonly #came: Message[] = [];
  #wake: () => void = () => {};
  /** The code and reason it was closed with. */
  readonly closed: Promise<{ code: number; reason: string }>;

  private constructor(readonly socket: WebSocket) {
    this.closed = new Promise((resolve) =>
      socket.once('close', (code, reason) => {
        resolve({ code, reason: String(reason) });
        this.#wake();
      }),
    );
    socket.on('message', (data) => {
      this.#came.push(JSON.parse(String(data)) as Message);
      this.#wake();
    });
    socket.on('error', () => {});
  }

  static async open(
    url: string,
    { protocol = 'graphql-transport-ws', ...options }: ClientOptions & { protocol?: string | undefined } = {},
  ): Promise<RawSocket> {
    const socket = new WebSocket(`${url.replace('http', 'ws')}/graphql`, protocol || undefined, options);
    const raw = new RawSocket(socket);
    await Promise.race([once(socket, 'open'), raw.closed]);
    return raw;
  }

  /** Opened, and its credential taken. */
  static async acknowledged(url: string, key?: string, options: ClientOptions = {}): Promise<RawSocket> {
    const raw = await RawSocket.open(url, options);
    raw.send({ type: 'connection_init', ...(key ? { payload: { authorization: `Bearer ${key}` } } : {}) });
    await raw.next(({ type }) => type === 'connection_ack');
    return raw;
  }

  send(message: unknown): void {
    this.socket.send(typeof message === 'string' ? message : JSON.stringify(message));
  }

  subscribe(id: string, payload: unknown): void {
    this.send({ id, type: 'subscribe', payload });
  }

  /** The first message of that kind; what comes before it is passed over. */
  async next(wanted: (message: Message) => boolean = () => true, withinMs = 10_000): Promise<Message> {
    const limit = Date.now() + withinMs;
    for (;;) {
      for (let message = this.#came.shift(); message; message = this.#came.shift()) if (wanted(message)) return message;
      const left = limit - Date.now();
      if (left <= 0 || this.socket.readyState === WebSocket.CLOSED)
        throw new Error(left <= 0 ? `no such message within ${withinMs} ms` : 'the socket was closed');
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, left);
        this.#wake = () => {
          clearTimeout(timer);
          resolve();
        };
      });
    }
  }

  end(): void {
    this.socket.terminate();
  }
}
