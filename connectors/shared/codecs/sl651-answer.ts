import { CONTROL, encode, FUNCTIONS, type Sl651Frame } from './sl651.js';

/** The first eight bytes of a message's body, serial number and time of sending: the centre's answer repeats them. */
const HEAD_BYTES = 8;

/**
 * The centre's answer to a frame that is stored: ACK after ETB, for more is to come; else ESC, which ends the exchange and
 * leaves the device on line (EOT would let it hang up). `head` is the body of the message's first packet. Undefined where none
 * is due: keep-alives (mode M1), frames of another centre, and packets of an incomplete message (mode M3 answers once).
 */
export function acknowledge(frame: Sl651Frame, head: Uint8Array = frame.body): Uint8Array | undefined {
  if (frame.direction === 'down' || frame.function === FUNCTIONS.keepAlive || head.length < HEAD_BYTES)
    return undefined;
  const end = frame.end === CONTROL.ETB && !frame.packet ? CONTROL.ACK : CONTROL.ESC;
  return answer(frame, head, end);
}

/** Asks for one packet of a message again: NAK with the packet's number (mode M3). */
export function askAgain(frame: Sl651Frame, head: Uint8Array, sequence: number): Uint8Array | undefined {
  if (!frame.packet || head.length < HEAD_BYTES) return undefined;
  return answer({ ...frame, packet: { total: frame.packet.total, sequence } }, head, CONTROL.NAK);
}

function answer(frame: Sl651Frame, head: Uint8Array, end: number): Uint8Array {
  const { packet, ...rest } = frame;
  const numbered = packet && end === CONTROL.NAK ? { packet } : {};
  return encode({ ...rest, ...numbered, direction: 'down', body: head.subarray(0, HEAD_BYTES), end });
}
