import { crc16, frameLength, HEADER_BYTES, MAX_FRAME_BYTES } from './sl651.js';

/** Bytes that are in no frame are kept back until there are this many, or until a frame follows. */
const JUNK_BYTES = 4096;

export interface Piece {
  /** True: a whole frame with a right CRC. False: bytes that are none, or one with a fault. */
  readonly frame: boolean;
  readonly bytes: Uint8Array;
}

/**
 * Finds the frames in one connection's bytes, however these are cut up; holds 8 kB at most. The frame that ends first wins, so a
 * damaged length never swallows the good frame after it. Every byte comes out once, in order, in a frame or beside it.
 */
export class Sl651Splitter {
  #buffer = Buffer.alloc(0);
  #junk: Buffer[] = [];
  #junkBytes = 0;
  /** Up to here every possible frame's end has been looked at. */
  #looked = 0;
  #unframed = 0;

  /** Bytes since the last whole frame. */
  get unframedBytes(): number {
    return this.#unframed;
  }

  /** True while what came last may be the beginning of a frame. */
  get midFrame(): boolean {
    return this.#buffer.length > 0;
  }

  push(bytes: Uint8Array): Piece[] {
    const pieces: Piece[] = [];
    for (let at = 0; at < bytes.length; at += MAX_FRAME_BYTES) {
      const part = bytes.subarray(at, at + MAX_FRAME_BYTES);
      this.#buffer = Buffer.concat([this.#buffer, part]);
      this.#unframed += part.length;
      this.#advance(pieces);
    }
    return pieces;
  }

  /** Call when the connection has ended: what was kept back. */
  end(): Piece[] {
    const pieces: Piece[] = [];
    this.#drop(this.#buffer.length, pieces);
    this.#flush(pieces);
    return pieces;
  }

  #advance(pieces: Piece[]): void {
    for (let found = this.#firstFrame(); found; found = this.#firstFrame()) {
      this.#drop(found.start, pieces);
      this.#flush(pieces);
      const length = found.end - found.start;
      pieces.push({ frame: true, bytes: new Uint8Array(this.#buffer.subarray(0, length)) });
      this.#buffer = this.#buffer.subarray(length);
      this.#looked = 0;
      this.#unframed = this.#buffer.length;
    }
    this.#looked = this.#buffer.length;
    this.#drop(this.#firstPossible(), pieces);
  }

  /** Of the frames that are complete by now, the one that ends first. */
  #firstFrame(): { start: number; end: number } | undefined {
    const ends: { start: number; end: number }[] = [];
    for (const start of this.#starts()) {
      const end = start + (frameLength(this.#buffer, start) ?? Number.POSITIVE_INFINITY);
      if (end <= this.#buffer.length && end > this.#looked) ends.push({ start, end });
    }
    ends.sort((a, b) => a.end - b.end || a.start - b.start);
    return ends.find(({ start, end }) => {
      const frame = this.#buffer.subarray(start, end);
      return crc16(frame.subarray(0, -2)) === frame.readUInt16BE(frame.length - 2);
    });
  }

  /** Where the first frame begins that may still become complete; the buffer's end where none may. */
  #firstPossible(): number {
    for (const start of this.#starts()) {
      const left = this.#buffer.length - start;
      const length = left < HEADER_BYTES ? Number.POSITIVE_INFINITY : frameLength(this.#buffer, start);
      if (length !== undefined && length > left) return start;
    }
    return this.#buffer.at(-1) === 0x7e ? this.#buffer.length - 1 : this.#buffer.length;
  }

  *#starts(): Generator<number> {
    for (let at = this.#buffer.indexOf('7e7e', 0, 'hex'); at !== -1; at = this.#buffer.indexOf('7e7e', at + 1, 'hex'))
      yield at;
  }

  /** Takes bytes that are in no frame off the buffer. A damaged frame becomes a piece of its own, as soon as it is known to be one. */
  #drop(count: number, pieces: Piece[]): void {
    if (count === 0) return;
    let from = 0;
    for (const start of [...this.#starts()].filter((each) => each < count && frameLength(this.#buffer, each))) {
      if (start < from) continue;
      this.#keep(this.#buffer.subarray(from, start), pieces);
      this.#flush(pieces);
      from = Math.min(count, start + (frameLength(this.#buffer, start) ?? 0));
      pieces.push({ frame: false, bytes: new Uint8Array(this.#buffer.subarray(start, from)) });
    }
    this.#keep(this.#buffer.subarray(from, count), pieces);
    this.#buffer = this.#buffer.subarray(count);
    this.#looked = Math.max(0, this.#looked - count);
  }

  #keep(bytes: Buffer, pieces: Piece[]): void {
    if (bytes.length === 0) return;
    this.#junk.push(Buffer.from(bytes));
    this.#junkBytes += bytes.length;
    if (this.#junkBytes >= JUNK_BYTES) this.#flush(pieces);
  }

  #flush(pieces: Piece[]): void {
    if (this.#junkBytes > 0) pieces.push({ frame: false, bytes: new Uint8Array(Buffer.concat(this.#junk)) });
    this.#junk = [];
    this.#junkBytes = 0;
  }
}
