import { ackFileName, write12379Ack } from '../../connectors/shared/codecs/alert-12379-ack.js';
import { Refusal, type RefusalCode } from '../../model/exchange.js';
import { type DropWorld, putAside, putAway, ROAD, refusalOf } from './file-drop-folders.js';
import { Gaps } from './file-drop-gaps.js';
import { type BundleName, readBundleStem, warningIn } from './file-drop-names.js';
import { Patience } from './file-drop-patience.js';
import { writeReceipts } from './file-drop-receipts.js';
import { unpackBundle } from './file-drop-unzip.js';
import type { Entry } from './file-drop-zip.js';
import type { Reception } from './transport.js';

/** Of one round; the others come in the next. */
const ROUND = 20;
const SIGNATURE_BYTES = 20_000;
/** As if all receipts were known: the others go by sendReceipts. */
const ITS_OWN_ONLY = Number.MAX_SAFE_INTEGER;

/** The other side's bundles in our `in`: taken in the order of their seq, answered in `answer`, and moved to `done` or `bad`. */
export class BundlesIn {
  readonly #gaps: Gaps;
  readonly #patience: Patience;
  /** Signatures seen without their archive in the round before. */
  #lonely = new Set<string>();

  constructor(private readonly world: DropWorld) {
    this.#gaps = new Gaps(world);
    this.#patience = new Patience(world.settings.patienceHours * 3_600_000);
  }

  /** Whether there is more to take at once. */
  async round(reception: Reception, signal: AbortSignal): Promise<boolean> {
    const { store, settings } = this.world;
    const files = await store.list(settings.folders.in, signal);
    const names = new Set(files.map(({ name }) => name));
    this.#patience.keep(names);
    await this.#clear(names, signal);
    const waiting = files
      .map(({ name }) => (name.endsWith('.zip') ? this.#ours(name.slice(0, -4)) : undefined))
      .filter((found): found is BundleName => found !== undefined && names.has(`${found.stem}.sig`))
      .sort((a, b) => a.seq - b.seq);
    let taken = 0;
    for (const name of waiting) {
      if (taken === ROUND) return true;
      const next = await this.#take(name, reception, signal);
      if (next === 'stop') return false;
      if (next === 'taken') taken++;
    }
    return false;
  }

  #ours(stem: string): BundleName | undefined {
    const { own, peer } = this.world;
    const found = readBundleStem(stem);
    return found?.from === peer.orgCode && found.to === own.orgCode ? found : undefined;
  }

  async #take(name: BundleName, reception: Reception, signal: AbortSignal): Promise<'taken' | 'left' | 'stop'> {
    const { store, settings, now } = this.world;
    const [zip, sig] = ['zip', 'sig'].map((ending) => `${settings.folders.in}/${name.stem}.${ending}`) as [
      string,
      string,
    ];
    const packed = await store.read(zip, settings.limits.zipBytes, signal);
    const signature = await store.read(sig, SIGNATURE_BYTES, signal);
    if (!packed || !signature) return 'left';
    let by: 'road' | 'reception' = 'road';
    try {
      if (signature.length > SIGNATURE_BYTES)
        throw new Refusal('TOO_LARGE', `a signature of more than ${SIGNATURE_BYTES} bytes`);
      // What is longer than a bundle may be is read, too: only then it is known who has signed it.
      const { body, attachments } = await unpackBundle(packed, settings.limits, settings.limits.unpackedBytes);
      const signed = { body, signature: signature.toString('utf8').trim() };
      by = 'reception';
      const { receipts, setAside } = await reception.bundle(signed, ROAD, ITS_OWN_ONLY, true);
      await writeReceipts(this.world, receipts, signal);
      this.#gaps.closed('bundles');
      if (setAside) throw setAside;
      await this.#accept(name, attachments, signal);
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
      if (error.code === 'SEQ_GAP') await this.#gaps.missing('bundles', error.expected, signal);
      if (error.code === 'SEQ_GAP' || error.code === 'NOT_NOW') return 'stop';
      if (this.#patience.waits(`${name.stem}.zip`, error, now())) return 'left';
      await this.#acknowledge(name.stem, error.code, error.reason, signal);
      await putAside(this.world, [zip, sig], { ...refusalOf(error), by }, signal);
      return 'taken';
    }
    await putAway(this.world, zip, 'done', signal);
    await putAway(this.world, sig, 'done', signal);
    return 'taken';
  }

  /** One ack for the bundle, and one for each warning in it under the name that 12379 platforms give theirs. */
  async #accept({ stem }: BundleName, attachments: readonly Entry[], signal: AbortSignal): Promise<void> {
    const { store, settings, own, peer, now } = this.world;
    await this.#acknowledge(stem, null, null, signal);
    for (const { name } of attachments) {
      const identifier = warningIn(name);
      if (identifier === undefined) continue;
      const file = ackFileName({ identifier, from: own.division, to: peer.division, at: now(), accepted: true });
      const text = write12379Ack({ status: '0', errorCode: null, note: null });
      await store.write(`${settings.folders.answer}/${file}`, Buffer.from(text), signal);
    }
  }

  async #acknowledge(stem: string, code: RefusalCode | null, note: string | null, signal: AbortSignal): Promise<void> {
    const { store, settings } = this.world;
    const text = write12379Ack({ status: code === null ? '0' : '1', errorCode: code, note });
    await store.write(`${settings.folders.answer}/${stem}.ack.xml`, Buffer.from(text), signal);
  }

  /** A signature whose archive was moved away before the hub ended: the archive always comes first. */
  async #clear(names: ReadonlySet<string>, signal: AbortSignal): Promise<void> {
    const lonely = [...names].filter(
      (name) => name.endsWith('.sig') && this.#ours(name.slice(0, -4)) && !names.has(name.replace(/\.sig$/, '.zip')),
    );
    for (const name of lonely.filter((name) => this.#lonely.has(name)).slice(0, ROUND))
      await putAway(this.world, `${this.world.settings.folders.in}/${name}`, 'done', signal);
    this.#lonely = new Set(lonely);
  }
}
