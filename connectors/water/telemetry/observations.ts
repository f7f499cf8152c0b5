import type { ObservationRecord, Outcome, Reject } from '../../../model/record.js';
import { instantOf } from '../../../model/time.js';
import { DecodeError } from '../../shared/codecs/decode-error.js';
import { FUNCTIONS, hex, type Sl651Frame } from '../../shared/codecs/sl651.js';
import { readMessage, type Sl651Message, type Sl651Value } from '../../shared/codecs/sl651-body.js';
import type { Settings } from './config.js';
import { type Meaning, meaningOf } from './elements.js';

/** Functions whose messages hold readings; the others answer commands, which this hub never gives. */
const READINGS: readonly number[] = [
  FUNCTIONS.test,
  FUNCTIONS.evenInterval,
  FUNCTIONS.timed,
  FUNCTIONS.threshold,
  FUNCTIONS.hourly,
  FUNCTIONS.manual,
  FUNCTIONS.queryNow,
  FUNCTIONS.queryPeriod,
  FUNCTIONS.queryManual,
  FUNCTIONS.queryElements,
];

/** The readings of one whole message. `raw` is what came over the line; `body` is joined from all packets. */
export function outcomeOf(frame: Sl651Frame, body: Uint8Array, raw: Uint8Array, settings: Settings): Outcome {
  const name = `function ${hex(frame.function, 2)} of station ${frame.station}`;
  const refuse = (reason: Reject['reason'], detail: string): Outcome => ({
    records: [],
    rejects: [{ raw, reason, detail: `${name}: ${detail}` }],
  });
  if (frame.direction === 'down') return refuse('unsupported', 'a frame from a centre, not from a station');
  if (frame.function === FUNCTIONS.keepAlive) return { records: [], rejects: [] };
  if (frame.function === FUNCTIONS.picture) return refuse('unsupported', 'pictures are acknowledged but not kept');
  if (!READINGS.includes(frame.function)) return refuse('unsupported', 'answers a command and holds no readings');
  try {
    return new Reader(frame, readMessage(frame, body), raw, settings).outcome();
  } catch (error) {
    if (!(error instanceof DecodeError)) throw error;
    return refuse(error.reason, error.message);
  }
}

class Reader {
  readonly #records: ObservationRecord[] = [];
  readonly #rejects = new Map<string, Reject>();

  constructor(
    private readonly frame: Sl651Frame,
    private readonly message: Sl651Message,
    private readonly raw: Uint8Array,
    private readonly settings: Settings,
  ) {}

  outcome(): Outcome {
    for (const value of this.message.values) {
      const meaning = meaningOf(value.id, this.message.stationClass);
      if (meaning) this.#reading(value, meaning);
      // The code alone, so that the ledger counts it and does not fill with every frame that holds it.
      else this.#reject('unsupported', `element ${value.id} is not kept`, Buffer.from(value.id, 'hex'));
    }
    for (const { error, bytes } of this.message.faults)
      this.#reject(error.reason, `${error.message} (${Buffer.from(bytes.subarray(0, 40)).toString('hex')})`);
    return { records: this.#records, rejects: [...this.#rejects.values()] };
  }

  #reading(value: Sl651Value, { property, sensor, relative }: Meaning): void {
    const { station } = this.frame;
    const start = this.#start(value);
    if (!start) return;
    const base = relative ? this.settings.levelBases[station] : undefined;
    const shownSensor = relative ? `${base === undefined ? 'relative' : '5min'}-${sensor}` : sensor;
    const number = value.value === null ? null : sum(Number(value.value), base ?? 0);
    this.#records.push({
      kind: 'observation',
      sourceId: `${station}/${hex(this.frame.function, 2)}/${this.message.serial}-${this.message.sentAt}`,
      raw: this.raw,
      observedAt: new Date(start.getTime() + value.plusMinutes * 60_000),
      originalTime: `${value.observedAt}${value.plusMinutes === 0 ? '' : ` +${value.plusMinutes} min`}`,
      zone: this.settings.zone,
      station,
      property,
      ...(shownSensor === undefined ? {} : { sensor: shownSensor }),
      value: number,
      quality: number === null ? 'MISSING' : this.frame.function === FUNCTIONS.test ? 'SUSPECT' : 'UNCHECKED',
    });
  }

  #start({ id, observedAt }: Sl651Value): Date | undefined {
    const start = observedAt === null ? undefined : instant(observedAt, this.settings.zone);
    if (observedAt === null) this.#reject('missing-time', `element ${id} has no observation time`);
    else if (!start) this.#reject('bad-time', `observation time ${observedAt} is no time`);
    return start;
  }

  /** One of a kind a message: twelve readings without a time are one fault. */
  #reject(reason: Reject['reason'], detail: string, raw: Uint8Array = this.raw): void {
    const text = `function ${hex(this.frame.function, 2)} of station ${this.frame.station}: ${detail}`;
    this.#rejects.set(`${reason} ${detail}`, { raw, reason, detail: text });
  }
}

/** To a tenth of a millimetre: 475.2 and 0.12 are 475.32. */
const sum = (value: number, base: number): number => (base === 0 ? value : Math.round((value + base) * 1e4) / 1e4);

/** YYMMDDHHmm of this century. */
function instant(digits: string, zone: string): Date | undefined {
  const [year = 0, ...rest] = (digits.match(/../g) ?? []).map(Number);
  return instantOf([2000 + year, ...rest], zone);
}
