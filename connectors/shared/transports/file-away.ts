import type { Stats } from 'node:fs';
import { lstat, open, rename, writeFile } from 'node:fs/promises';
import { extname, join } from 'node:path';

/** A file whose content is stored, with what is to be said of it. */
export interface Filed {
  readonly root: string;
  readonly path: Buffer;
  readonly name: string;
  readonly bytes: Uint8Array;
  readonly failed: boolean;
  readonly answer: { readonly extension: string; readonly text: string };
  readonly at: Date;
}

const MAX_NAME_BYTES = 160;

/**
 * Moves a file to `done/` or `failed/` as "20261124T083000Z name.xlsx", its answer beside it, never over another. Where a newer
 * one has come in its place meanwhile (`unchanged` says no), that stays, and what was read is written instead.
 */
export async function fileAway(filed: Filed, unchanged: (stats: Stats) => boolean): Promise<void> {
  const folder = join(filed.root, filed.failed ? 'failed' : 'done');
  const target = await claim(folder, `${stampOf(filed.at)} ${shortened(filed.name)}`);
  const { extension, text } = filed.answer;
  await writeFile(`${target}.answer.${extension}`, `\ufeff${text}`);
  const stats = await lstat(filed.path).catch(() => undefined);
  if (stats && unchanged(stats)) await rename(filed.path, target);
  else await writeFile(target, filed.bytes);
}

/** An empty file under the first free name: from then on nobody else takes it. */
async function claim(folder: string, name: string): Promise<string> {
  const extension = extname(name);
  const stem = name.slice(0, name.length - extension.length);
  for (let nth = 1; ; nth++) {
    const path = join(folder, nth === 1 ? name : `${stem} (${nth})${extension}`);
    try {
      await (await open(path, 'wx')).close();
      return path;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
    }
  }
}

const stampOf = (at: Date): string => at.toISOString().replace(/[-:]|\.\d+/g, '');

/** One line that fits a file system, its ending kept. */
function shortened(name: string): string {
  const extension = extname(name).slice(0, 12);
  let stem = name.replace(/\p{Cc}/gu, '_').slice(0, name.length - extname(name).length);
  while (Buffer.byteLength(stem) > MAX_NAME_BYTES) stem = stem.slice(0, -1);
  return stem + extension;
}

/** Names come as bytes: old programs write them in GB18030. */
export function decodeName(name: Buffer): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(name);
  } catch {
    return new TextDecoder('gb18030').decode(name);
  }
}

export const wholePath = (root: string, name: Buffer): Buffer => Buffer.concat([Buffer.from(join(root, '/')), name]);
