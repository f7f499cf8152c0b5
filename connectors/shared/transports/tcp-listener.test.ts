import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { afterEach, describe, expect, test } from '@jest/globals';
import { type Framer, listenTcp, type TcpHandlers, tcpSettings } from './tcp-listener.js';

/** Frames are lines; a line ends with a line feed. */
class Lines implements Framer<string> {
  #rest = '';
  unframedBytes = 0;
  get midFrame(): boolean {
    return this.#rest !== '';
  }
  push(bytes: Uint8Array): string[] {
    const lines = (this.#rest + Buffer.from(bytes).toString('latin1')).split('\n');
    this.#rest = lines.pop() ?? '';
    this.unframedBytes = lines.length > 0 ? this.#rest.length : this.unframedBytes + bytes.length;
    // What is in no frame is not kept.
    this.#rest = this.#rest.slice(-64);
    return lines;
  }
  end(): string[] {
    return this.#rest === '' ? [] : [`rest:${this.#rest}`];
  }
}

type Handle = (line: string, peer: string) => Promise<Uint8Array | undefined>;
const echo: Handle = async (line) => Buffer.from(`${line}!`);
const stops: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const stop of stops.splice(0)) await stop();
});

async function listen(handle: Handle, overrides: Record<string, unknown> = {}) {
  const abort = new AbortController();
  let running: Promise<void> = Promise.resolve();
  const address = await new Promise<string>((listening, failed) => {
    const handlers: TcpHandlers<string> = {
      open: (peer) => ({ framer: new Lines(), handle: (line) => handle(line, peer) }),
      listening,
    };
    running = listenTcp(tcpSettings.parse({ port: 0, ...overrides }), handlers, abort.signal);
    running.catch(failed);
  });
  const stop = async (): Promise<void> => {
    abort.abort();
    await running;
  };
  stops.push(stop);
  return { address, stop, port: Number(new URL(address).port) };
}

async function dial(port: number): Promise<Socket> {
  const socket = connect(port, '127.0.0.1');
  socket.on('error', () => {});
  await once(socket, 'connect');
  return socket;
}
/** A reset counts as closed. */
const closed = (socket: Socket): Promise<void> => new Promise((done) => socket.once('close', () => done()));
async function read(socket: Socket, length: number): Promise<string> {
  let text = '';
  for await (const chunk of socket.iterator({ destroyOnReturn: false })) {
    text += String(chunk);
    if (text.length >= length) break;
  }
  return text;
}
function gate(): { open: () => void; passed: Promise<void> } {
  let open = (): void => {};
  const passed = new Promise<void>((resolve) => {
    open = resolve;
  });
  return { open, passed };
}

test('frames cut up anyhow are answered on their own connection, in order', async () => {
  const { port, address } = await listen(echo);
  const [one, two] = [await dial(port), await dial(port)];
  one.write('fir');
  two.write('a\nb\n');
  expect(await read(two, 4)).toBe('a!b!');
  one.write('st\nsecond\n');
  expect(await read(one, 13)).toBe('first!second!');
  expect(address).toBe(`tcp://127.0.0.1:${port}`);
  one.destroy();
  two.destroy();
});

test('an answer waits for those before it, however long these take', async () => {
  const slow = gate();
  const { port } = await listen(async (line) => {
    if (line === 'slow') await slow.passed;
    else slow.open();
    return Buffer.from(line);
  });
  const socket = await dial(port);
  socket.write('slow\nfast\n');
  expect(await read(socket, 8)).toBe('slowfast');
  socket.destroy();
});

test('a frame that is not taken in is not answered; the connection goes on', async () => {
  const { port } = await listen(async (line) => {
    if (line === 'bad') throw new Error('the database is away');
    return Buffer.from(line);
  });
  const socket = await dial(port);
  socket.write('bad\ngood\n');
  expect(await read(socket, 4)).toBe('good');
  socket.destroy();
});

