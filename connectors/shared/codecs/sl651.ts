import { DecodeError } from './decode-error.js';

/** 12 bits of length, and the 17 bytes around the body. */
export const MAX_FRAME_BYTES = 4095 + 17;
/** From the start to the body: 7E7E, addresses, password, function, direction and length, STX or SYN. */
export const HEADER_BYTES = 14;
const TAIL_BYTES = 3;

/** Function codes that a station sends by itself or as an answer to a query of data (SL 651-2014 annex B). */
export const FUNCTIONS = {
  keepAlive: 0x2f,
  test: 0x30,
  evenInterval: 0x31,
  timed: 0x32,
  threshold: 0x33,
  hourly: 0x34,
  manual: 0x35,
  picture: 0x36,
  queryNow: 0x37,
  queryPeriod: 0x38,
  queryManual: 0x39,
  queryElements: 0x3a,
} as const;

/** Control characters that start and end a body (table 2 of the standard). */
export const CONTROL = {
  STX: 0x02,
  ETX: 0x03,
  EOT: 0x04,
  ENQ: 0x05,
  ACK: 0x06,
  NAK: 0x15,
  SYN: 0x16,
  ETB: 0x17,
  ESC: 0x1b,
} as const;
const STARTS: readonly number[] = [CONTROL.STX, CONTROL.SYN];
const ENDS = {
  up: [CONTROL.ETX, CONTROL.ETB, CONTROL.ENQ],
  down: [CONTROL.ENQ, CONTROL.EOT, CONTROL.ACK, CONTROL.NAK, CONTROL.ESC],
} as const satisfies Record<string, readonly number[]>;

/** One HEX/BCD frame (SL 651-2014 clause 6.5), taken apart but with its body unread. */
export interface Sl651Frame {
  readonly direction: 'up' | 'down';
  readonly center: number;
  /** Ten hexadecimal digits, upper case; a hydrological station's are its eight digits after "00". */
  readonly station: string;
  readonly password: number;
  readonly function: number;
  /** Present where the body is one packet of several; both count from 1, at most 4095. */
  readonly packet?: { readonly total: number; readonly sequence: number };
  /** Between STX (or the packet's number) and the closing character, 4095 bytes at most, 4092 in a packet. */
  readonly body: Uint8Array;
  /** The closing character, one of CONTROL. */
  readonly end: number;
}

/** CRC-16/MODBUS. */
export function crc16(bytes: Uint8Array): number {
  let crc = 0xffff;
  for (const byte of bytes) {
    crc ^= byte;
    for (let bit = 0; bit < 8; bit += 1) crc = crc & 1 ? (crc >> 1) ^ 0xa001 : crc >> 1;
  }
  return crc;
}

/** The whole length of the frame whose first 14 bytes stand at `at`; undefined where these cannot be a frame's start. */
export function frameLength(bytes: Uint8Array, at = 0): number | undefined {
  if (bytes.length < at + HEADER_BYTES || bytes[at] !== 0x7e || bytes[at + 1] !== 0x7e) return undefined;
  const flags = bytes[at + 11] ?? 0;
  if ((flags >> 4 !== 0 && flags >> 4 !== 8) || !STARTS.includes(bytes[at + 13] ?? 0)) return undefined;
  const length = ((flags & 0x0f) << 8) | (bytes[at + 12] ?? 0);
  return length === 0 ? undefined : HEADER_BYTES + length + TAIL_BYTES;
}

