import { DecodeError } from './decode-error.js';

export interface JsonLimits {
  readonly maxBytes: number;
  readonly maxDepth: number;
}

/**
 * The value of one JSON text in UTF-8, a byte order mark allowed. Throws DecodeError for what cannot be trusted as a whole:
 * over-long, over-deep, cut off, not UTF-8, not JSON, a key twice in one object.
 */
export function readJson(bytes: Uint8Array, { maxBytes, maxDepth }: JsonLimits): unknown {
  if (bytes.length > maxBytes) throw new DecodeError('too-large', `more than ${maxBytes} bytes`);
  const text = utf8(bytes);
  if (text.trim() === '') throw new DecodeError('malformed', 'empty');
  const { members, unfinished } = scan(text, maxDepth);
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    if (unfinished) throw new DecodeError('truncated', 'the JSON text ends before its last bracket');
    throw new DecodeError('malformed', 'is not JSON');
  }
  // JSON.parse keeps the last of two equal keys and says nothing: which of the two is true cannot be known.
  if (members !== countMembers(value)) throw new DecodeError('malformed', 'a key stands twice in one object');
  return value;
}

/** A value as an error text shows it: short, on one line. */
export const shownJson = (value: unknown): string => {
  const text = JSON.stringify(value) ?? String(value);
  return text.length > 60 ? `${text.slice(0, 57)}…` : text;
};

export const isJsonObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

function utf8(bytes: Uint8Array): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    throw new DecodeError('bad-encoding', 'is not valid UTF-8');
  }
}

/** Members and nesting, without recursion; refuses what is nested too deep before anything walks it. */
function scan(text: string, maxDepth: number): { members: number; unfinished: boolean } {
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
    if (depth > maxDepth) throw new DecodeError('malformed', `nested deeper than ${maxDepth}`);
  }
  return { members, unfinished: inString || depth > 0 };
}

function countMembers(value: unknown): number {
  if (typeof value !== 'object' || value === null) return 0;
  const own = Array.isArray(value) ? 0 : Object.keys(value).length;
  return Object.values(value).reduce<number>((sum, each) => sum + countMembers(each), own);
}
