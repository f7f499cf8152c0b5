import { DecodeError } from './decode-error.js';

/** A file in a tar. */
export interface TarFile {
  /** Without folders. */
  readonly name: string;
  readonly bytes: Uint8Array;
}

/** 1 MB: what is dropped into a folder is a document and its signature. */
export const MAX_TAR_BYTES = 1_048_576;
const MAX_FILES = 8;
const BLOCK = 512;
const NAME = /^[A-Za-z0-9][A-Za-z0-9_.-]{0,98}$/;

/** A ustar archive of plain files. Names: letters, digits, `_`, `-`, `.`, at most 99. */
export function writeTar(files: readonly TarFile[], time: Date): Uint8Array {
  const parts = files.flatMap(({ name, bytes }) => {
    if (!NAME.test(name)) throw new RangeError(`${name} is no name for a tar`);
    const rest = (BLOCK - (bytes.length % BLOCK)) % BLOCK;
    return [header(name, bytes.length, time), bytes, new Uint8Array(rest)];
  });
  return Buffer.concat([...parts, new Uint8Array(2 * BLOCK)]);
}

function header(name: string, size: number, time: Date): Buffer {
  const block = Buffer.alloc(BLOCK);
  const octal = (value: number, digits: number): string => `${value.toString(8).padStart(digits, '0')}\0`;
  block.write(name, 0, 'latin1');
  block.write(octal(0o644, 7), 100, 'latin1');
  block.write(octal(0, 7), 108, 'latin1');
  block.write(octal(0, 7), 116, 'latin1');
  block.write(octal(size, 11), 124, 'latin1');
  block.write(octal(Math.floor(time.getTime() / 1000), 11), 136, 'latin1');
  block.write('        ', 148, 'latin1');
  block.write('0', 156, 'latin1');
  block.write('ustar\u000000', 257, 'latin1');
  block.write(`${octal(sumOf(block), 6)} `, 148, 'latin1');
  return block;
}

/**
 * The files of a small tar. Throws DecodeError for anything but a few plain files with plain names: folders, links, paths,
 * long-name records, a wrong checksum, a length beyond the archive. Nothing is unpacked to disk, and nothing is larger than the archive.
 */
export function readTar(bytes: Uint8Array): TarFile[] {
  if (bytes.length > MAX_TAR_BYTES)
    throw new DecodeError('too-large', `${bytes.length} bytes, at most ${MAX_TAR_BYTES}`);
  const archive = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
  const files: TarFile[] = [];
  for (let at = 0; ; ) {
    if (at + BLOCK > archive.length) throw new DecodeError('truncated', 'the tar does not end');
    const block = archive.subarray(at, at + BLOCK);
    if (block.every((byte) => byte === 0)) return files;
    if (files.length === MAX_FILES) throw new DecodeError('too-large', `more than ${MAX_FILES} files in the tar`);
    const { name, size } = readHeader(block);
    const start = at + BLOCK;
    if (start + size > archive.length) throw new DecodeError('truncated', 'a file in the tar is cut off');
    if (files.some((file) => file.name === name)) throw new DecodeError('malformed', 'a name is in the tar twice');
    files.push({ name, bytes: archive.subarray(start, start + size) });
    at = start + Math.ceil(size / BLOCK) * BLOCK;
  }
}

function readHeader(block: Buffer): { name: string; size: number } {
  const text = (from: number, length: number): string =>
    block.toString('latin1', from, from + length).split('\0', 1)[0] as string;
  const octal = (from: number, length: number): number => {
    const digits = text(from, length).trim();
    if (!/^[0-7]{1,11}$/.test(digits)) throw new DecodeError('malformed', 'no tar: a number in its header is none');
    return Number.parseInt(digits, 8);
  };
  if (octal(148, 8) !== sumOf(block)) throw new DecodeError('malformed', "no tar: a header's checksum is wrong");
  const type = String.fromCharCode(block[156] ?? 0);
  if (type !== '0' && type !== '\0')
    throw new DecodeError('unsupported', 'something else than a plain file in the tar');
  const name = text(0, 100);
  if (!NAME.test(name) || text(345, 155) !== '') throw new DecodeError('malformed', 'a name in the tar is not plain');
  return { name, size: octal(124, 12) };
}

/** The checksum's own field counts as blanks. */
function sumOf(block: Buffer): number {
  let sum = 0;
  for (let at = 0; at < BLOCK; at += 1) sum += at >= 148 && at < 156 ? 32 : (block[at] as number);
  return sum;
}