/** Takes exactly one frame apart. Throws DecodeError `truncated`, `bad-crc` or `malformed`; of such a frame nothing can be trusted. */
export function decode(bytes: Uint8Array): Sl651Frame {
  if (bytes[0] !== 0x7e || (bytes.length > 1 && bytes[1] !== 0x7e))
    throw new DecodeError('malformed', 'does not start with 7E7E');
  if (bytes.length < HEADER_BYTES) throw new DecodeError('truncated', `ends after ${bytes.length} bytes of its header`);
  const length = frameLength(bytes);
  if (length === undefined)
    throw new DecodeError('malformed', 'has no direction 0 or 8, no length, or no STX or SYN where they belong');
  if (bytes.length < length) throw new DecodeError('truncated', `says ${length} bytes, has ${bytes.length}`);
  const whole = Buffer.from(bytes.buffer, bytes.byteOffset, length);
  const [said, counted] = [whole.readUInt16BE(length - 2), crc16(whole.subarray(0, length - 2))];
  if (said !== counted) throw new DecodeError('bad-crc', `CRC ${hex(said, 4)}, counted ${hex(counted, 4)}`);
  if (bytes.length > length) throw new DecodeError('malformed', `${bytes.length - length} bytes follow its end`);
  return fields(whole);
}

function fields(whole: Buffer): Sl651Frame {
  const direction = (whole[11] ?? 0) >> 4 === 8 ? 'down' : 'up';
  const end = whole[whole.length - TAIL_BYTES] ?? 0;
  if (!(ENDS[direction] as readonly number[]).includes(end))
    throw new DecodeError('malformed', `closes with ${hex(end, 2)}, which closes nothing in this direction`);
  // Downwards the station's address comes first.
  const [stationAt, centerAt] = direction === 'up' ? [3, 2] : [2, 7];
  const content = whole.subarray(HEADER_BYTES, -TAIL_BYTES);
  const packet = whole[13] === CONTROL.SYN ? packetOf(content) : undefined;
  return {
    direction,
    center: whole[centerAt] ?? 0,
    station: whole.toString('hex', stationAt, stationAt + 5).toUpperCase(),
    password: whole.readUInt16BE(8),
    function: whole[10] ?? 0,
    ...(packet ? { packet } : {}),
    body: new Uint8Array(packet ? content.subarray(3) : content),
    end,
  };
}

function packetOf(content: Buffer): { total: number; sequence: number } {
  if (content.length < 3) throw new DecodeError('malformed', 'a packet without its number');
  const number = content.readUIntBE(0, 3);
  const [total, sequence] = [number >> 12, number & 0xfff];
  if (sequence < 1 || sequence > total)
    throw new DecodeError('malformed', `is packet ${sequence} of ${total}, which cannot be`);
  return { total, sequence };
}

/** The frame's bytes, with length and CRC; `decode` gives the same frame again. Throws RangeError where a field does not fit. */
export function encode(frame: Sl651Frame): Uint8Array {
  const { direction, center, station, password, packet, body, end } = frame;
  const length = body.length + (packet ? 3 : 0);
  if (!/^[0-9A-F]{10}$/.test(station)) throw new RangeError(`station "${station}" is not ten hexadecimal digits`);
  if (length < 1 || length > 4095) throw new RangeError(`a body of ${length} bytes`);
  if (packet && (packet.sequence < 1 || packet.sequence > packet.total || packet.total > 4095))
    throw new RangeError(`packet ${packet.sequence} of ${packet.total}`);
  const whole = Buffer.alloc(HEADER_BYTES + length + TAIL_BYTES);
  whole.writeUInt16BE(0x7e7e, 0);
  whole.write(station, direction === 'up' ? 3 : 2, 'hex');
  whole.writeUInt8(center, direction === 'up' ? 2 : 7);
  whole.writeUInt16BE(password, 8);
  whole.writeUInt8(frame.function, 10);
  whole.writeUInt16BE((direction === 'up' ? 0 : 0x8000) | length, 11);
  whole.writeUInt8(packet ? CONTROL.SYN : CONTROL.STX, 13);
  if (packet) whole.writeUIntBE(packet.total * 4096 + packet.sequence, HEADER_BYTES, 3);
  whole.set(body, HEADER_BYTES + (packet ? 3 : 0));
  whole.writeUInt8(end, whole.length - TAIL_BYTES);
  whole.writeUInt16BE(crc16(whole.subarray(0, -2)), whole.length - 2);
  return new Uint8Array(whole);
}

/** Hexadecimal digits, upper case, as the standard writes codes. */
export const hex = (value: number, digits: number): string => value.toString(16).toUpperCase().padStart(digits, '0');
