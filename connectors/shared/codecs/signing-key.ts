import { createPrivateKey, type KeyObject, sign, verify, X509Certificate } from 'node:crypto';

/** A signature algorithm of XML-DSig: its name, and how it is done. SHA-1 and shared secrets are not among them. */
export interface SignatureMethod {
  readonly uri: string;
  sign(data: Uint8Array, key: KeyObject): Buffer;
  verify(data: Uint8Array, key: KeyObject, signature: Uint8Array): boolean;
}

/** What signs, and what proves whose signature it is. */
export interface SigningKey {
  readonly privateKey: KeyObject;
  readonly certificate: X509Certificate;
  readonly method: SignatureMethod;
}

const method = (uri: string, digest: string | null): SignatureMethod => ({
  uri,
  // Elliptic signatures stand in XML as the two numbers alone (RFC 6931 §2.3.6), not as ASN.1.
  sign: (data, key) => sign(digest, data, { key, dsaEncoding: 'ieee-p1363' }),
  verify: (data, key, signature) => verify(digest, data, { key, dsaEncoding: 'ieee-p1363' }, signature),
});
const RSA = method('http://www.w3.org/2001/04/xmldsig-more#rsa-sha256', 'sha256');
const ECDSA = method('http://www.w3.org/2001/04/xmldsig-more#ecdsa-sha256', 'sha256');
const ED25519 = method('http://www.w3.org/2021/04/xmldsig-more#eddsa-ed25519', null);
const LEAST_RSA_BITS = 2048;

/** How a key signs: RSA of 2048 bits or more and P-256 with SHA-256, Ed25519; undefined for any other. */
export function methodOf({ asymmetricKeyType, asymmetricKeyDetails }: KeyObject): SignatureMethod | undefined {
  if (asymmetricKeyType === 'ed25519') return ED25519;
  if (asymmetricKeyType === 'ec' && asymmetricKeyDetails?.namedCurve === 'prime256v1') return ECDSA;
  const bits = asymmetricKeyDetails?.modulusLength ?? 0;
  return asymmetricKeyType === 'rsa' && bits >= LEAST_RSA_BITS ? RSA : undefined;
}

/** Reads a private key and its certificate, both PEM. Throws with what is wrong, never with a part of the key. */
export function signingKey(keyPem: string, certificatePem: string): SigningKey {
  const privateKey = attempt(() => createPrivateKey(keyPem), 'key: no private key in PEM without a passphrase');
  const certificate = attempt(() => new X509Certificate(certificatePem), 'certificate: no X.509 certificate in PEM');
  const own = methodOf(privateKey);
  if (!own) throw new Error('key: RSA of 2048 bits or more, P-256 or Ed25519 is wanted');
  if (!certificate.checkPrivateKey(privateKey)) throw new Error('certificate: it is of another key');
  return { privateKey, certificate, method: own };
}

function attempt<T>(work: () => T, otherwise: string): T {
  try {
    return work();
  } catch {
    // OpenSSL's own words may quote what it was given.
    throw new Error(otherwise);
  }
}
