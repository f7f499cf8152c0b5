import { z } from 'zod';
import { RECEIPT_BYTES, Refusal, type Signed } from '../../model/exchange.js';
import type { DropWorld } from './file-drop-folders.js';
import { receiptsFile } from './file-drop-names.js';

/** Of one file. */
const MOST_RECEIPTS = 100;
const MOST_BYTES = 1_500_000;
/** A file read is at most so long: one receipt may fill it beyond the others. */
export const RECEIPTS_FILE_BYTES = MOST_BYTES + 2 * RECEIPT_BYTES;

const shape = z
  .array(z.strictObject({ body: z.string().max(RECEIPT_BYTES), signature: z.string().max(20_000) }))
  .min(1)
  .max(MOST_RECEIPTS);

/** Writes receipts into `answer`, in files that sort by their numbers. The same receipts again are the same file. */
export async function writeReceipts(
  world: DropWorld,
  receipts: readonly Signed[],
  signal: AbortSignal,
): Promise<readonly { readonly path: string; readonly first: number; readonly bytes: Buffer }[]> {
  const { own, peer, settings, store } = world;
  const files = partsOf(receipts).map((part) => {
    const [first, last] = [numberOf(part[0] as Signed), numberOf(part.at(-1) as Signed)];
    const path = `${settings.folders.answer}/${receiptsFile(own, peer, first, last)}`;
    return {
      path,
      first,
      bytes: Buffer.from(JSON.stringify(part.map(({ body, signature }) => ({ body, signature })))),
    };
  });
  for (const { bytes, path } of files) await store.write(path, bytes, signal);
  return files;
}

function partsOf(receipts: readonly Signed[]): Signed[][] {
  const parts: Signed[][] = [];
  let [bytes, part]: [number, Signed[]] = [0, []];
  for (const signed of receipts) {
    const length = Buffer.byteLength(signed.body) + signed.signature.length;
    if (part.length === 0 || part.length === MOST_RECEIPTS || bytes + length > MOST_BYTES) {
      [bytes, part] = [0, []];
      parts.push(part);
    }
    part.push(signed);
    bytes += length;
  }
  return parts;
}

/** Their shape was looked at: by us before, or by the reception. */
export const lastNumber = (receipts: readonly Signed[]): number => Math.max(...receipts.map(numberOf));

const numberOf = ({ body }: Signed): number => (JSON.parse(body) as { number: number }).number;

/** Throws Refusal for what is no file of receipts. */
export function readReceipts(bytes: Buffer): Signed[] {
  if (bytes.length > RECEIPTS_FILE_BYTES) throw new Refusal('TOO_LARGE', `more than ${RECEIPTS_FILE_BYTES} bytes`);
  let value: unknown;
  try {
    value = JSON.parse(bytes.toString('utf8'));
  } catch {
    throw new Refusal('BAD_SHAPE', 'no JSON: the file is cut off or damaged');
  }
  const read = shape.safeParse(value);
  if (!read.success)
    throw new Refusal('BAD_SHAPE', `a file of receipts is a list of 1 to ${MOST_RECEIPTS} {body, signature}`);
  return read.data;
}
