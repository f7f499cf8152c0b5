import { createHash, randomUUID } from 'node:crypto';
import { FileDrop, type FileDropOptions } from '../../exchange/transports/file-drop.js';
import type { FileDropReport } from '../../exchange/transports/file-drop-folders.js';
import { fileDropSettings } from '../../exchange/transports/file-drop-settings.js';
import type { OutgoingBundle, Reception } from '../../exchange/transports/transport.js';
import { type Bundle, NO_HASH, type Party, type Receipt, Refusal, type Signed } from '../../model/exchange.js';

export const CITY: Party = { orgCode: '65420241600000', division: '654202' };
export const PREFECTURE: Party = { orgCode: '65420041600000', division: '654200' };

const hashOf = (text: string): string => createHash('sha256').update(text).digest('hex');
/** In place of a signature: the roads carry it and never look at it. */
export const sealOf = (body: string): string => `seal..${hashOf(body)}`;
const sealed = (body: string): Signed => ({ body, signature: sealOf(body) });

/** Bundles of one sender, one after another. */
export class Sender {
  #previous = NO_HASH;
  #seq = 0;

  constructor(
    private readonly from: Party,
    private readonly to: Party,
  ) {}

  next(
    attachments: { name: string; type: string; text: string }[] = [],
    kind: Bundle['kind'] = 'warning',
  ): OutgoingBundle {
    const provenance = { department: 'WEATHER' as const, feed: null, changedAt: '2026-11-26T00:00:00.000Z' };
    const item = {
      type: kind,
      id: 'w-1',
      version: '1',
      op: 'upsert' as const,
      payload: { 标题: '大风蓝色预警' },
      provenance,
    };
    const bundle: Bundle = {
      bundleId: randomUUID(),
      seq: ++this.#seq,
      from: this.from,
      to: this.to,
      createdAt: new Date(Date.UTC(2026, 10, 26, 0, 0, this.#seq)).toISOString(),
      kind,
      schemaVersion: '1.0',
      items: [attachments.length > 0 ? { ...item, attachments } : item],
      prevHash: this.#previous,
    };
    const body = JSON.stringify(bundle);
    this.#previous = hashOf(body);
    return { ...sealed(body), bundleId: bundle.bundleId, seq: bundle.seq, kind };
  }
}

/** A reception for trying roads alone: it keeps seq and seals as the hub's own does, in memory and without keys. */
export class Desk implements Reception {
  readonly taken: Bundle[] = [];
  readonly heard: Receipt[] = [];
  /** Thrown for the next bundle. */
  refuse: Refusal | Error | undefined;
  readonly #receipts = new Map<string, Signed>();

  async bundle(signed: Signed): Promise<{ receipts: readonly Signed[] }> {
    const { refuse } = this;
    this.refuse = undefined;
    if (refuse) throw refuse;
    if (signed.signature !== sealOf(signed.body)) throw new Refusal('BAD_SIGNATURE', 'the seal is of another text');
    const known = this.#receipts.get(hashOf(signed.body));
    if (known) return { receipts: [known] };
    const bundle = JSON.parse(signed.body) as Bundle;
    const expected = this.taken.length + 1;
    if (bundle.seq > expected) throw new Refusal('SEQ_GAP', `${expected} is missing`, expected);
    if (bundle.seq < expected) throw new Refusal('SEQ_TAKEN', `${bundle.seq} was another one`);
    this.taken.push(bundle);
    const receipt = receiptOf(bundle, this.taken.length, signed.body);
    this.#receipts.set(hashOf(signed.body), receipt);
    return { receipts: [receipt] };
  }

  async receipts(signed: readonly Signed[]): Promise<{ heard: number }> {
    for (const { body, signature } of signed) {
      const receipt = JSON.parse(body) as Receipt;
      if (signature !== sealOf(body)) throw new Refusal('BAD_SIGNATURE', 'the seal is of another text');
      const expected = this.heard.length + 1;
      if (receipt.number > expected) break;
      if (receipt.number === expected) this.heard.push(receipt);
    }
    return { heard: this.heard.length };
  }
}

export function receiptOf(
  { bundleId, seq, from, to }: Bundle,
  number: number,
  body: string,
  state: Receipt['state'] = 'RECEIVED',
): Signed {
  const receipt: Receipt = {
    number,
    bundleId,
    seq,
    bundleHash: hashOf(body),
    state,
    from: to,
    to: from,
    at: '2026-11-26T00:01:00.000Z',
    faults: [],
    acted: null,
    note: null,
    previous: NO_HASH,
  };
  return sealed(JSON.stringify(receipt));
}

export interface End {
  readonly drop: FileDrop;
  readonly reports: FileDropReport[];
}

/** The two ends of a road over the same folders; what one reads the other writes. */
export function ends(
  place: unknown,
  now: () => Date,
  more: { settings?: object; folders?: object; made?: FileDropOptions['made'] } = {},
): { city: End; prefecture: End } {
  const end = (own: Party, peer: Party, folders: object): End => {
    const reports: FileDropReport[] = [];
    const settings = fileDropSettings.parse({ place, folders, ...more.settings });
    const made = more.made === undefined ? {} : { made: more.made };
    return { drop: new FileDrop({ settings, own, peer, now, report: (said) => reports.push(said), ...made }), reports };
  };
  return {
    city: end(CITY, PREFECTURE, {
      out: 'up',
      in: 'down',
      ack: 'up-answers',
      answer: 'down-answers',
      done: 'city/done',
      bad: 'city/bad',
      ...more.folders,
    }),
    prefecture: end(PREFECTURE, CITY, {
      out: 'down',
      in: 'up',
      ack: 'down-answers',
      answer: 'up-answers',
      done: 'pref/done',
      bad: 'pref/bad',
    }),
  };
}
