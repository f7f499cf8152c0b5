import { createHash, randomUUID } from 'node:crypto';
import { Ajv2020, type ValidateFunction } from 'ajv/dist/2020.js';
import formats from 'ajv-formats';
import type { Party } from '../../model/exchange.js';
import type { MadeFile } from './file-drop-folders.js';
import { WIS2_BYTES, WIS2_CORE, WIS2_SCHEMA } from './wis2-schema.js';

/** As far as a notification is read. */
interface Notice {
  readonly properties: { readonly pubtime: string; readonly data_id: string };
}

/** Why a notification counts for nothing. */
export type Worthless = 'too-long' | 'no-json' | 'bad-shape' | 'other-peer' | 'wrong-time';

const OLDEST_MS = 3_600_000;
const AHEAD_MS = 300_000;

const subject = (from: Party, to: Party): string => `exchange/${from.orgCode}/${to.orgCode}/`;

/** The notification of a file, as text; `base` and its name are its address. */
export function noticeOf(file: MadeFile, base: string, now: Date): string {
  const { name, bytes, id, seq, kind, from, to, createdAt } = file;
  return JSON.stringify({
    id: randomUUID(),
    conformsTo: [WIS2_CORE],
    type: 'Feature',
    geometry: null,
    properties: {
      pubtime: now.toISOString(),
      datetime: createdAt,
      data_id: `${subject(from, to)}${kind}/${String(seq).padStart(9, '0')}/${id}`,
      ...(bytes && { integrity: { method: 'sha512', value: createHash('sha512').update(bytes).digest('base64') } }),
    },
    links: [
      {
        rel: 'canonical',
        href: base + name,
        type: name.endsWith('.zip') ? 'application/zip' : 'application/json',
        ...(bytes && { length: bytes.length }),
      },
    ],
  });
}

/** Judges notifications. `schema` is the text of one that they must fulfil besides; throws where that is none. */
export class NoticeJudge {
  readonly #shapes: readonly ValidateFunction[];

  constructor(
    private readonly from: Party,
    private readonly to: Party,
    schema: string | undefined,
  ) {
    const ajv = new Ajv2020({ strict: false, allErrors: false });
    formats.default(ajv);
    const all: unknown[] = [WIS2_SCHEMA, ...(schema === undefined ? [] : [JSON.parse(schema)])];
    this.#shapes = all.map((shape) => ajv.compile(shape as object));
  }

  /** Undefined where it may be believed as far as such a message can be: whoever reaches the broker can write one. */
  worthless(payload: Uint8Array, now: Date): Worthless | undefined {
    if (payload.length > WIS2_BYTES) return 'too-long';
    let value: unknown;
    try {
      value = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(payload));
    } catch {
      return 'no-json';
    }
    if (!this.#shapes.every((shape) => shape(value))) return 'bad-shape';
    const { pubtime, data_id } = (value as Notice).properties;
    if (!data_id.startsWith(subject(this.from, this.to))) return 'other-peer';
    const age = now.getTime() - Date.parse(pubtime);
    return age > OLDEST_MS || age < -AHEAD_MS ? 'wrong-time' : undefined;
  }
}
