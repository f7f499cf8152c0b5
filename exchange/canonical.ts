import { createHash } from 'node:crypto';

/** Half of a surrogate pair: not text that UTF-8 can carry (RFC 8785 §3.2.2.2). */
const LONE_SURROGATE = /\p{Surrogate}/u;

/**
 * The canonical JSON of a value (RFC 8785): members in the order of their UTF-16 code units, no spaces, numbers and strings as ECMAScript writes
 * them. Members that are undefined are left out. Throws TypeError for what JSON cannot say the same way everywhere: NaN, infinities, lone surrogates.
 */
export function canonicalJson(value: unknown): string {
  if (value === null || typeof value === 'boolean') return JSON.stringify(value);
  if (typeof value === 'number') {
    if (!Number.isFinite(value)) throw new TypeError(`${value} is no number of JSON`);
    return JSON.stringify(value);
  }
  if (typeof value === 'string') return textOf(value);
  if (Array.isArray(value)) return `[${value.map(canonicalJson).join(',')}]`;
  if (typeof value !== 'object') throw new TypeError(`a ${typeof value} is nothing of JSON`);
  const members = Object.entries(value).filter(([, each]) => each !== undefined);
  members.sort(([a], [b]) => (a < b ? -1 : 1));
  return `{${members.map(([name, each]) => `${textOf(name)}:${canonicalJson(each)}`).join(',')}}`;
}

function textOf(text: string): string {
  if (LONE_SURROGATE.test(text)) throw new TypeError('a text holds half of a surrogate pair');
  return JSON.stringify(text);
}

/** The beginning of a text of whoever, as signed texts and the database both take it: a cut may leave half of a surrogate pair, and PostgreSQL keeps no U+0000. */
export const cutText = (text: string, most: number): string =>
  text.slice(0, most).replaceAll(/\p{Surrogate}|\0/gu, '\ufffd');

/** What a text says in JSON; undefined where it is none. */
export function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** SHA-256 of a text's UTF-8, in hex. */
export const hashOf = (text: string): string => createHash('sha256').update(text).digest('hex');
