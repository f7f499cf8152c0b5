import { DecodeError } from './decode-error.js';
import { hex, type Sl651Frame } from './sl651.js';
import { type Element, readElement } from './sl651-elements.js';

/** What every message begins with. */
export interface BodyHead {
  readonly serial: number;
  /** YYMMDDHHmmss, the station's clock. */
  readonly sentAt: string;
}

/** One value with everything that is needed to place it. */
export interface Sl651Value {
  /** Element code, two or four ("FF01") hexadecimal digits. */
  readonly id: string;
  /** Exact decimal text, e.g. "-12.50"; null where the station says that it has no value. */
  readonly value: string | null;
  /** YYMMDDHHmm, and the minutes to add to it; null where no observation time came before the element. */
  readonly observedAt: string | null;
  readonly plusMinutes: number;
}

export interface Sl651Message extends BodyHead {
  /** The station's class, e.g. 0x48 river, 0x4B reservoir, 0x50 rain; null where the message does not say. */
  readonly stationClass: number | null;
  readonly values: readonly Sl651Value[];
  /** What cannot be used: one element where its length is sound, else everything from there to the end. */
  readonly faults: readonly { readonly error: DecodeError; readonly bytes: Uint8Array }[];
}

const TIME = 0xf0;
const STATION = 0xf1;
const TEXT = 0xf2;
const PICTURE = 0xf3;
const STEP = 0x04;

/** Serial number and time of sending. Throws DecodeError where they are not there. */
export function readHead(body: Uint8Array): BodyHead {
  if (body.length < 8) throw new DecodeError('malformed', `a body of ${body.length} bytes, without time of sending`);
  const bytes = Buffer.from(body.buffer, body.byteOffset, body.length);
  const sentAt = bytes.toString('hex', 2, 8);
  if (!/^\d+$/.test(sentAt)) throw new DecodeError('bad-time', `time of sending ${sentAt} is not BCD`);
  return { serial: bytes.readUInt16BE(0), sentAt };
}

/** Reads a whole message's body (all packets joined) element by element. Never shifts: where a length cannot be trusted, it stops. */
export function readMessage(frame: Sl651Frame, body: Uint8Array): Sl651Message {
  return new BodyReader(frame, body).read();
}

class BodyReader {
  readonly #values: Sl651Value[] = [];
  readonly #faults: { error: DecodeError; bytes: Uint8Array }[] = [];
  #stationClass: number | null = null;
  #observedAt: string | null = null;
  #at = 8;

  constructor(
    private readonly frame: Sl651Frame,
    private readonly body: Uint8Array,
  ) {}

  read(): Sl651Message {
    const head = readHead(this.body);
    while (this.#at < this.body.length) {
      const from = this.#at;
      try {
        this.#next();
      } catch (error) {
        if (!(error instanceof DecodeError)) throw error;
        this.#faults.push({ error, bytes: this.body.subarray(from) });
        this.#at = this.body.length;
      }
    }
    return { ...head, stationClass: this.#stationClass, values: this.#values, faults: this.#faults };
  }

  #next(): void {
    const id = this.body[this.#at] ?? 0;
    if (id === TIME || id === STATION) this.#guide(id);
    else if (id === TEXT || id === PICTURE) this.#rest(id);
    else if (id === STEP) this.#series();
    else this.#element(readElement(this.body, this.#at), 0);
  }

  /** F0F0 with the observation time, F1F1 with the station's address and class. */
  #guide(id: number): void {
    const start = this.#at + 2;
    if (this.body[this.#at + 1] !== id || this.body.length < start + 5)
      throw new DecodeError('malformed', `${hex(id, 2)} without the second ${hex(id, 2)} and five bytes`);
    const digits = Buffer.from(this.body.subarray(start, start + 5))
      .toString('hex')
      .toUpperCase();
    this.#at = start + 5;
    if (id === TIME) {
      if (!/^\d+$/.test(digits)) throw new DecodeError('bad-time', `observation time ${digits} is not BCD`);
      this.#observedAt = digits;
      return;
    }
    if (digits !== this.frame.station)
      throw new DecodeError('malformed', `tells of station ${digits} in a frame of ${this.frame.station}`);
    // Answers to commands name the station without its class.
    if (this.#at < this.body.length) this.#stationClass = this.body[this.#at++] ?? null;
  }

  /** Typed-in text and pictures run to the end of the message. */
  #rest(id: number): void {
    const what =
      id === TEXT ? 'F2: what was typed in at the station (SL 330 text)' : 'F3: a picture; pictures are not kept';
    throw new DecodeError('unsupported', `${what} is not read`);
  }

  #element(element: Element, plusMinutes: number): void {
    this.#at = element.end;
    if (element.fault)
      this.#faults.push({ error: element.fault, bytes: this.body.subarray(element.start, element.end) });
    for (const [index, value] of element.values.entries())
      this.#values.push({
        id: element.id,
        value,
        observedAt: this.#observedAt,
        plusMinutes: plusMinutes + index * element.minutesApart,
      });
  }

  /** 04, the time step, then values at that step to the end of the message; or plain elements that only name their step. */
  #series(): void {
    const step = this.#step();
    const first = readElement(this.body, this.#at);
    const run = first.end < this.body.length ? this.#run(first, step) : undefined;
    if (run && this.#listable(first.end))
      throw new DecodeError('malformed', `values of ${first.id} and other elements cannot be told apart`);
    for (const { element, plusMinutes } of run ?? [{ element: first, plusMinutes: 0 }])
      this.#element(element, plusMinutes);
  }

  /** Minutes; DDHHmm in BCD. */
  #step(): number {
    const digits = Buffer.from(this.body.subarray(this.#at + 2, this.#at + 5)).toString('hex');
    if (this.body[this.#at + 1] !== 0x18 || !/^\d{6}$/.test(digits))
      throw new DecodeError('malformed', `time step 04 ${digits} is not three bytes of BCD`);
    this.#at += 5;
    const [days = 0, hours = 0, minutes = 0] = (digits.match(/../g) ?? []).map(Number);
    const step = (days * 24 + hours) * 60 + minutes;
    if (step === 0) throw new DecodeError('malformed', 'a time step of nothing');
    return step;
  }

  /** The rest of the body as further values of one element. */
  #run(first: Element, step: number): { element: Element; plusMinutes: number }[] | undefined {
    const size = first.end - first.dataStart;
    if ((this.body.length - first.dataStart) % size !== 0) return undefined;
    const head = this.body.subarray(first.start, first.dataStart);
    const run: { element: Element; plusMinutes: number }[] = [];
    for (let at = first.dataStart; at < this.body.length; at += size) {
      const element = readElement(Buffer.concat([head, this.body.subarray(at, at + size)]), 0);
      if (element.fault) return undefined;
      // An array is an hour, whatever the step between its own readings.
      const plusMinutes = run.length * (element.minutesApart > 0 ? 60 : step);
      run.push({ element: { ...element, start: at, end: at + size }, plusMinutes });
    }
    return run;
  }

  /** Whether sound elements fill the body from `at` on. */
  #listable(at: number): boolean {
    for (let next = at; next < this.body.length; ) {
      const id = this.body[next] ?? 0;
      if (id >= TIME && id <= PICTURE) return this.body[next + 1] === id;
      try {
        const element = readElement(this.body, next);
        if (element.fault) return false;
        next = element.end;
      } catch {
        return false;
      }
    }
    return true;
  }
}
