import type { Dial } from '../../connectors/shared/calls/http-call.js';
import type { Party, Signed } from '../../model/exchange.js';
import { jsonOf } from '../canonical.js';
import { AnswersIn } from './file-drop-answers.js';
import { type DropWorld, type FileDropReport, type MadeFile, sweepDone } from './file-drop-folders.js';
import { BundlesIn } from './file-drop-in.js';
import { bundleStem, warningIn } from './file-drop-names.js';
import { writeReceipts } from './file-drop-receipts.js';
import type { FileDropSettings } from './file-drop-settings.js';
import { attachmentsIn, BUNDLE_ENTRY, type Entry, zipOf } from './file-drop-zip.js';
import { LocalStore } from './file-store-local.js';
import { SftpStore } from './file-store-sftp.js';
import type { Answer, Fetcher, OutgoingBundle, Reception, Transport } from './transport.js';

/** For the file's name, which is to be the same each time; whether it is right is for the other side to say. */
function createdAtOf(body: string): string {
  const { createdAt } = (jsonOf(body) ?? {}) as { createdAt?: unknown };
  return typeof createdAt === 'string' && Date.parse(createdAt) > 0 ? createdAt : '2000-01-01T00:00:00.000Z';
}

const SWEEP_MS = 3_600_000;
const TAKEN: Answer = { outcome: 'taken', receipts: [] };

export interface FileDropOptions {
  readonly settings: FileDropSettings;
  readonly own: Party;
  readonly peer: Party;
  readonly dial?: Dial | undefined;
  now(): Date;
  report(report: FileDropReport): void;
  made?(file: MadeFile): void;
}

/**
 * The road of files, here or behind SFTP (docs/exchange-roads.md). Handing over is writing: the other side's answers come as files, so `send`
 * and `sendReceipts` know only what `fetch` has read meanwhile. One object is both ways of the road to one peer.
 */
export class FileDrop implements Transport, Fetcher {
  readonly address: string;
  /** Acks are not signed. */
  readonly hearsay = true;
  readonly #world: DropWorld;
  readonly #answers: AnswersIn;
  readonly #bundles: BundlesIn;
  #swept = Number.NEGATIVE_INFINITY;

  constructor(options: FileDropOptions) {
    const { dial, settings } = options;
    const { place, timeoutMs } = settings;
    const store = place.kind === 'sftp' ? new SftpStore(place, timeoutMs, dial) : new LocalStore(place.path);
    this.address = store.address;
    this.#world = { ...options, store };
    this.#answers = new AnswersIn(this.#world);
    this.#bundles = new BundlesIn(this.#world);
  }

  /** The signature is written last: with it the bundle is there. */
  async send(bundle: OutgoingBundle, _heard: number, signal: AbortSignal): Promise<Answer> {
    const refused = this.#answers.toBundle(bundle.seq);
    if (refused) return refused;
    const { store, settings, made } = this.#world;
    const { body, bundleId: id, seq, kind } = bundle;
    const about = { seq, kind, from: this.#world.own, to: this.#world.peer, createdAt: createdAtOf(body) };
    const stem = bundleStem(about);
    const attachments = attachmentsIn(body);
    await this.#writeWarnings(attachments, about.createdAt, signal);
    const bytes = await zipOf([{ name: BUNDLE_ENTRY, text: body }, ...attachments], new Date(about.createdAt));
    await store.write(`${settings.folders.out}/${stem}.zip`, bytes, signal);
    await store.write(`${settings.folders.out}/${stem}.sig`, Buffer.from(bundle.signature), signal);
    made?.({ name: `${settings.folders.out}/${stem}.zip`, bytes, id, ...about });
    return TAKEN;
  }

  async sendReceipts(receipts: readonly Signed[], _heard: number, signal: AbortSignal): Promise<Answer> {
    const refused = this.#answers.toReceipts();
    if (refused) return refused;
    const { made, now, own, peer } = this.#world;
    for (const { bytes, first, path } of await writeReceipts(this.#world, receipts, signal)) {
      const about = { seq: first, kind: 'receipts', from: own, to: peer, createdAt: now().toISOString() };
      made?.({ name: path, bytes, id: path.slice(path.lastIndexOf('/') + 1), ...about });
    }
    return TAKEN;
  }

  async fetch(reception: Reception, signal: AbortSignal): Promise<boolean> {
    const answers = await this.#answers.round(reception, signal);
    const bundles = await this.#bundles.round(reception, signal);
    const now = this.#world.now().getTime();
    if (now - this.#swept >= SWEEP_MS) {
      this.#swept = now;
      await sweepDone(this.#world, signal);
    }
    return answers || bundles;
  }

  close(): Promise<void> {
    return this.#world.store.close();
  }

  /** Each warning as 12379 platforms take it: a ZIP of its name that holds its one XML. */
  async #writeWarnings(attachments: readonly Entry[], createdAt: string, signal: AbortSignal): Promise<void> {
    const { store, settings } = this.#world;
    const { warnings } = settings.folders;
    if (warnings === undefined) return;
    for (const file of attachments.filter(({ name }) => warningIn(name) !== undefined)) {
      const bytes = await zipOf([file], new Date(createdAt));
      await store.write(`${warnings}/${file.name.replace(/\.xml$/, '.zip')}`, bytes, signal);
    }
  }
}
