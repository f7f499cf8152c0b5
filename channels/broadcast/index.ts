import { createHash } from 'node:crypto';
import { constants } from 'node:fs';
import { lstat, mkdir, open, readdir, readFile, rename } from 'node:fs/promises';
import { join } from 'node:path';
import { DecodeError } from '../../connectors/shared/codecs/decode-error.js';
import { PACKAGE_NAME, packageName, writePackage } from '../../connectors/shared/codecs/ebd-package.js';
import { MAX_TAR_BYTES } from '../../connectors/shared/codecs/tar.js';
import type { OutgoingChange } from '../../model/delivery.js';
import type { Channel, ChannelKind } from '../channel.js';
import type { Addressee, Receipt, Rejected, Returned, SendOutcome } from '../outcome.js';
import { type Settings, settings } from './config.js';
import { messageOf } from './message.js';
import { receiptsIn } from './receipts.js';

/** Files taken in one round. */
const ROUND = 50;

export const broadcast: ChannelKind<Settings> = {
  kind: 'broadcast',
  settings,
  to: ({ recipient }) => ({ one: recipient ?? '' }),
  create: (_name, own) => new BroadcastFolder(own),
};

/** Puts signed EBD packages into a folder and reads the receipts that come back (README.md). */
class BroadcastFolder implements Channel {
  readonly address: string;
  readonly batch = 1;
  readonly receipts: NonNullable<Channel['receipts']>;

  constructor(private readonly own: Settings) {
    this.address = own.key === undefined ? `${own.folder} (unsigned: no key)` : own.folder;
    this.receipts = { everyMs: own.pollSeconds * 1000, always: true, read: () => this.#read() };
  }

  async send(change: OutgoingChange, to: readonly Addressee[]): Promise<SendOutcome[]> {
    const { key: secret, certificate } = this.own;
    const outcomes: SendOutcome[] = [];
    for (const each of to) {
      const ebd = messageOf(change, each, this.own);
      const key = secret === undefined ? undefined : { privateKey: privateKeyOf(secret), certificate };
      await this.#put(packageName(ebd.ebdId), writePackage(ebd, key));
      outcomes.push({ state: 'SENT', receiptId: ebd.ebdId });
    }
    return outcomes;
  }

  /** Whole or not at all, and on the disk before it counts as sent. */
  async #put(name: string, bytes: Uint8Array): Promise<void> {
    const path = join(this.own.folder, 'outbox', name);
    const file = await open(`${path}.part`, 'w', 0o644);
    try {
      await file.writeFile(bytes);
      await file.sync();
    } finally {
      await file.close();
    }
    await rename(`${path}.part`, path);
  }

  async #read(): Promise<Returned> {
    const inbox = join(this.own.folder, 'inbox');
    const names = (await readdir(inbox)).filter((name) => name.endsWith('.tar')).sort();
    if (names.length === 0) return { receipts: [], rejected: [], done: () => Promise.resolve() };
    const platformKey = await this.#platformKey();
    const receipts: Receipt[] = [];
    const rejected: Rejected[] = [];
    const moves: (readonly [string, 'done' | 'failed'])[] = [];
    for (const name of names.slice(0, ROUND)) {
      const raw = await contentOf(join(inbox, name));
      try {
        if (!PACKAGE_NAME.test(name)) throw new DecodeError('malformed', 'the name is not EBDT_<EBDID>.tar');
        receipts.push(...receiptsIn(raw, this.own, platformKey));
        moves.push([name, 'done']);
      } catch (error) {
        if (!(error instanceof DecodeError)) throw error;
        rejected.push({ name, reason: error.reason, detail: error.message, raw });
        moves.push([name, 'failed']);
      }
    }
    return { receipts, rejected, done: () => moveAll(inbox, moves) };
  }

  async #platformKey(): Promise<string | undefined> {
    const { platformKeyFile } = this.own;
    if (platformKeyFile === undefined) return undefined;
    const key = (await readFile(platformKeyFile, 'utf8')).trim();
    if (!/^04[0-9a-f]{128}$/i.test(key))
      throw new Error(`${platformKeyFile} holds no SM2 public key of 130 hex digits`);
    return key;
  }
}

/** A file's bytes, one more than is read at the most; of what is no plain file (a link, a folder, a pipe) none. */
async function contentOf(path: string): Promise<Uint8Array> {
  const { size, isFile } = await lstat(path).then((found) => ({ size: found.size, isFile: found.isFile() }));
  if (!isFile) return new Uint8Array();
  // Not followed even if it became a link meanwhile.
  const file = await open(path, constants.O_RDONLY | constants.O_NOFOLLOW);
  try {
    const bytes = Buffer.alloc(Math.min(size, MAX_TAR_BYTES + 1));
    const { bytesRead } = await file.read(bytes, 0, bytes.length, 0);
    return bytes.subarray(0, bytesRead);
  } finally {
    await file.close();
  }
}

async function moveAll(inbox: string, moves: readonly (readonly [string, 'done' | 'failed'])[]): Promise<void> {
  for (const [name, to] of moves) {
    await mkdir(join(inbox, to), { recursive: true });
    await rename(join(inbox, name), join(inbox, to, name));
  }
}

/** Hex as it is; of any other secret, what SHA-256 makes of it. */
export const privateKeyOf = (secret: string): string =>
  /^[0-9a-f]{64}$/i.test(secret) ? secret.toLowerCase() : createHash('sha256').update(secret).digest('hex');
