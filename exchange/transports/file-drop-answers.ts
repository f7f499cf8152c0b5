import { MAX_ACK_BYTES, read12379Ack, readAckFileName } from '../../connectors/shared/codecs/alert-12379-ack.js';
import { DecodeError } from '../../connectors/shared/codecs/decode-error.js';
import { REFUSALS, Refusal, type RefusalCode } from '../../model/exchange.js';
import { type DropWorld, putAside, putAway, ROAD, refusalOf } from './file-drop-folders.js';
import { Gaps } from './file-drop-gaps.js';
import { type Counted, readBundleStem, readGapFile, readReceiptsFile } from './file-drop-names.js';
import { Patience } from './file-drop-patience.js';
import { lastNumber, RECEIPTS_FILE_BYTES, readReceipts } from './file-drop-receipts.js';
import type { Reception, Refused } from './transport.js';

/** Of one round. */
const ROUND = 100;
const REMEMBERED = 1000;

/**
 * What the other side answers in our `ack`. Its receipts go to the reception. What it refuses or misses is kept until the next call of the
 * transport that it concerns, and is that call's answer: so the sender learns it as on roads that answer at once.
 */
export class AnswersIn {
  readonly #gaps: Gaps;
  readonly #patience: Patience;
  readonly #refused = new Map<number, Refused>();
  readonly #asked = new Map<Counted, number>();

  constructor(private readonly world: DropWorld) {
    this.#gaps = new Gaps(world);
    this.#patience = new Patience(world.settings.patienceHours * 3_600_000);
  }

  /** The answer to a bundle handed over before, or to one that must not come yet; given once. */
  toBundle(seq: number): Refused | undefined {
    const expected = this.#asked.get('bundles');
    if (expected !== undefined) {
      this.#asked.delete('bundles');
      if (expected < seq) return missing(expected, 'bundle');
    }
    const refused = this.#refused.get(seq);
    this.#refused.delete(seq);
    return refused;
  }

  toReceipts(): Refused | undefined {
    const expected = this.#asked.get('receipts');
    this.#asked.delete('receipts');
    return expected === undefined ? undefined : missing(expected, 'receipt');
  }

  async round(reception: Reception, signal: AbortSignal): Promise<boolean> {
    const { store, settings, own, peer } = this.world;
    const files = (await store.list(settings.folders.ack, signal)).map(({ name }) => name);
    this.#patience.keep(new Set(files));
    let said = 0;
    for (const name of files) {
      if (said === ROUND) return true;
      const gap = readGapFile(name, peer, own);
      if (gap) await this.#asks(name, gap.what, gap.expected, signal);
      if (gap || (await this.#ack(name, signal))) said++;
    }
    const receipts = files
      .map((name) => ({ name, first: readReceiptsFile(name, peer, own) }))
      .filter((file): file is { name: string; first: number } => file.first !== undefined)
      .sort((a, b) => a.first - b.first);
    for (const { name } of receipts.slice(0, ROUND)) if (!(await this.#receipts(name, reception, signal))) return false;
    return receipts.length > ROUND;
  }

  /** Whether to go on with the next file. */
  async #receipts(name: string, reception: Reception, signal: AbortSignal): Promise<boolean> {
    const path = `${this.world.settings.folders.ack}/${name}`;
    const bytes = await this.world.store.read(path, RECEIPTS_FILE_BYTES, signal);
    if (!bytes) return true;
    let by: 'road' | 'reception' = 'road';
    try {
      const receipts = readReceipts(bytes);
      by = 'reception';
      const { heard } = await reception.receipts(receipts, ROAD);
      if (heard < lastNumber(receipts)) {
        await this.#gaps.missing('receipts', heard + 1, signal);
        return false;
      }
      this.#gaps.closed('receipts');
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
      if (error.code === 'NOT_NOW') return false;
      if (!this.#patience.waits(name, error, this.world.now()))
        await putAside(this.world, [path], { ...refusalOf(error), by }, signal);
      return true;
    }
    await putAway(this.world, path, 'done', signal);
    return true;
  }

  /** Anybody who may write here may ask; it costs no more than to send again what was sent. */
  async #asks(name: string, of: Counted, expected: number, signal: AbortSignal): Promise<void> {
    await putAway(this.world, `${this.world.settings.folders.ack}/${name}`, 'done', signal);
    if (expected < 1) return;
    this.#asked.set(of, Math.min(expected, this.#asked.get(of) ?? expected));
    this.world.report({ what: 'gap', asked: 'us', of, expected });
  }

  /** Whether it was one. */
  async #ack(name: string, signal: AbortSignal): Promise<boolean> {
    const { store, settings, own, peer, report } = this.world;
    const bundle = name.endsWith('.ack.xml') ? readBundleStem(name.slice(0, -8)) : undefined;
    const ours = bundle?.from === own.orgCode && bundle.to === peer.orgCode ? bundle : undefined;
    const of = ours?.stem ?? readAckFileName(name)?.identifier;
    if (of === undefined) return false;
    const path = `${settings.folders.ack}/${name}`;
    const bytes = await store.read(path, MAX_ACK_BYTES, signal);
    if (!bytes) return true;
    try {
      const ack = read12379Ack(bytes);
      if (ours && !ack.accepted) this.#refuse(ours.seq, ack.errorCode, ack.note);
      report({ what: 'ack', of, ...ack });
    } catch (error) {
      if (!(error instanceof DecodeError)) throw error;
      await putAside(this.world, [path], { code: 'BAD_SHAPE', reason: error.message, by: 'road' }, signal);
      return true;
    }
    await putAway(this.world, path, 'done', signal);
    return true;
  }

  #refuse(seq: number, errorCode: string | null, note: string | null): void {
    const known = errorCode !== null && Object.hasOwn(REFUSALS, errorCode);
    const code = known ? (errorCode as RefusalCode) : 'BAD_SHAPE';
    const reason =
      [known ? null : errorCode, note].filter(Boolean).join(': ').slice(0, 1000) || 'refused without a reason';
    const [oldest] = this.#refused.keys();
    if (oldest !== undefined && this.#refused.size >= REMEMBERED) this.#refused.delete(oldest);
    this.#refused.set(seq, { outcome: 'refused', code, reason, expected: undefined });
  }
}

const missing = (expected: number, what: string): Refused => ({
  outcome: 'refused',
  code: 'SEQ_GAP',
  reason: `the other side misses ${what} ${expected} and asks for it`,
  expected,
});
