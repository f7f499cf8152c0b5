/** One object in a JSON text: where it stands, how deep, and the keys it holds twice. */
export interface JsonObject {
  /** Keys and indexes from the root; an array's index is not told: `['DS']` for each row of `{"DS": [{…}]}`. */
  readonly path: readonly string[];
  readonly text: string;
  readonly duplicateKeys: readonly string[];
}

interface Frame {
  readonly array: boolean;
  readonly start: number;
  readonly path: readonly string[];
  readonly keys: Set<string>;
  readonly twice: Set<string>;
  key: string;
}

/**
 * The objects of a text that JSON.parse has accepted, in the order in which they end: JSON.parse itself keeps the last of two
 * equal keys and says nothing. Linear in the length.
 */
export function jsonObjects(text: string): JsonObject[] {
  const found: JsonObject[] = [];
  const open: Frame[] = [];
  for (let at = 0; at < text.length; at += 1) {
    const character = text[at];
    const top = open.at(-1);
    if (character === '"') {
      const end = endOfString(text, at);
      const literal = text.slice(at, end + 1);
      at = end;
      if (top && !top.array && isKey(text, at + 1)) noteKey(top, JSON.parse(literal) as string);
    } else if (character === '{' || character === '[') {
      const path = top ? (top.array ? top.path : [...top.path, top.key]) : [];
      open.push({ array: character === '[', start: at, path, keys: new Set(), twice: new Set(), key: '' });
    } else if (character === '}' || character === ']') {
      open.pop();
      if (top && !top.array)
        found.push({ path: top.path, text: text.slice(top.start, at + 1), duplicateKeys: [...top.twice] });
    }
  }
  return found;
}

/** Where the string that opens at `from` closes. */
function endOfString(text: string, from: number): number {
  let at = from + 1;
  while (at < text.length && text[at] !== '"') at += text[at] === '\\' ? 2 : 1;
  return at;
}

/** In an object, a string before a colon is a key. */
function isKey(text: string, from: number): boolean {
  let at = from;
  while (/\s/.test(text[at] ?? '')) at += 1;
  return text[at] === ':';
}

function noteKey(frame: Frame, key: string): void {
  if (frame.keys.has(key)) frame.twice.add(key);
  frame.keys.add(key);
  frame.key = key;
}
