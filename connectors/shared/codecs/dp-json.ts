import { DecodeError } from './decode-error.js';

/** A message of an hour's readings of a hundred devices is a tenth of it. */
export const MAX_DP_BYTES = 262_144;
const MAX_READINGS = 10_000;
const MAX_DEPTH = 8;

/** What one measuring point of one device said at one time. */
export interface DpReading {
  readonly deviceId: string;
  /** "<family>_<n>", e.g. "L1_GP_1". */
  readonly point: string;
  /** As written: ISO 8601, with Z where the sender keeps to the rule. */
  readonly time: string;
  /** A number, or an object of field → value; judged by the reader. */
  readonly value: unknown;
  /** This reading alone, as a message of its own. */
  readonly raw: string;
}

/** A part that is not built as it should be; the other parts stand. */
export interface DpFault {
  readonly path: string;
  readonly raw: string;
  readonly message: string;
}

export interface DpMessage {
  readonly readings: readonly DpReading[];
  readonly faults: readonly DpFault[];
}

/**
 * A `$dp` message: {"<device>": {"<point>": {"<time>": value}}}, any number of each, in the order written. Throws DecodeError
 * where the whole cannot be trusted: cut off, not UTF-8, over-long, over-deep, a key twice, encrypted, binary.
 */
export function readDpJson(bytes: Uint8Array): DpMessage {
  const message = parse(textOf(bytes));
  refuseEnvelope(message);
  const readings: DpReading[] = [];
  const faults: DpFault[] = [];
  const open = (value: unknown, path: readonly string[], what: string): [string, unknown][] => {
    if (isObject(value)) return Object.entries(value);
    const wrapped = path.reduceRight<unknown>((inner, key) => ({ [key]: inner }), value);
    faults.push({ path: path.join('/'), raw: JSON.stringify(wrapped), message: `${shown(value)} instead of ${what}` });
    return [];
  };
  for (const [deviceId, points] of Object.entries(message))
    for (const [point, times] of open(points, [deviceId], 'the measuring points of a device'))
      for (const [time, value] of open(times, [deviceId, point], 'readings by time')) {
        if (readings.length === MAX_READINGS)
          throw new DecodeError('too-large', `more than ${MAX_READINGS} readings in one message: send them in parts`);
        const raw = JSON.stringify({ [deviceId]: { [point]: { [time]: value } } });
        readings.push({ deviceId, point, time, value, raw });
      }
  return { readings, faults };
}

/** A value as an error text shows it: short, on one line. */
export const shown = (value: unknown): string => {
  const text = JSON.stringify(value) ?? String(value);
  return text.length > 60 ? `${text.slice(0, 57)}…` : text;
};

export const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

function textOf(bytes: Uint8Array): string {
  if (bytes.length > MAX_DP_BYTES) throw new DecodeError('too-large', `more than ${MAX_DP_BYTES} bytes`);
  const first = bytes[0];
  if (first === undefined) throw new DecodeError('malformed', 'empty');
  // Tab, line feed, carriage return may stand before JSON; any other control byte is a packet type.
  if (first < 0x20 && ![0x09, 0x0a, 0x0d].includes(first))
    throw new DecodeError(
      'unsupported',
      `starts with a binary packet header (type byte ${first}): set the device to send plain $dp JSON`,
    );
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    throw new DecodeError('bad-encoding', 'is not valid UTF-8');
  }
}

function parse(text: string): Record<string, unknown> {
  const { members, unfinished } = scan(text);
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    if (unfinished) throw new DecodeError('truncated', 'the JSON text ends before its last bracket');
    throw new DecodeError('malformed', 'is not JSON');
  }
  if (!isObject(value)) throw new DecodeError('malformed', `${shown(value)} instead of an object of devices`);
  // JSON.parse keeps the last of two equal keys and says nothing: which of the two is true cannot be known.
  if (members !== countMembers(value)) throw new DecodeError('malformed', 'a key stands twice in one object');
  return value;
}

/** Members and nesting, without recursion; refuses what is nested too deep before anything walks it. */
function scan(text: string): { members: number; unfinished: boolean } {
  let depth = 0;
  let members = 0;
  let inString = false;
  for (let at = 0; at < text.length; at += 1) {
    const character = text[at];
    if (character === '"') inString = !inString;
    else if (inString) at += character === '\\' ? 1 : 0;
    else if (character === ':') members += 1;
    else if (character === '{' || character === '[') depth += 1;
    else if (character === '}' || character === ']') depth -= 1;
    if (depth > MAX_DEPTH) throw new DecodeError('malformed', `nested deeper than ${MAX_DEPTH}`);
  }
  return { members, unfinished: inString || depth > 0 };
}

function countMembers(value: unknown): number {
  if (typeof value !== 'object' || value === null) return 0;
  const own = Array.isArray(value) ? 0 : Object.keys(value).length;
  return Object.values(value).reduce<number>((sum, each) => sum + countMembers(each), own);
}

function refuseEnvelope(message: Record<string, unknown>): void {
  if (!Object.hasOwn(message, 'header') || !Object.hasOwn(message, 'bodies')) return;
  const header = message.header;
  const appId = isObject(header) && typeof header.appId === 'string' ? ` (appId ${shown(header.appId)})` : '';
  throw new DecodeError('encrypted', `an encrypted envelope${appId}: have the platform forward plain $dp JSON`);
}
