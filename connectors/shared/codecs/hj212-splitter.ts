import { crcIsRight, frameLength, HEADER_BYTES, MAX_FRAME_BYTES } from './hj212.js';

/** Bytes that are in no frame are kept back until there are this many, or until a frame follows. */
const JUNK_BYTES = 4096;
/** No frame is as short as this: what looks like the head of one is junk like the rest, and not a piece of its own. */
const SHORTEST = 32;
const [HASH, CR, LF] = [0x23, 0x0d, 0x0a];

export interface Piece {
  /** True: a whole frame with a right CRC. False: bytes that are none, or one with a fault. */
  readonly frame: boolean;
  readonly bytes: Uint8Array;
}

/**
 * Finds the frames in one connection's bytes, however these are cut up and whether or not they end with a line end; holds 6 kB at
 * most. A frame comes out as soon as its CRC is there. The good frame that ends first wins, so a length that lies never swallows
 * the one after it. Every byte but line ends between frames comes out once, in order, in a frame or beside it.
 */
export class Hj212Splitter {
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
    return ends.find(({ start, end }) => crcIsRight(this.#buffer.subarray(start, end)));
  }

  /** Where the first frame begins that may still become complete; the buffer's end where none may. */
  #firstPossible(): number {
    for (const start of this.#starts()) {
      const left = this.#buffer.length - start;
      const length = left < HEADER_BYTES ? Number.POSITIVE_INFINITY : frameLength(this.#buffer, start);
      if (length !== undefined && length > left) return start;
    }
    return this.#buffer.at(-1) === HASH ? this.#buffer.length - 1 : this.#buffer.length;
  }

  *#starts(): Generator<number> {
    for (let at = this.#buffer.indexOf('##'); at !== -1; at = this.#buffer.indexOf('##', at + 1)) yield at;
  }

  /** Takes bytes that are in no frame off the buffer. A damaged frame becomes a piece of its own, up to the next one's start. */
  #drop(count: number, pieces: Piece[]): void {
    if (count === 0) return;
    const starts = [...this.#starts()].filter((each) => each < count && frameLength(this.#buffer, each) !== undefined);
    let from = 0;
    for (const [index, start] of starts.entries()) {
      const end = this.#damagedEnd(start, Math.min(count, starts[index + 1] ?? count));
      if (end - start < SHORTEST) continue;
      this.#keep(this.#buffer.subarray(from, start), pieces);
      this.#flush(pieces);
      from = end;
      pieces.push({ frame: false, bytes: new Uint8Array(this.#buffer.subarray(start, from)) });
    }
    this.#keep(this.#buffer.subarray(from, count), pieces);
    this.#buffer = this.#buffer.subarray(count);
    this.#looked = Math.max(0, this.#looked - count);
  }

  /** A damaged frame ends with its line, where its length does not lie beyond that. */
  #damagedEnd(start: number, limit: number): number {
    const line = this.#buffer.indexOf('\r\n', start);
    if (line !== -1 && line < limit) return line;
    return Math.min(limit, start + (frameLength(this.#buffer, start) ?? 0));
  }

  #keep(bytes: Buffer, pieces: Piece[]): void {
    // Line ends belong to the frame before them, which did not wait for them.
    if (this.#junkBytes === 0 && bytes.every((byte) => byte === CR || byte === LF)) return;
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
