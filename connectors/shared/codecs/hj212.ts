import { DecodeError } from './decode-error.js';

/** The data segment of one frame holds this much at most (HJ 212-2017 clause 6.3.2). */
export const MAX_DATA_BYTES = 1024;
/** "##" and four digits of length. */
export const HEADER_BYTES = 6;
export const CRC_BYTES = 4;
export const MAX_FRAME_BYTES = HEADER_BYTES + MAX_DATA_BYTES + CRC_BYTES;

/** One frame's data segment (clause 6.3.3), taken apart, with its CP unread. Texts are as sent, blanks around them taken off. */
export interface Hj212Packet {
  /** The time of the request, yyyyMMddHHmmsszzz; frames of 2005 often have none. */
  readonly qn: string | null;
  /** The system: 21 surface water, 22 air, 23 noise, 31 stacks, 32 waste water, 39 construction dust, 91 interaction … */
  readonly st: string;
  /** The command: 2011 real-time data, 9014 their acknowledgement … */
  readonly cn: string;
  readonly pw: string | null;
  /** The device's own identification. */
  readonly mn: string;
  /** V5 V4 V3 V2 V1 V0 D A as a number; see `flagOf`. */
  readonly flag: string | null;
  /** PNUM and PNO, where the message is split; both count from 1. */
  readonly packet?: { readonly total: number; readonly sequence: number };
  /** What stands between CP=&& and &&. */
  readonly cp: string;
}

/** What the Flag says. Version 0 is HJ/T 212-2005, 1 is HJ 212-2017. */
export interface Hj212Flag {
  readonly version: number;
  readonly split: boolean;
  /** The sender waits for an answer. */
  readonly answer: boolean;
}

const NO_FLAG: Hj212Flag = { version: 0, split: false, answer: false };

/** A packet without a Flag is of 2005 and wants no answer. Undefined for what is no number up to 255. */
export function flagOf({ flag }: Pick<Hj212Packet, 'flag'>): Hj212Flag | undefined {
  if (flag === null) return NO_FLAG;
  if (!/^\d{1,3}$/.test(flag) || Number(flag) > 255) return undefined;
  const bits = Number(flag);
  return { version: bits >> 2, split: (bits & 2) !== 0, answer: (bits & 1) !== 0 };
}

/** Annex A. Not CRC-16/MODBUS: the register is shifted by a byte before each byte is put in. */
export function crc212(data: Uint8Array): number {
  let crc = 0xffff;
  for (const byte of data) {
    crc = (crc >> 8) ^ byte;
    for (let bit = 0; bit < 8; bit += 1) crc = crc & 1 ? (crc >> 1) ^ 0xa001 : crc >> 1;
  }
  return crc;
}

/** The whole length without line end of the frame that starts at `at`; undefined where no whole header of one stands there. */
export function frameLength(bytes: Uint8Array, at = 0): number | undefined {
  if (bytes[at] !== 0x23 || bytes[at + 1] !== 0x23) return undefined;
  let length = 0;
  for (let digit = at + 2; digit < at + HEADER_BYTES; digit += 1) {
    const value = (bytes[digit] ?? 0) - 0x30;
    if (value < 0 || value > 9) return undefined;
    length = length * 10 + value;
  }
  return length > MAX_DATA_BYTES ? undefined : HEADER_BYTES + length + CRC_BYTES;
}

/** Whether the CRC at the end of a frame without line end is right; capital or small letters. */
export function crcIsRight(frame: Uint8Array): boolean {
  const said = Buffer.from(frame.subarray(-CRC_BYTES)).toString('latin1');
  return (
    /^[0-9A-Fa-f]{4}$/.test(said) && Number.parseInt(said, 16) === crc212(frame.subarray(HEADER_BYTES, -CRC_BYTES))
  );
}

