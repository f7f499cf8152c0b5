/** Names of fields whose values are never written. */
const SECRET_NAME =
  /^(authorization|proxy-authorization|cookie|set-cookie|x-api-key|.*(password|passwd|secret|token|apikey|api_key|adminkey|privatekey|credential|dsn|database_?url|connection_?string).*|key|pass|pwd)$/i;

/** Secrets inside a text: the password of an address, what follows a scheme, a key of the hub's, a signed token, `password=…`. */
const SECRET_TEXTS: readonly [RegExp, string][] = [
  [/\b([a-z][a-z0-9+.-]*:\/\/)[^\s/@:]*(:[^\s@]*)?@/gi, '$1***@'],
  [/\b(bearer|basic|digest)(:?\s+)[\w.~+/=:-]{6,}/gi, '$1$2***'],
  [/\bfh_[a-z0-9]{16}_[A-Za-z0-9-]+/g, 'fh_***'],
  [/\beyJ[\w-]{4,}\.[\w-]+(\.[\w-]*)?/g, '***'],
  [
    /\b((?:access_|id_|refresh_)?token|password|passwd|pwd|secret|api[-_]?key|key|authorization)(["']?\s*[=:]\s*["']?)[^\s"'&,;})]{4,}/gi,
    '$1$2***',
  ],
];

/** Control characters that JSON leaves as they are, and those that turn a line's direction: a log must read as it was written. */
const CONTROL = /[\u007f-\u009f\u2028\u2029\u200e\u200f\u202a-\u202e\u2066-\u2069]/g;
const MOST_CHARACTERS = 4000;
const MOST_LEVELS = 6;

/** Fields for a log, without secrets. Of errors the name, text, code and trace are kept, not the rows that a database quotes in its details. */
export const cleanFields = (fields: Record<string, unknown>): Record<string, unknown> =>
  cleanObject(fields, 0, new Set());

export function cleanText(text: string): string {
  const told = SECRET_TEXTS.reduce((each, [pattern, instead]) => each.replace(pattern, instead), text);
  return (told.length > MOST_CHARACTERS ? `${told.slice(0, MOST_CHARACTERS)}…` : told).replace(
    CONTROL,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}

function clean(value: unknown, level: number, seen: Set<object>): unknown {
  if (typeof value === 'string') return cleanText(value);
  if (typeof value === 'bigint') return String(value);
  if (typeof value !== 'object' || value === null) return value;
  if (value instanceof Date) return value;
  if (seen.has(value) || level > MOST_LEVELS) return '…';
  seen.add(value);
  if (value instanceof Error) return cleanError(value, level, seen);
  if (ArrayBuffer.isView(value)) return `${value.byteLength} bytes`;
  if (Array.isArray(value)) return value.slice(0, 100).map((each) => clean(each, level + 1, seen));
  return cleanObject(value as Record<string, unknown>, level, seen);
}

function cleanObject(fields: Record<string, unknown>, level: number, seen: Set<object>): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(fields).map(([name, value]) => [
      cleanText(name),
      SECRET_NAME.test(name) && value !== null && value !== undefined ? '***' : clean(value, level + 1, seen),
    ]),
  );
}

function cleanError(error: Error, level: number, seen: Set<object>): Record<string, unknown> {
  const { code, errors } = error as { code?: unknown; errors?: unknown };
  return {
    type: error.name,
    message: cleanText(error.message),
    ...(typeof code === 'string' || typeof code === 'number' ? { code } : {}),
    stack: cleanText(error.stack ?? ''),
    ...(error.cause === undefined ? {} : { cause: clean(error.cause, level + 1, seen) }),
    ...(Array.isArray(errors) ? { errors: clean(errors, level + 1, seen) } : {}),
  };
}