test('at the bound nothing more is handled, and all of it is in the end', async () => {
  const hold = gate();
  const both = gate();
  let most = 0;
  let now = 0;
  const { port } = await listen(
    async (line) => {
      now += 1;
      most = Math.max(most, now);
      if (now === 2) both.open();
      await hold.passed;
      now -= 1;
      return Buffer.from(line);
    },
    { maxInFlight: 2 },
  );
  const socket = await dial(port);
  socket.write(Array.from({ length: 50 }, () => 'x\n').join(''));
  await both.passed;
  hold.open();
  expect(await read(socket, 50)).toHaveLength(50);
  expect(most).toBe(2);
  socket.destroy();
});

describe('what one peer does ends only its own connection', () => {
  test('a megabyte without the end of a frame', async () => {
    const { port } = await listen(echo);
    const [flood, good] = [await dial(port), await dial(port)];
    const gone = closed(flood);
    flood.write(Buffer.alloc(1_048_576, 0x78));
    await gone;
    good.write('still here\n');
    expect(await read(good, 11)).toBe('still here!');
    good.destroy();
  });
  test('silence, and a frame dripped without end', async () => {
    const { port } = await listen(echo, { idleSeconds: 0.15, frameSeconds: 0.1 });
    const [silent, slow] = [await dial(port), await dial(port)];
    const drip = setInterval(() => slow.write('x'), 10);
    await Promise.all([closed(silent), closed(slow)]);
    clearInterval(drip);
  });
  test('a connection too many', async () => {
    const { port } = await listen(echo, { maxConnections: 1 });
    const first = await dial(port);
    first.write('a\n');
    expect(await read(first, 2)).toBe('a!');
    const second = connect(port, '127.0.0.1');
    second.on('error', () => {});
    await closed(second);
    first.write('b\n');
    expect(await read(first, 2)).toBe('b!');
    first.destroy();
  });
  test('answers that are never read', async () => {
    const { port } = await listen(async () => Buffer.alloc(65_536));
    const socket = await dial(port);
    socket.pause();
    const ended = closed(socket);
    const push = setInterval(() => socket.write('x\n'.repeat(64)), 5);
    // The kernel takes some megabytes first; then the listener ends it. A paused socket learns so from its writes.
    await ended;
    clearInterval(push);
  });
});

test('a peer that has said its last gets its answers, and what was left over is handled', async () => {
  const handled: string[] = [];
  const { port } = await listen(async (line) => {
    handled.push(line);
    return Buffer.from(`${line};`);
  });
  const socket = await dial(port);
  socket.end('whole\nbro');
  expect(await read(socket, 15)).toBe('whole;rest:bro;');
  expect(handled).toEqual(['whole', 'rest:bro']);
});

test('stopping lets what is being handled be answered, then closes every connection', async () => {
  const hold = gate();
  const begun = gate();
  const { port, stop } = await listen(async (line) => {
    begun.open();
    await hold.passed;
    return Buffer.from(line);
  });
  const [busy, idle] = [await dial(port), await dial(port)];
  busy.write('last\n');
  await begun.passed;
  const gone = Promise.all([closed(busy), closed(idle)]);
  const stopped = stop();
  hold.open();
  expect(await read(busy, 4)).toBe('last');
  idle.resume();
  await Promise.all([stopped, gone]);
  const late = connect(port, '127.0.0.1');
  const [error] = (await once(late, 'error')) as [NodeJS.ErrnoException];
  expect(error.code).toBe('ECONNREFUSED');
});

test('a port that is taken is said, with its number', async () => {
  const { port } = await listen(echo);
  const again = listenTcp(
    tcpSettings.parse({ port }),
    { open: () => ({ framer: new Lines(), handle: async () => undefined }), listening: () => {} },
    new AbortController().signal,
  );
  await expect(again).rejects.toThrow(`cannot listen on 127.0.0.1:${port}`);
});
