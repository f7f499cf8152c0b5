import type { Hj212Packet } from './hj212.js';
import { joinCp } from './hj212-cp.js';

export interface AssemblyLimits {
  /** Of one message, all packets together. */
  readonly maxMessageBytes: number;
  /** Messages under way at once on one connection; the oldest makes room. */
  readonly maxMessages: number;
  /** Since its last packet; then the message is given up. */
  readonly timeoutMs: number;
}

export const DEFAULT_LIMITS: AssemblyLimits = { maxMessageBytes: 131_072, maxMessages: 4, timeoutMs: 120_000 };

export type Assembled =
  /** `raw`: the frames as they came, one after another. */
  | { readonly state: 'complete'; readonly cp: string; readonly raw: Uint8Array }
  | { readonly state: 'waiting' }
  | { readonly state: 'too-large'; readonly raw: Uint8Array };

/** Packets that will never be a message. */
export interface GivenUp {
  readonly packet: Hj212Packet;
  /** Which came, in order. */
  readonly received: readonly number[];
  readonly raw: Uint8Array;
}

interface Open {
  readonly first: Hj212Packet;
  readonly packets: Map<number, { readonly cp: string; readonly raw: Uint8Array }>;
  bytes: number;
  lastAt: number;
}

/**
 * Joins the packets (PNUM, PNO) of one connection's messages. They may come in any order and more than once; a message is known by
 * MN, QN, ST, CN and the number of packets.
 */
export class Hj212Assembly {
  readonly #open = new Map<string, Open>();

  constructor(private readonly limits: AssemblyLimits = DEFAULT_LIMITS) {}

  /** `now` in milliseconds; `raw` is the frame as it came. A packet that is the only one is complete as it is. */
  add(packet: Hj212Packet, now: number, raw: Uint8Array): Assembled {
    const { total, sequence } = packet.packet ?? { total: 1, sequence: 1 };
    if (total === 1) return { state: 'complete', cp: packet.cp, raw };
    const key = JSON.stringify([packet.mn, packet.qn, packet.st, packet.cn, total]);
    const message = this.#open.get(key) ?? { first: packet, packets: new Map(), bytes: 0, lastAt: now };
    this.#open.set(key, message);
    message.bytes += raw.length - (message.packets.get(sequence)?.raw.length ?? 0);
    message.packets.set(sequence, { cp: packet.cp, raw });
    message.lastAt = now;
    const tooLarge = message.bytes > this.limits.maxMessageBytes;
    if (!tooLarge && message.packets.size < total) return { state: 'waiting' };
    this.#open.delete(key);
    if (tooLarge) return { state: 'too-large', raw: rawOf(message) };
    return { state: 'complete', cp: joinCp(inOrder(message).map(({ cp }) => cp)), raw: rawOf(message) };
  }

  /** Takes away what has waited too long, and the oldest above the bound. Call after `add`. */
  expire(now: number): GivenUp[] {
    const byAge = [...this.#open].sort(([, a], [, b]) => a.lastAt - b.lastAt);
    const tooMany = byAge.length - this.limits.maxMessages;
    return byAge
      .filter(([, { lastAt }], at) => at < tooMany || now - lastAt > this.limits.timeoutMs)
      .map(([key, message]) => {
        this.#open.delete(key);
        return {
          packet: message.first,
          received: [...message.packets.keys()].sort((a, b) => a - b),
          raw: rawOf(message),
        };
      });
  }
}

const inOrder = ({ packets }: Open) => [...packets].sort(([a], [b]) => a - b).map(([, each]) => each);
const rawOf = (message: Open): Uint8Array => new Uint8Array(Buffer.concat(inOrder(message).map(({ raw }) => raw)));
