import type { Position } from '../../../model/position.js';
import type { Outcome, Reject, ThresholdRecord } from '../../../model/record.js';
import { DecodeError } from '../codecs/decode-error.js';
import { decode, decodeDamaged, type Hj212Packet, withoutPassword } from '../codecs/hj212.js';
import { answerTo } from '../codecs/hj212-answer.js';
import { type Assembled, Hj212Assembly } from '../codecs/hj212-assembly.js';
import { meaningOf } from '../codecs/hj212-codes.js';
import { Hj212Splitter, type Piece } from '../codecs/hj212-splitter.js';
import { listedStations } from '../listed-stations.js';
import { withInput } from '../with-input.js';
import { refusalOf } from './check.js';
import { answerOf } from './commands.js';
import { outcomeOf } from './message.js';
import type { Hj212Settings } from './settings.js';

/** What one piece of a connection gives, and what is answered once that is stored. */
export interface Taken extends Outcome {
  readonly answer?: Uint8Array | undefined;
}

const NOTHING: Outcome = { records: [], rejects: [] };

/** The frames of one connection in their order: joins packets, reads messages. Does no I/O. What it shows of a frame has no password. */
export class Hj212Reader {
  readonly #assembly = new Hj212Assembly();
  readonly #positions: ReadonlyMap<string, Position | undefined>;

  constructor(private readonly settings: Hj212Settings) {
    const stations = listedStations(settings.stations, settings.crs);
    this.#positions = new Map(stations.map(({ code, position }) => [code, position]));
  }

  /** `'end'`: nothing more will come. */
  take(piece: Piece | 'end', now: Date): Taken {
    if (piece === 'end') return { records: [], rejects: this.#givenUp(Number.POSITIVE_INFINITY) };
    try {
      return this.#packet(decode(piece.bytes), piece.bytes, now);
    } catch (error) {
      if (!(error instanceof DecodeError)) throw error;
      const taken = refused(piece.bytes, error.reason, error.message);
      // 9: CRC is wrong. It may reach a device that did not send this, which will find none of its own in it.
      const damaged = error.reason === 'bad-crc' ? decodeDamaged(piece.bytes) : undefined;
      return { ...taken, answer: damaged && answerTo(damaged, { kind: 'request', code: 9 }) };
    }
  }

  #packet(packet: Hj212Packet, raw: Uint8Array, now: Date): Taken {
    const refusal = refusalOf(packet, this.settings);
    if (refusal) {
      const answer = answerTo(packet, { kind: 'request', code: refusal.code });
      return { ...refused(raw, refusal.reason, refusal.detail), answer };
    }
    const taken = this.#assembled(packet, this.#assembly.add(packet, now.getTime(), raw));
    return { ...taken, rejects: [...taken.rejects, ...this.#givenUp(now.getTime())] };
  }

  #assembled(packet: Hj212Packet, assembled: Assembled): Taken {
    if (assembled.state === 'waiting') return NOTHING;
    const { raw } = assembled;
    if (assembled.state === 'too-large')
      return refused(
        raw,
        'too-large',
        `a message of device ${packet.mn} in ${packet.packet?.total} packets is too long`,
      );
    const shown = withoutPassword(raw);
    const position = this.#positions.get(packet.mn) ?? null;
    const outcome = outcomeOf({ packet, cp: assembled.cp, raw: shown, position }, this.settings);
    const answer = answerOf(packet.cn);
    return { ...withInput(outcome, () => raw), answer: answer && answerTo(packet, answer) };
  }

  #givenUp(now: number): Reject[] {
    return this.#assembly.expire(now).map(({ packet, received, raw }) => ({
      raw: withoutPassword(raw),
      reason: 'truncated',
      detail: `a message of device ${packet.mn}, CN ${packet.cn}, is incomplete: packets ${received.join(', ')} of ${packet.packet?.total} came; it was not answered, so that the device sends it again`,
    }));
  }
}

function refused(raw: Uint8Array, reason: Reject['reason'], detail: string): Outcome {
  return withInput({ records: [], rejects: [{ raw: withoutPassword(raw), reason, detail }] }, () => raw);
}

/** The devices of the settings as stations, with their limits. */
export const listedDevices = ({ stations, crs, codes }: Hj212Settings): Outcome['records'] => [
  ...listedStations(stations, crs),
  ...stations.flatMap(({ code: station, limits }) =>
    Object.entries(limits).flatMap(([code, value]): ThresholdRecord[] => {
      const meaning = codes[code] ?? meaningOf(code);
      if (!meaning) return [];
      const { property, sensor } = meaning;
      const raw = JSON.stringify({ station, code, limit: value });
      return [{ kind: 'threshold', station, property, ...(sensor ? { sensor } : {}), name: 'limit', value, raw }];
    }),
  ),
];

/** Frames one after another, as if one connection had brought them. */
export function readFrames(bytes: Uint8Array, settings: Hj212Settings, now: Date): Outcome {
  const splitter = new Hj212Splitter();
  const reader = new Hj212Reader(settings);
  const taken = [...splitter.push(bytes), ...splitter.end(), 'end' as const].map((piece) => reader.take(piece, now));
  return { records: taken.flatMap(({ records }) => records), rejects: taken.flatMap(({ rejects }) => rejects) };
}
