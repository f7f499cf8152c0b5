import { createPrivateKey, createPublicKey, type KeyObject } from 'node:crypto';
import { sm2 } from 'sm-crypto-v2';

/** EdDSA with Ed25519 (RFC 8037), ES256 (RFC 7518 §3.4), SM2 with SM3 (GB/T 32918.2). The key decides, never a message. */
export type SigningAlgorithm = 'EdDSA' | 'ES256' | 'SM2';

/** When a key may be used; null: no limit. `until` is exclusive. */
export interface Validity {
  readonly from: Date | null;
  readonly until: Date | null;
}

/** A key that signs what the hub sends. */
export interface OwnKey extends Validity {
  readonly kid: string;
  readonly algorithm: SigningAlgorithm;
  /** For SM2 the number in hex. */
  readonly secret: KeyObject | string;
}

/** A key of a peer, pinned in the settings. */
export interface PeerKey extends Validity {
  readonly kid: string;
  readonly algorithm: SigningAlgorithm;
  /** For SM2 the point in hex, uncompressed. */
  readonly open: KeyObject | string;
}

/** The user id of GB/T 35276: both sides use the one that stands for "none agreed". */
export const SM2_USER = '1234567812345678';

export const isValid = ({ from, until }: Validity, at: Date): boolean =>
  (from === null || from <= at) && (until === null || at < until);

/** Of several keys valid at that moment the one that became valid last: while keys overlap, the new one signs. */
export function signingKeyAt(keys: readonly OwnKey[], at: Date): OwnKey | undefined {
  const valid = keys.filter((key) => isValid(key, at));
  return valid.sort((a, b) => (b.from?.getTime() ?? 0) - (a.from?.getTime() ?? 0))[0];
}

/** Reads a secret key: PEM (PKCS #8) of Ed25519 or P-256, or 64 hex digits of SM2. Throws with what is wrong, never with a part of the key. */
export function readOwnKey(kid: string, text: string, validity: Validity): OwnKey {
  const hex = text.trim();
  if (/^[0-9a-f]{64}$/i.test(hex)) return { kid, algorithm: 'SM2', secret: hex.toLowerCase(), ...validity };
  const secret = attempt(() => createPrivateKey(text));
  return { kid, algorithm: algorithmOf(secret), secret, ...validity };
}

/** Reads a peer's key: PEM (SPKI) of Ed25519 or P-256, or 130 hex digits of an SM2 point. */
export function readPeerKey(kid: string, text: string, validity: Validity): PeerKey {
  const hex = text.trim().toLowerCase();
  if (/^04[0-9a-f]{128}$/.test(hex)) {
    if (!sm2.verifyPublicKey(hex)) throw new Error('the point does not lie on the curve of SM2');
    return { kid, algorithm: 'SM2', open: hex, ...validity };
  }
  // A secret key in its place would be read, too: it has no business in the settings of another side.
  if (/PRIVATE KEY/.test(text)) throw new Error('this is a secret key: pin the public one');
  const open = attempt(() => createPublicKey(text));
  return { kid, algorithm: algorithmOf(open), open, ...validity };
}

/** What the other side pins: PEM, or hex of SM2. */
export const publicPartOf = ({ algorithm, secret }: OwnKey): string =>
  algorithm === 'SM2'
    ? sm2.getPublicKeyFromPrivateKey(secret as string)
    : (createPublicKey(secret as KeyObject).export({ type: 'spki', format: 'pem' }) as string);

/** The same key as a peer would pin it. */
export const asPeerKey = (key: OwnKey): PeerKey => readPeerKey(key.kid, publicPartOf(key), key);

function algorithmOf(key: KeyObject): SigningAlgorithm {
  if (key.asymmetricKeyType === 'ed25519') return 'EdDSA';
  if (key.asymmetricKeyType === 'ec' && key.asymmetricKeyDetails?.namedCurve === 'prime256v1') return 'ES256';
  throw new Error('Ed25519, P-256 or SM2 is wanted');
}

function attempt<T>(work: () => T): T {
  try {
    return work();
  } catch {
    // OpenSSL's own words may quote what it was given.
    throw new Error('no key in PEM without a passphrase, and none of SM2 in hex');
  }
}
