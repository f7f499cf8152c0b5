import type { Outcome, Reject } from '../../../model/record.js';
import { DecodeError } from '../../shared/codecs/decode-error.js';
import { decode, FUNCTIONS, type Sl651Frame } from '../../shared/codecs/sl651.js';
import { acknowledge, askAgain } from '../../shared/codecs/sl651-answer.js';
import { type Assembled, Sl651Assembly } from '../../shared/codecs/sl651-assembly.js';
import { type Piece, Sl651Splitter } from '../../shared/codecs/sl651-splitter.js';
import { listedStations } from '../../shared/listed-stations.js';
import { withInput } from '../../shared/with-input.js';
import type { Settings } from './config.js';
import { outcomeOf } from './observations.js';

/** What one piece of a connection gives, and what is answered once that is stored. */
export interface Taken extends Outcome {
  readonly answer?: Uint8Array | undefined;
}

/** The frames of one connection in their order: joins packets, reads messages. Does no I/O. */
export class TelemetryReader {
  readonly #assembly = new Sl651Assembly();

  constructor(private readonly settings: Settings) {}

  /** `'end'`: nothing more will come. */
  take(piece: Piece | 'end', now: Date): Taken {
    if (piece === 'end') return { records: [], rejects: this.#givenUp(Number.POSITIVE_INFINITY) };
    try {
      return this.#frame(decode(piece.bytes), piece.bytes, now);
    } catch (error) {
      if (!(error instanceof DecodeError)) throw error;
      // The address of a frame that cannot be trusted cannot either: nobody is answered, and the device sends it again.
      const rejects = [{ raw: piece.bytes, reason: error.reason, detail: error.message }];
      return withInput({ records: [], rejects }, () => piece.bytes);
    }
  }

  #frame(frame: Sl651Frame, raw: Uint8Array, now: Date): Taken {
    // Pictures are not kept: their packets are counted, their content is not held.
    const drop = frame.function === FUNCTIONS.picture && (frame.packet?.sequence ?? 1) > 1;
    const assembled = drop
      ? this.#assembly.add({ ...frame, body: new Uint8Array() }, now.getTime())
      : this.#assembly.add(frame, now.getTime(), raw);
    const taken = this.#assembled(frame, assembled, raw);
    return { ...taken, rejects: [...taken.rejects, ...this.#givenUp(now.getTime())] };
  }

  #assembled(frame: Sl651Frame, assembled: Assembled, raw: Uint8Array): Taken {
    if (assembled.state === 'waiting') return { records: [], rejects: [] };
    if (assembled.state === 'missing') {
      const { head, sequence } = assembled;
      return { records: [], rejects: [], answer: head && askAgain(frame, head, sequence) };
    }
    if (assembled.state === 'too-large')
      return { records: [], rejects: [{ raw, reason: 'too-large', detail: 'a message of too many packets' }] };
    const { body } = assembled;
    const outcome = withInput(outcomeOf(frame, body, frame.packet ? body : raw, this.settings), () => assembled.raw);
    return { ...outcome, answer: acknowledge(frame, body) };
  }

  #givenUp(now: number): Reject[] {
    return this.#assembly.expire(now).map(({ frame, received }) => ({
      raw: frame.body,
      reason: 'truncated',
      detail: `a message of station ${frame.station} is incomplete: ${received} of ${frame.packet?.total} packets came`,
    }));
  }
}

/** All frames of a capture; a file named *.hex holds them as hexadecimal text. Listed stations come first. */
export function normalize(input: Uint8Array, settings: Settings, now: Date, fileName: string): Outcome {
  const bytes = fileName.endsWith('.hex')
    ? Buffer.from(Buffer.from(input).toString('latin1').replace(/\s+/g, ''), 'hex')
    : input;
  const { records, rejects } = readFrames(bytes, settings, now);
  return { records: [...listedStations(settings.stations, settings.crs), ...records], rejects };
}

/** Frames one after another, as if one connection had brought them. */
export function readFrames(bytes: Uint8Array, settings: Settings, now: Date): Outcome {
  const splitter = new Sl651Splitter();
  const reader = new TelemetryReader(settings);
  const taken = [...splitter.push(bytes), ...splitter.end(), 'end' as const].map((piece) => reader.take(piece, now));
  return { records: taken.flatMap(({ records }) => records), rejects: taken.flatMap(({ rejects }) => rejects) };
}
