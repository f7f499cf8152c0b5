import { CONTROL, type Sl651Frame } from './sl651.js';

export interface AssemblyLimits {
  /** Of one message, all packets together. */
  readonly maxMessageBytes: number;
  /** Messages under way at once; the oldest makes room. */
  readonly maxMessages: number;
  /** Since its last packet; then the message is given up. */
  readonly timeoutMs: number;
}

export const DEFAULT_LIMITS: AssemblyLimits = { maxMessageBytes: 131_072, maxMessages: 2, timeoutMs: 120_000 };

export type Assembled =
  /** `raw`: the frames as they came, one after another. */
  | { readonly state: 'complete'; readonly body: Uint8Array; readonly raw: Uint8Array }
  /** The device has said its last, packets are missing: the first of them, and the first packet's body where that came. */
  | { readonly state: 'missing'; readonly sequence: number; readonly head: Uint8Array | undefined }
  | { readonly state: 'waiting' }
  | { readonly state: 'too-large' };

/** Packets that will never be a message. */
export interface GivenUp {
  readonly frame: Sl651Frame;
  readonly received: number;
}

interface Packet {
  readonly body: Uint8Array;
  readonly raw: Uint8Array;
}

interface Open {
  readonly frame: Sl651Frame;
  readonly packets: Map<number, Packet>;
  bytes: number;
  lastAt: number;
}

/**
 * Joins the packets of messages (SYN, mode M3) of one connection. Packets may come in any order and more than once; a message is
 * known by station, function and number of packets, for only its first packet holds the serial number.
 */
export class Sl651Assembly {
  readonly #open = new Map<string, Open>();

  constructor(private readonly limits: AssemblyLimits = DEFAULT_LIMITS) {}

  /** `now` in milliseconds; `raw` is the frame as it came. A frame that is no packet is complete as it is. */
  add(frame: Sl651Frame, now: number, raw: Uint8Array = new Uint8Array()): Assembled {
    const { packet } = frame;
    if (!packet) return { state: 'complete', body: frame.body, raw };
    const key = `${frame.station}/${frame.function}/${packet.total}`;
    const message = this.#open.get(key) ?? { frame, packets: new Map<number, Packet>(), bytes: 0, lastAt: now };
    this.#open.set(key, message);
    message.bytes += frame.body.length - (message.packets.get(packet.sequence)?.body.length ?? 0);
    message.packets.set(packet.sequence, { body: frame.body, raw });
    message.lastAt = now;
    if (message.bytes > this.limits.maxMessageBytes) {
      this.#open.delete(key);
      return { state: 'too-large' };
    }
    if (message.packets.size === packet.total) {
      this.#open.delete(key);
      return { state: 'complete', body: join(message.packets, 'body'), raw: join(message.packets, 'raw') };
    }
    // A packet sent once more closes with ETX too.
    if (frame.end === CONTROL.ETB) return { state: 'waiting' };
    return { state: 'missing', sequence: firstMissing(message.packets), head: message.packets.get(1)?.body };
  }

  /** Takes away what has waited too long, and the oldest above the bound. Call after `add`. */
  expire(now: number): GivenUp[] {
    const byAge = [...this.#open].sort(([, a], [, b]) => a.lastAt - b.lastAt);
    const tooMany = byAge.length - this.limits.maxMessages;
    return byAge
      .filter(([, { lastAt }], at) => at < tooMany || now - lastAt > this.limits.timeoutMs)
      .map(([key, { frame, packets }]) => {
        this.#open.delete(key);
        return { frame, received: packets.size };
      });
  }
}

function join(packets: Open['packets'], what: keyof Packet): Uint8Array {
  const inOrder = [...packets].sort(([a], [b]) => a - b);
  return new Uint8Array(Buffer.concat(inOrder.map(([, packet]) => packet[what])));
}

function firstMissing(packets: Open['packets']): number {
  let sequence = 1;
  while (packets.has(sequence)) sequence += 1;
  return sequence;
}
