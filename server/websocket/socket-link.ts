import type { IncomingMessage } from 'node:http';
import type { Server } from 'graphql-ws';
import type { WebSocket } from 'ws';

/** Closes a subscriber that fell too far behind. A stock graphql-ws client reconnects on it and resumes with its cursor. */
export const SLOW_SUBSCRIBER = 4290;
const SLOW = 'too slow: come back with your last cursor';

/** What may wait for a reader, in bytes, and how long it may take to make room for more. */
const MAX_WAITING_BYTES = 1024 * 1024;
const MAKE_ROOM_MS = 2000;
/** A socket that sends more messages than this in ten seconds is not a client at work. */
const MAX_MESSAGES = 2000;
const MESSAGES_WINDOW_MS = 10_000;
const PING_MS = 12_000;

export interface LinkExtra {
  readonly socket: WebSocket;
  readonly request: IncomingMessage;
}

export interface LinkOptions<E extends LinkExtra> {
  readonly server: Server<E>;
  readonly extra: E;
  /** Failures that are the hub's own; the client is told nothing of them. */
  readonly onError: (error: unknown) => void;
}

/** Ties one socket to the protocol: bounds what waits for its reader and what it sends, and asks now and then whether it still lives. */
export function link<E extends LinkExtra>({ server, extra, onError }: LinkOptions<E>): void {
  const { socket } = extra;
  const sender = new Sender(socket, () => finish(SLOW_SUBSCRIBER, SLOW));
  const count = countMessages();
  const closed = server.opened(
    {
      protocol: socket.protocol,
      send: (data) => sender.send(data),
      close: (code, reason) => socket.close(code, reason),
      onMessage: (take) =>
        socket.on('message', (data, isBinary) => {
          if (isBinary) return socket.close(4400, 'Invalid message received');
          if (count() > MAX_MESSAGES) return socket.close(1008, 'too many messages');
          take(String(data)).catch((error: unknown) => failed(error, socket, onError));
        }),
    },
    extra,
  );
  const stopPinging = keepAsking(socket);
  let finished = false;
  const finish = (code: number, reason: string): void => {
    if (finished) return;
    finished = true;
    stopPinging();
    closed(code, reason).catch(onError);
  };
  // Such as a frame that is too large: ws closes the socket by itself.
  socket.on('error', () => {});
  socket.once('close', (code, reason) => finish(code, String(reason)));
}

/** A message of the protocol that only servers send is the client's fault, anything else the hub's. */
function failed(error: unknown, socket: WebSocket, onError: (error: unknown) => void): void {
  const unexpected = error instanceof Error && error.message.startsWith('Unexpected message of type');
  if (unexpected) socket.close(4400, 'Invalid message received');
  // What could not be sent to a socket that has just broken is nobody's fault.
  if (socket.readyState !== socket.OPEN) return;
  onError(error);
  socket.close(4500, 'internal error');
}

class Sender {
  #flushed: Promise<void> = Promise.resolve();

  constructor(
    private readonly socket: WebSocket,
    private readonly onSlow: () => void,
  ) {}

  /** Resolves once the system has taken it; or once the socket is closed because its reader does not read. */
  async send(data: string): Promise<void> {
    const socket = this.socket;
    if (socket.bufferedAmount > MAX_WAITING_BYTES && !(await this.#hasRoom())) {
      // Until its reader reads on, or ws gives up, the socket stays; what it follows ends now.
      socket.close(SLOW_SUBSCRIBER, SLOW);
      this.onSlow();
    }
    if (socket.readyState !== socket.OPEN) return;
    const sent = new Promise<void>((resolve, reject) =>
      socket.send(data, (error) => (error ? reject(error) : resolve())),
    );
    this.#flushed = sent.catch(() => {});
    await sent;
  }

  async #hasRoom(): Promise<boolean> {
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<false>((resolve) => {
      timer = setTimeout(() => resolve(false), MAKE_ROOM_MS);
    });
    const room = await Promise.race([this.#flushed.then(() => true), late]);
    clearTimeout(timer);
    return room;
  }
}

/** How many messages came in the present window, this one among them. */
function countMessages(): () => number {
  let since = performance.now();
  let count = 0;
  return () => {
    const now = performance.now();
    if (now - since > MESSAGES_WINDOW_MS) {
      since = now;
      count = 0;
    }
    count += 1;
    return count;
  };
}

/** Ends a socket whose other side is gone without a word. */
function keepAsking(socket: WebSocket): () => void {
  let answered = true;
  socket.on('pong', () => {
    answered = true;
  });
  const timer = setInterval(() => {
    if (!answered) return socket.terminate();
    answered = false;
    if (socket.readyState === socket.OPEN) socket.ping();
  }, PING_MS);
  return () => clearInterval(timer);
}
