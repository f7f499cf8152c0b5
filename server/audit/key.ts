import { createHash, createPrivateKey, createPublicKey, generateKeyPairSync, type KeyObject, sign } from 'node:crypto';
import { chmodSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

/** Signs the heads of days (Ed25519, RFC 8032). */
export interface AuditKey {
  /** The beginning of the public key's own hash. */
  readonly id: string;
  /** The public key, SPKI in PEM. */
  readonly pem: string;
  sign(text: string): Buffer;
}

/** A key of this process alone: for hubs that keep nothing. */
export const passingKey = (): AuditKey => toKey(generateKeyPairSync('ed25519').privateKey);

/** The key kept in `folder` as audit.key, readable by its owner alone, beside audit.pub for whoever verifies; made where there is none. Throws
 *  where it cannot be read: a lost key is never replaced in silence while its file is there. */
export function keptAuditKey(folder: string): AuditKey {
  mkdirSync(dirname(folder), { recursive: true });
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const path = join(folder, 'audit.key');
  if (!existsSync(path)) {
    const pem = generateKeyPairSync('ed25519').privateKey.export({ type: 'pkcs8', format: 'pem' });
    writeFileSync(path, pem, { mode: 0o600, flag: 'wx' });
    chmodSync(path, 0o600);
  }
  const key = toKey(createPrivateKey(readFileSync(path, 'utf8')));
  if (!existsSync(join(folder, 'audit.pub'))) writeFileSync(join(folder, 'audit.pub'), key.pem);
  return key;
}

function toKey(secret: KeyObject): AuditKey {
  if (secret.asymmetricKeyType !== 'ed25519') throw new Error('the key that signs the audit must be of Ed25519');
  const pem = createPublicKey(secret).export({ type: 'spki', format: 'pem' }) as string;
  return { id: keyId(pem), pem, sign: (text) => sign(null, Buffer.from(text), secret) };
}

/** The first 16 hex digits of the SHA-256 of the key's DER bytes. */
export const keyId = (pem: string): string =>
  createHash('sha256')
    .update(createPublicKey(pem).export({ type: 'spki', format: 'der' }))
    .digest('hex')
    .slice(0, 16);
