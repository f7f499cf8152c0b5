import { inflateRawSync } from 'node:zlib';
import { DecodeError } from './decode-error.js';

/** Of one archive. An office workbook that a person fills in is far below all of them. */
const MAX_ENTRIES = 2000;
const MAX_ENTRY_BYTES = 32_000_000;
const MAX_TOTAL_BYTES = 64_000_000;
const END_SIGNATURE = 0x06054b50;
const ENTRY_SIGNATURE = 0x02014b50;
const LOCAL_SIGNATURE = 0x04034b50;
const END_LENGTH = 22;
const ENTRY_LENGTH = 46;
const LOCAL_LENGTH = 30;

interface Entry {
  readonly name: string;
  readonly method: number;
  readonly crc: number;
  readonly packed: number;
  readonly unpacked: number;
  readonly at: number;
}

export interface Zip {
  readonly names: readonly string[];
  /** The unpacked bytes of an entry; undefined where there is none of this name. Throws DecodeError where it is not as announced. */
  read(name: string): Uint8Array | undefined;
}

/**
 * The directory of a ZIP archive in memory, nothing unpacked. Throws DecodeError for what an honest office file is not: more
 * entries or bytes than the bounds, entries that share bytes, two of one name, a name that leaves the folder, encryption, ZIP64,
 * several disks. What `read` unpacks is stopped at the announced size and checked by CRC-32.
 */
export function openZip(bytes: Uint8Array): Zip {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const entries = directory(view, bytes);
  return {
    names: [...entries.keys()],
    read(name) {
      const entry = entries.get(name);
      return entry && unpack(entry, view, bytes);
    },
  };
}

/** Where the end record stands: in the last 64 kB, behind which only its own comment may follow. */
function endOf(view: DataView): number {
  const lowest = Math.max(0, view.byteLength - END_LENGTH - 0xffff);
  for (let at = view.byteLength - END_LENGTH; at >= lowest; at--)
    if (
      view.getUint32(at, true) === END_SIGNATURE &&
      at + END_LENGTH + view.getUint16(at + 20, true) === view.byteLength
    )
      return at;
  throw new DecodeError('truncated', 'the ZIP archive has no end: the file is cut or damaged');
}

function directory(view: DataView, bytes: Uint8Array): ReadonlyMap<string, Entry> {
  const end = endOf(view);
  const count = view.getUint16(end + 10, true);
  const start = view.getUint32(end + 16, true);
  if (view.getUint32(end + 4, true) !== 0 || count === 0xffff || start === 0xffffffff)
    throw new DecodeError('unsupported', 'a ZIP archive of several parts or ZIP64');
  if (count > MAX_ENTRIES) throw new DecodeError('too-large', `${count} files in one archive, at most ${MAX_ENTRIES}`);
  const entries = new Map<string, Entry>();
  let at = start;
  let total = 0;
  for (let index = 0; index < count; index++) {
    if (at + ENTRY_LENGTH > end || view.getUint32(at, true) !== ENTRY_SIGNATURE)
      throw new DecodeError('malformed', 'the ZIP archive lists fewer files than it says');
    const entry = entryAt(view, bytes, at);
    total += entry.unpacked;
    if (entry.unpacked > MAX_ENTRY_BYTES || total > MAX_TOTAL_BYTES)
      throw new DecodeError(
        'too-large',
        `unpacks to more than ${MAX_TOTAL_BYTES / 1e6} MB, or one file in it to more than ${MAX_ENTRY_BYTES / 1e6} MB`,
      );
    if (entries.has(entry.name)) throw new DecodeError('malformed', `two files named ${JSON.stringify(entry.name)}`);
    entries.set(entry.name, entry);
    at += ENTRY_LENGTH + view.getUint16(at + 28, true) + view.getUint16(at + 30, true) + view.getUint16(at + 32, true);
  }
  refuseOverlap([...entries.values()], start);
  return entries;
}

function entryAt(view: DataView, bytes: Uint8Array, at: number): Entry {
  const name = Buffer.from(
    bytes.subarray(at + ENTRY_LENGTH, at + ENTRY_LENGTH + view.getUint16(at + 28, true)),
  ).toString();
  const entry = {
    name,
    method: view.getUint16(at + 10, true),
    crc: view.getUint32(at + 16, true),
    packed: view.getUint32(at + 20, true),
    unpacked: view.getUint32(at + 24, true),
    at: view.getUint32(at + 42, true),
  };
  if (view.getUint16(at + 8, true) & 1)
    throw new DecodeError('encrypted', 'the archive is encrypted: save it without a password');
  if (/^[/\\]|^[a-z]:|(^|[/\\])\.\.([/\\]|$)|\0/i.test(name))
    throw new DecodeError('malformed', `a file in the archive is named ${JSON.stringify(name.slice(0, 60))}`);
  if (entry.method !== 0 && entry.method !== 8)
    throw new DecodeError('unsupported', `compression method ${entry.method}`);
  return entry;
}

/** Entries that share bytes unpack to terabytes from kilobytes. */
function refuseOverlap(entries: Entry[], directoryStart: number): void {
  let free = 0;
  for (const entry of entries.sort((a, b) => a.at - b.at)) {
    if (entry.at < free) throw new DecodeError('malformed', 'files in the archive overlap');
    free = entry.at + LOCAL_LENGTH + entry.packed;
  }
  if (free > directoryStart) throw new DecodeError('malformed', 'a file in the archive runs past its end');
}

function unpack(entry: Entry, view: DataView, bytes: Uint8Array): Uint8Array {
  if (view.getUint32(entry.at, true) !== LOCAL_SIGNATURE)
    throw new DecodeError('malformed', `${entry.name} is not where the archive says`);
  const start = entry.at + LOCAL_LENGTH + view.getUint16(entry.at + 26, true) + view.getUint16(entry.at + 28, true);
  const packed = bytes.subarray(start, start + entry.packed);
  const unpacked = entry.method === 0 ? packed : inflate(packed, entry);
  if (unpacked.length !== entry.unpacked || crc32(unpacked) !== entry.crc)
    throw new DecodeError('bad-crc', `${entry.name} does not unpack to what the archive says: the file is damaged`);
  return unpacked;
}

function inflate(packed: Uint8Array, entry: Entry): Uint8Array {
  try {
    return inflateRawSync(packed, { maxOutputLength: Math.max(1, entry.unpacked) });
  } catch {
    throw new DecodeError('bad-crc', `${entry.name} does not unpack to what the archive says: the file is damaged`);
  }
}

const CRC_TABLE = Uint32Array.from({ length: 256 }, (_, start) => {
  let value = start;
  for (let bit = 0; bit < 8; bit++) value = value & 1 ? 0xedb88320 ^ (value >>> 1) : value >>> 1;
  return value >>> 0;
});

function crc32(bytes: Uint8Array): number {
  let value = 0xffffffff;
  for (const byte of bytes) value = (CRC_TABLE[(value ^ byte) & 0xff] as number) ^ (value >>> 8);
  return (value ^ 0xffffffff) >>> 0;
}
