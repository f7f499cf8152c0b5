import { createHash } from 'node:crypto';

/** One text of a value: the same things said in another order are the same, and what is null is not said. */
export function canonical(value: unknown): string {
  if (value instanceof Date) return JSON.stringify(value);
  if (Array.isArray(value)) return `[${value.map(canonical).join(',')}]`;
  if (typeof value !== 'object' || value === null) return JSON.stringify(value) ?? 'null';
  const entries = Object.entries(value).filter(([, each]) => each !== null && each !== undefined);
  return `{${entries
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, each]) => `${JSON.stringify(name)}:${canonical(each)}`)
    .join(',')}}`;
}

/** The SHA-256 of that text: tells whether a call under a known key is the same call. */
export const contentHash = (value: unknown): Buffer => createHash('sha256').update(canonical(value)).digest();
