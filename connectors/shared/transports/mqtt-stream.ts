import type { Socket } from 'node:net';
import { Duplex } from 'node:stream';

const PUBLISH = 3;

/**
 * The byte stream of an MQTT connection with every PUBLISH body cut to `maxBody` bytes: what is longer never gets into memory,
 * and the packet still comes through, with its packet id, so that it can be refused and acknowledged. Any other packet that
 * long, and a length that is no MQTT length, ends the connection with an error.
 */
export class MqttStream extends Duplex {
  #head: number[] = [];
  #pass = 0;
  #drop = 0;
  readonly #socket: Socket;

  constructor(
    socket: Socket,
    private readonly maxBody: number,
  ) {
    super();
    this.#socket = socket.setNoDelay(true);
    socket.on('data', (chunk: Buffer) => this.#receive(chunk));
    socket.on('end', () => this.push(null));
    socket.on('error', (error) => this.destroy(error));
    socket.on('close', () => this.destroy());
  }

  override _read(): void {
    this.#socket.resume();
  }

  override _write(chunk: Buffer, _encoding: BufferEncoding, done: (error?: Error | null) => void): void {
    this.#socket.write(chunk, done);
  }

  /** A packet is written in parts: sent as one, or each part would wait for the other side's acknowledgement. */
  override _writev(parts: readonly { chunk: Buffer }[], done: (error?: Error | null) => void): void {
    this.#socket.write(Buffer.concat(parts.map(({ chunk }) => chunk)), done);
  }

  override _final(done: () => void): void {
    this.#socket.end(done);
  }

  override _destroy(error: Error | null, done: (error: Error | null) => void): void {
    this.#socket.destroy();
    done(error);
  }

  #receive(chunk: Buffer): void {
    let wanted = true;
    for (let at = 0; at < chunk.length && !this.destroyed; ) {
      const left = chunk.length - at;
      if (this.#pass > 0) {
        const length = Math.min(this.#pass, left);
        wanted = this.push(chunk.subarray(at, at + length));
        this.#pass -= length;
        at += length;
      } else if (this.#drop > 0) {
        const length = Math.min(this.#drop, left);
        this.#drop -= length;
        at += length;
      } else {
        this.#headByte(chunk[at] ?? 0);
        at += 1;
      }
    }
    if (!wanted) this.#socket.pause();
  }

  /** MQTT 3.1.1 clause 2.2.3: after the type, one to four bytes of seven bits each, the lowest first. */
  #headByte(byte: number): void {
    this.#head.push(byte);
    if (this.#head.length < 2) return;
    const [type = 0, ...digits] = this.#head;
    if (byte >= 0x80) {
      if (digits.length === 4) this.destroy(new Error('the broker sent a malformed packet length'));
      return;
    }
    const length = digits.reduce((sum, digit, at) => sum + (digit & 0x7f) * 128 ** at, 0);
    if (length > this.maxBody && type >> 4 !== PUBLISH) {
      this.destroy(new Error(`the broker sent a control packet of ${length} bytes`));
      return;
    }
    this.#head = [];
    this.#pass = Math.min(length, this.maxBody);
    this.#drop = length - this.#pass;
    this.push(Buffer.from([type, ...lengthBytes(this.#pass)]));
  }
}

function lengthBytes(length: number): number[] {
  const bytes: number[] = [];
  let rest = length;
  do {
    const low = rest % 128;
    rest = Math.floor(rest / 128);
    bytes.push(rest > 0 ? low + 128 : low);
  } while (rest > 0);
  return bytes;
}
