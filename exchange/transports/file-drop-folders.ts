import type { Party, Refusal, RefusalCode } from '../../model/exchange.js';
import type { FileDropSettings } from './file-drop-settings.js';
import type { FileStore } from './file-store.js';

/** What the road tells its owner, beside what goes through its contract. */
export type FileDropReport =
  /** A file was put aside in `bad`, with its reason beside it. */
  | {
      readonly what: 'put-aside';
      readonly file: string;
      readonly code: RefusalCode;
      readonly reason: string;
      /** The reception writes down what it refuses; what the road itself refuses is written nowhere else. */
      readonly by: 'road' | 'reception';
    }
  /** The other side acknowledged a bundle of ours, or one of our warnings on a 12379 platform. Unsigned: it says something and proves nothing. */
  | {
      readonly what: 'ack';
      /** A bundle's file name without ending, or a warning's identifier. */
      readonly of: string;
      readonly accepted: boolean;
      readonly status: string;
      readonly errorCode: string | null;
      readonly note: string | null;
    }
  /** Something is missing and was asked for, or was asked of us. */
  | {
      readonly what: 'gap';
      readonly asked: 'them' | 'us';
      readonly of: 'bundles' | 'receipts';
      readonly expected: number;
    };

/** A bundle or receipts lie ready, as a file or to be asked for. */
export interface MadeFile {
  /** The end of its address. */
  readonly name: string;
  /** What is found there; null where that is an answer which holds more than the bundle. */
  readonly bytes: Uint8Array | null;
  /** Tells it from all others of the sender. */
  readonly id: string;
  /** A bundle's seq, or the number of the first receipt. */
  readonly seq: number;
  /** A bundle's kind, or "receipts". */
  readonly kind: string;
  readonly from: Party;
  readonly to: Party;
  /** RFC 3339 UTC. */
  readonly createdAt: string;
}

/** With what every part of the road works. */
export interface DropWorld {
  readonly settings: FileDropSettings;
  readonly store: FileStore;
  readonly own: Party;
  readonly peer: Party;
  now(): Date;
  report(report: FileDropReport): void;
  /** Told of bundles and receipts once their files are there. */
  made?(file: MadeFile): void;
}

export const ROAD = 'file-drop';
const SWEPT = 1000;

const stampOf = (at: Date): string => at.toISOString().replaceAll(/[-:.]/g, '');

/** Moves a file out of the way as "20261126T081500000Z_name", never over another. */
export async function putAway(
  { store, settings, now }: DropWorld,
  path: string,
  where: 'done' | 'bad',
  signal: AbortSignal,
): Promise<void> {
  const name = path.slice(path.lastIndexOf('/') + 1);
  const target = `${settings.folders[where]}/${stampOf(now())}_${name}`;
  for (let nth = 1; nth < 100; nth++)
    if (await store.move(path, nth === 1 ? target : `${target}~${nth}`, signal)) return;
  throw new Error(`${name} cannot be moved to ${settings.folders[where]}: too many files of this name are there`);
}

export type PutAside = Pick<Extract<FileDropReport, { what: 'put-aside' }>, 'code' | 'reason' | 'by'>;

/** Puts files of one thing into `bad`, why beside the first of them, and tells the owner. */
export async function putAside(
  world: DropWorld,
  paths: readonly string[],
  { by, code, reason }: PutAside,
  signal: AbortSignal,
): Promise<void> {
  const { store, settings, now, report } = world;
  const [first = ''] = paths;
  const file = first.slice(first.lastIndexOf('/') + 1);
  await store.write(
    `${settings.folders.bad}/${stampOf(now())}_${file}.txt`,
    Buffer.from(`${code}: ${reason}\n`),
    signal,
  );
  for (const path of paths) await putAway(world, path, 'bad', signal);
  report({ what: 'put-aside', file, code, reason, by });
}

export const refusalOf = ({ code, reason }: Refusal): Pick<PutAside, 'code' | 'reason'> => ({ code, reason });

/** Deletes what has been in `done` longer than is set, at most so many at once. */
export async function sweepDone({ store, settings, now }: DropWorld, signal: AbortSignal): Promise<void> {
  const before = stampOf(new Date(now().getTime() - settings.keepDays * 86_400_000));
  const old = (await store.list(settings.folders.done, signal)).filter(
    ({ name }) => /^\d{8}T\d{9}Z_/.test(name) && name < before,
  );
  for (const { name } of old.slice(0, SWEPT)) await store.remove(`${settings.folders.done}/${name}`, signal);
}
