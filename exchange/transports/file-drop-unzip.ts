import { buffer } from 'node:stream/consumers';
import { type Entry, fromBufferPromise, type ZipFile } from 'yauzl';
import { messageOf } from '../../model/errors.js';
import { BUNDLE_BYTES, Refusal } from '../../model/exchange.js';
import type { ZipLimits } from './file-drop-settings.js';
import { attachmentsIn, BUNDLE_ENTRY, type Entry as PlainFile } from './file-drop-zip.js';

const LOCAL_HEADER = 30;
const FILE_TYPE = 0o170000;
const REGULAR = 0o100000;
const MADE_BY_UNIX = 3;
/** Flat and plain: neither folder, drive, `..`, NUL nor a name that a code page could change. */
const NAME = /^[A-Za-z0-9][A-Za-z0-9._-]{0,199}$/;
/** Windows opens a device under these names. */
const DEVICE = /^(con|prn|aux|nul|com\d|lpt\d)(\.|$)/i;
const ARCHIVE = /\.(zip|7z|rar|gz|tgz|bz2|xz|zst|tar|jar)$/i;
const ARCHIVE_BYTES = ['504b0304', '504b0506', '377abcaf', '52617221', '1f8b08'];
/** Small texts may be packed as well as they can. */
const RATIO_FROM = 65_536;

/**
 * The signed text in an archive. Nothing is unpacked before the whole directory was looked at, nothing goes to a disk, and everything beside
 * bundle.json must be what the signed text itself holds. `most`: bytes of that text. Throws Refusal TOO_LARGE or BAD_SHAPE.
 */
export async function unpackBundle(
  zip: Buffer,
  limits: ZipLimits,
  most = BUNDLE_BYTES,
): Promise<{ readonly body: string; readonly attachments: readonly PlainFile[] }> {
  if (zip.length > limits.zipBytes)
    throw new Refusal('TOO_LARGE', `${zip.length} bytes packed, at most ${limits.zipBytes}`);
  try {
    const archive = await fromBufferPromise(zip, { lazyEntries: true, strictFileNames: true });
    const texts = await unpack(archive, await directoryOf(archive, limits, most));
    const body = texts.get(BUNDLE_ENTRY);
    if (body === undefined) throw new Refusal('BAD_SHAPE', `no ${BUNDLE_ENTRY} in the archive`);
    const attachments = attachmentsIn(body);
    refuseUnsigned(texts, attachments);
    return { body, attachments };
  } catch (error) {
    if (error instanceof Refusal) throw error;
    throw new Refusal('BAD_SHAPE', `the archive cannot be read: ${messageOf(error).slice(0, 200)}`);
  }
}

async function directoryOf(archive: ZipFile, limits: ZipLimits, most: number): Promise<Entry[]> {
  if (archive.entryCount > limits.entries)
    throw new Refusal('TOO_LARGE', `${archive.entryCount} files in one archive, at most ${limits.entries}`);
  const entries: Entry[] = [];
  const names = new Set<string>();
  let [packed, unpacked] = [0, 0];
  for await (const entry of archive.eachEntry()) {
    refuseEntry(entry);
    const name = entry.fileName.toLowerCase();
    if (names.has(name)) throw new Refusal('BAD_SHAPE', `two files named ${name} in the archive`);
    names.add(name);
    if (entry.fileName !== BUNDLE_ENTRY) {
      packed += entry.compressedSize;
      unpacked += entry.uncompressedSize;
      refuseBomb(entry.compressedSize, entry.uncompressedSize, limits);
      refuseBomb(packed, unpacked, limits);
    }
    entries.push(entry);
  }
  refuseOverlap(entries);
  const bundle = entries.find(({ fileName }) => fileName === BUNDLE_ENTRY);
  if (bundle && bundle.uncompressedSize > most)
    throw new Refusal('TOO_LARGE', `${BUNDLE_ENTRY} holds ${bundle.uncompressedSize} bytes, at most ${most}`);
  return entries;
}

function refuseEntry(entry: Entry): void {
  const { fileName, versionMadeBy, externalFileAttributes } = entry;
  const shown = JSON.stringify(fileName.slice(0, 60));
  if (!NAME.test(fileName) || DEVICE.test(fileName))
    throw new Refusal('BAD_SHAPE', `a file in the archive is named ${shown}: plain names without folders only`);
  if (ARCHIVE.test(fileName)) throw new Refusal('BAD_SHAPE', `${shown} in the archive is an archive itself`);
  const type = (externalFileAttributes >>> 16) & FILE_TYPE;
  if (versionMadeBy >> 8 === MADE_BY_UNIX && type !== 0 && type !== REGULAR)
    throw new Refusal('BAD_SHAPE', `${shown} in the archive is a link or a device`);
  if (entry.isEncrypted()) throw new Refusal('BAD_SHAPE', `${shown} in the archive is encrypted`);
  if (!entry.canDecodeFileData())
    throw new Refusal('BAD_SHAPE', `${shown} in the archive is packed by method ${entry.compressionMethod}`);
}

function refuseBomb(packed: number, unpacked: number, { unpackedBytes, ratio }: ZipLimits): void {
  if (unpacked > unpackedBytes)
    throw new Refusal('TOO_LARGE', `the archive unpacks to more than ${unpackedBytes} bytes`);
  if (unpacked > RATIO_FROM && unpacked > packed * ratio)
    throw new Refusal('TOO_LARGE', `the archive unpacks to more than ${ratio} times its size`);
}

/** Files that share bytes unpack to terabytes from kilobytes. */
function refuseOverlap(entries: readonly Entry[]): void {
  let free = 0;
  for (const entry of [...entries].sort((a, b) => a.relativeOffsetOfLocalHeader - b.relativeOffsetOfLocalHeader)) {
    if (entry.relativeOffsetOfLocalHeader < free) throw new Refusal('BAD_SHAPE', 'files in the archive overlap');
    free = entry.relativeOffsetOfLocalHeader + LOCAL_HEADER + entry.fileNameLength + entry.compressedSize;
  }
}

/** The library stops each stream at the size that the directory gave. */
async function unpack(archive: ZipFile, entries: readonly Entry[]): Promise<Map<string, string>> {
  const texts = new Map<string, string>();
  const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });
  for (const entry of entries) {
    const bytes = await buffer(await archive.openReadStreamPromise(entry));
    if (ARCHIVE_BYTES.some((start) => bytes.subarray(0, start.length / 2).toString('hex') === start))
      throw new Refusal('BAD_SHAPE', `${entry.fileName} in the archive is an archive itself`);
    texts.set(entry.fileName, utf8.decode(bytes));
  }
  return texts;
}

/** Other software reads the files beside the signed text: none of them may say what was not signed. */
function refuseUnsigned(texts: ReadonlyMap<string, string>, attachments: readonly PlainFile[]): void {
  const signed = new Set(attachments.map(({ name, text }) => `${name}\0${text}`));
  for (const [name, text] of texts)
    if (name !== BUNDLE_ENTRY && !signed.has(`${name}\0${text}`))
      throw new Refusal('BAD_SHAPE', `${name} in the archive is not among what was signed`);
}
