import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';
import { chmodSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

/** A random key kept in `folder`, readable by its owner alone; `made` tells whether it is new. */
export function keptKey(folder: string, name: string): { key: string; made: boolean; path: string } {
  // Only this folder is closed to others: PostgreSQL, run by another user, must pass through the one above.
  mkdirSync(dirname(folder), { recursive: true });
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const path = join(folder, `${name}.key`);
  if (existsSync(path)) return { key: readFileSync(path, 'utf8').trim(), made: false, path };
  const key = randomBytes(24).toString('base64url');
  writeFileSync(path, `${key}\n`, { mode: 0o600, flag: 'wx' });
  chmodSync(path, 0o600);
  return { key, made: true, path };
}

const digest = (text: string): Buffer => createHash('sha256').update(text).digest();

/** Compares in constant time, whatever the lengths. */
export const sameKey = (a: string, b: string): boolean => timingSafeEqual(digest(a), digest(b));
