import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';

/** A key as its bearer sends it: "fh_<id>_<secret>". The id finds it, the secret proves it. */
export interface ApiKeyText {
  readonly id: string;
  readonly secret: string;
}

const KEY = /^fh_([a-z0-9]{16})_([A-Za-z0-9-]{43})$/;

/** The parts of a key; undefined where the text is none. */
export function parseApiKey(text: string): ApiKeyText | undefined {
  const [, id, secret] = KEY.exec(text) ?? [];
  return id && secret ? { id, secret } : undefined;
}

/** A new secret of 32 random bytes for a key, `text` being what its bearer is told, once. */
export function newApiKey(id = randomBytes(8).toString('hex')): { id: string; text: string; hash: Buffer } {
  const secret = randomBytes(32).toString('base64url').replaceAll('_', '-');
  return { id, text: `fh_${id}_${secret}`, hash: hashOf(secret) };
}

/** What is kept of a secret. */
export const hashOf = (secret: string): Buffer => createHash('sha256').update(secret).digest();

/** In a time that does not depend on the secret. */
export const opens = (secret: string, hash: Buffer): boolean => timingSafeEqual(hashOf(secret), hash);
