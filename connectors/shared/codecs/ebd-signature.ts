import { sm2 } from 'sm-crypto-v2';
import { DecodeError } from './decode-error.js';
import { element } from './ebd-write.js';
import { elementsOf, readXmlDocument, textOf } from './xml.js';

/** The signature file beside an EBD document (element names assumed). */
export interface EbdSignature {
  readonly ebdId: string;
  /** Serial number of the signer's certificate; digits and letters, may be empty. */
  readonly certificate: string;
  /** SM2 over SM3, DER, base64. */
  readonly value: string;
}

const MAX_SIGNATURE_BYTES = 8192;

export const writeSignature = ({ ebdId, certificate, value }: EbdSignature): string =>
  `<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n${element('Signature', [
    element('Version', '1.0'),
    element('RelatedEBD', [element('EBDID', ebdId)]),
    element('SignatureCert', [element('CertSN', certificate)]),
    element('DigestAlgorithm', 'SM3'),
    element('SignatureAlgorithm', 'SM2'),
    element('SignatureValue', value),
  ])}\n`;

/** Throws DecodeError for what is no such file. */
export function readSignature(bytes: Uint8Array): EbdSignature {
  const { root, element: file } = readXmlDocument(bytes, { maxBytes: MAX_SIGNATURE_BYTES });
  const [related] = elementsOf(file, 'RelatedEBD');
  const value = textOf(file, 'SignatureValue') ?? '';
  const ebdId = (related && textOf(related, 'EBDID')) ?? '';
  if (root !== 'Signature' || !/^\d{36}$/.test(ebdId) || !/^[A-Za-z0-9+/]{20,200}={0,2}$/.test(value))
    throw new DecodeError('malformed', 'no signature file');
  if (textOf(file, 'SignatureAlgorithm') !== 'SM2' || textOf(file, 'DigestAlgorithm') !== 'SM3')
    throw new DecodeError('unsupported', 'signed otherwise than by SM2 with SM3');
  const [certificate] = elementsOf(file, 'SignatureCert');
  return { ebdId, certificate: (certificate && textOf(certificate, 'CertSN')) ?? '', value };
}

/** Signs a document's bytes with SM2 over SM3 and the usual user id; the key in hex, 32 bytes. */
export const sign = (document: Uint8Array, privateKey: string): string =>
  Buffer.from(
    sm2.doSignature(document, privateKey, { hash: true, der: true, publicKey: publicKeyOf(privateKey) }),
    'hex',
  ).toString('base64');

/** Whether the signature is this key's over these bytes; the key in hex, uncompressed. Never throws. */
export function verify(document: Uint8Array, value: string, publicKey: string): boolean {
  try {
    return sm2.doVerifySignature(document, Buffer.from(value, 'base64').toString('hex'), publicKey, {
      hash: true,
      der: true,
    });
  } catch {
    return false;
  }
}

export const publicKeyOf = (privateKey: string): string => sm2.getPublicKeyFromPrivateKey(privateKey);
