import { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { ZipFile } from 'yazl';
import type { Bundle } from '../../model/exchange.js';

export const BUNDLE_ENTRY = 'bundle.json';

/** A file to be put into an archive. */
export interface Entry {
  readonly name: string;
  readonly text: string;
}

/** A ZIP archive; the same entries and moment give the same bytes. */
export async function zipOf(entries: readonly Entry[], at: Date): Promise<Buffer> {
  const zip = new ZipFile();
  for (const { name, text } of entries) zip.addBuffer(Buffer.from(text), name, { mtime: at, mode: 0o100644 });
  zip.end();
  return buffer(Readable.from(zip.outputStream));
}

/** The attachments in a signed text; none where it is not of the shape of a bundle, which is said by whoever checks the shape. */
export function attachmentsIn(body: string): Entry[] {
  try {
    return attachmentsOf(JSON.parse(body) as Bundle);
  } catch {
    return [];
  }
}

/** Under names that every system can write, each once. */
function attachmentsOf({ items }: Bundle): Entry[] {
  const named = new Map<string, string>();
  for (const { name, text } of items.flatMap(({ attachments = [] }) => attachments)) {
    const plain =
      name
        .replaceAll(/[^A-Za-z0-9._-]/g, '-')
        .replace(/^[.-]+/, '')
        .slice(0, 150) || 'attachment';
    for (let nth = 1; ; nth++) {
      const free = nth === 1 ? plain : plain.replace(/(\.[A-Za-z0-9]{1,5})?$/, `-${nth}$1`);
      if (named.get(free) === text) break;
      if (named.has(free) || free === BUNDLE_ENTRY) continue;
      named.set(free, text);
      break;
    }
  }
  return [...named].map(([name, text]) => ({ name, text }));
}