const LINE_END = /[\r\n]+$/;
/** A value before the CP: what would end it is not in it. */
const FIELD = /^[!-%'-:<>-~]{0,64}$/;

/**
 * Takes exactly one frame apart, with its line end or without. Throws DecodeError `malformed`, `truncated`, `bad-crc` or
 * `missing-field`; of a frame that is not whole or whose CRC is wrong nothing can be trusted.
 */
export function decode(bytes: Uint8Array): Hj212Packet {
  const text = Buffer.from(bytes).toString('latin1').replace(LINE_END, '');
  const length = frameLength(bytes);
  if (length === undefined)
    throw new DecodeError('malformed', `does not start with ## and a length of four digits up to ${MAX_DATA_BYTES}`);
  if (text.length < length) throw new DecodeError('truncated', `says ${length} characters, has ${text.length}`);
  const data = text.slice(HEADER_BYTES, length - CRC_BYTES);
  const said = text.slice(length - CRC_BYTES, length).toUpperCase();
  const counted = hex(crc212(Buffer.from(data, 'latin1')));
  if (said !== counted)
    throw new DecodeError(
      'bad-crc',
      `CRC "${printable(said)}", counted ${counted}: the line damages frames, or the device counts wrongly`,
    );
  if (text.length > length) throw new DecodeError('malformed', `${text.length - length} characters follow its CRC`);
  return segment(data);
}

/**
 * The head of a frame whose CRC is wrong, to answer it by; nothing else of it may be used. Undefined where not even that can be read.
 */
export function decodeDamaged(bytes: Uint8Array): Hj212Packet | undefined {
  const length = frameLength(bytes);
  if (length === undefined || bytes.length < length) return undefined;
  try {
    return segment(Buffer.from(bytes.subarray(HEADER_BYTES, length - CRC_BYTES)).toString('latin1'));
  } catch {
    return undefined;
  }
}

function segment(data: string): Hj212Packet {
  const start = data.indexOf('CP=&&');
  const end = data.lastIndexOf('&&');
  if (start === -1 || end < start + 5) throw new DecodeError('malformed', 'has no CP between && and &&');
  const head = headOf(data.slice(0, start));
  const needed = (name: string): string => {
    const value = head.get(name);
    if (!value) throw new DecodeError('missing-field', `has no ${name}`);
    return value;
  };
  const packet = packetOf(head.get('PNUM'), head.get('PNO'));
  return {
    qn: head.get('QN') || null,
    st: needed('ST'),
    cn: needed('CN'),
    pw: head.get('PW') ?? null,
    mn: needed('MN'),
    flag: head.get('FLAG') || null,
    ...(packet ? { packet } : {}),
    cp: data.slice(start + 5, end),
  };
}

function headOf(text: string): Map<string, string> {
  const head = new Map<string, string>();
  for (const part of text.split(';')) {
    const [name = '', value = ''] = part.split('=', 2).map((each) => each.trim());
    if (!FIELD.test(value))
      throw new DecodeError('malformed', `${printable(name)} is longer than 64 signs or has some that end it`);
    head.set(name.toUpperCase(), value);
  }
  return head;
}

function packetOf(pnum: string | undefined, pno: string | undefined): Hj212Packet['packet'] {
  // Devices that split nothing send 0 or leave them empty.
  if (!Number(pnum ?? 0)) return undefined;
  const [total, sequence] = [Number(pnum), Number(pno)];
  if (!Number.isInteger(total) || !Number.isInteger(sequence) || sequence < 1 || sequence > total || total > 9999)
    throw new DecodeError(
      'malformed',
      `is packet "${printable(pno ?? '')}" of "${printable(pnum ?? '')}", which cannot be`,
    );
  return { total, sequence };
}

/** The frame's bytes, with length, CRC and line end; `decode` gives the same packet again. Throws RangeError where a field does not fit. */
export function encode(packet: Hj212Packet): Uint8Array {
  const { qn, st, cn, pw, mn, flag, packet: number } = packet;
  const fields = [
    ['QN', qn],
    ['ST', st],
    ['CN', cn],
    ['PW', pw],
    ['MN', mn],
    ['Flag', flag],
    ['PNUM', number ? String(number.total) : null],
    ['PNO', number ? String(number.sequence) : null],
  ] as const;
  for (const [name, value] of fields)
    if (value !== null && !/^[!-%'-:<>-~]*$/.test(value))
      throw new RangeError(`${name} "${value}" has signs that end it`);
  if (number && (number.sequence < 1 || number.sequence > number.total || number.total > 9999))
    throw new RangeError(`packet ${number.sequence} of ${number.total}`);
  const head = fields.flatMap(([name, value]) => (value === null ? [] : [`${name}=${value};`])).join('');
  const data = Buffer.from(`${head}CP=&&${packet.cp}&&`, 'latin1');
  if (data.length > MAX_DATA_BYTES) throw new RangeError(`a data segment of ${data.length} bytes; split it`);
  const length = String(data.length).padStart(4, '0');
  return new Uint8Array(Buffer.concat([Buffer.from(`##${length}`), data, Buffer.from(`${hex(crc212(data))}\r\n`)]));
}

const hex = (value: number): string => value.toString(16).toUpperCase().padStart(4, '0');
/** What a device sent, short and fit to be shown. */
export const printable = (text: string): string => text.slice(0, 40).replace(/[^ -~]/g, '·');

/** The same bytes with the password blotted out: what is shown of a frame that was refused. */
export const withoutPassword = (bytes: Uint8Array): Uint8Array =>
  new Uint8Array(
    Buffer.from(
      Buffer.from(bytes)
        .toString('latin1')
        .replace(/PW\s*=[^;&\r\n]*/gi, 'PW=******'),
      'latin1',
    ),
  );
