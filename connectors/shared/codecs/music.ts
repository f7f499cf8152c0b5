import { DecodeError } from './decode-error.js';
import { jsonObjects } from './json-objects.js';

/** A station reply is 300 bytes a row; 8 MB are 25 000 rows. */
export const MAX_MUSIC_BYTES = 8_000_000;

export interface MusicRow {
  /** Every value as text, as the service gives it; of a key that comes twice, the last. */
  readonly values: ReadonlyMap<string, string>;
  /** Keys that come twice in this row, and those of them whose values differ. */
  readonly duplicateKeys: readonly string[];
  readonly contradictions: readonly string[];
  /** The row as it was written. */
  readonly raw: string;
}

export interface MusicReply {
  /** "0" is success. */
  readonly returnCode: string;
  readonly returnMessage: string;
  readonly rows: readonly MusicRow[];
  /** Entries of DS that are no rows. */
  readonly strayEntries: number;
}

/** CMA's codes for "no value" instead of a number. */
const MISSING = new Set([999999, 999998]);

/**
 * Decodes a reply of the CMA MUSIC (CMADaaS) REST service, `dataFormat=json`. Throws DecodeError for what is none;
 * values that are neither text nor number are left out of their row.
 */
export function decodeMusic(bytes: Uint8Array): MusicReply {
  if (bytes.length > MAX_MUSIC_BYTES)
    throw new DecodeError('too-large', `${bytes.length} bytes, at most ${MAX_MUSIC_BYTES} are read`);
  const text = utf8(bytes);
  const reply = parse(text);
  const returnCode = plain(Reflect.get(reply, 'returnCode'));
  if (returnCode === undefined) throw new DecodeError('malformed', 'no returnCode: this is no MUSIC reply');
  const returnMessage = plain(Reflect.get(reply, 'returnMessage')) ?? '';
  if (returnCode !== '0') return { returnCode, returnMessage, rows: [], strayEntries: 0 };
  const entries: unknown = Reflect.get(reply, 'DS');
  if (!Array.isArray(entries)) throw new DecodeError('malformed', 'no DS list in the reply');
  const objects = jsonObjects(text).filter(({ path }) => path.length === 1 && path[0] === 'DS');
  const rows = objects.map(({ text: raw, duplicateKeys }) => rowOf(raw, duplicateKeys));
  return { returnCode, returnMessage, rows, strayEntries: Math.max(0, entries.length - rows.length) };
}

/** The number of a MUSIC value; null for the codes that mean missing and for an empty text, undefined for what is no number. */
export function musicNumber(text: string): number | null | undefined {
  const trimmed = text.trim();
  if (trimmed === '') return null;
  if (!/^[+-]?\d+(\.\d+)?$/.test(trimmed)) return undefined;
  const value = Number(trimmed);
  return MISSING.has(value) ? null : value;
}

function rowOf(raw: string, duplicateKeys: readonly string[]): MusicRow {
  const values = new Map<string, string>();
  for (const [key, value] of Object.entries(JSON.parse(raw) as Record<string, unknown>)) {
    const text = plain(value);
    if (text !== undefined) values.set(key, text);
  }
  const contradictions = duplicateKeys.filter((key) => new Set(writtenValues(raw, key)).size > 1);
  return { values, duplicateKeys, contradictions, raw };
}

/** All values of a key in a flat row, as written. */
function writtenValues(raw: string, key: string): string[] {
  const name = JSON.stringify(key).replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
  return [...raw.matchAll(new RegExp(`${name}\\s*:\\s*("[^"]*"|[^,}\\s]+)`, 'g'))].map(([, value]) => value ?? '');
}

const plain = (value: unknown): string | undefined =>
  typeof value === 'string' ? value : typeof value === 'number' ? String(value) : undefined;

function utf8(bytes: Uint8Array): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    throw new DecodeError('bad-encoding', 'is not valid UTF-8');
  }
}

function parse(text: string): object {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw new DecodeError('malformed', 'is no complete JSON');
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    throw new DecodeError('malformed', 'is no JSON object');
  return value;
}
