import { DecodeError } from './decode-error.js';
import { type Ebd, readEbd, writeEbd } from './ebd.js';
import { readSignature, sign, verify, writeSignature } from './ebd-signature.js';
import { readTar, writeTar } from './tar.js';

/** A tar with one EBD document and the signature over it: what is put into folders. */
export interface EbdPackage {
  readonly ebd: Ebd;
  /** `none`: unsigned; `unchecked`: signed, but nobody said by whom it has to be. */
  readonly signature: 'valid' | 'none' | 'unchecked';
}

/** EBDT_<EBDID>.tar (names assumed). */
export const packageName = (ebdId: string): string => `EBDT_${ebdId}.tar`;
export const PACKAGE_NAME = /^EBDT_\d{36}\.tar$/;

/** Packs and signs a document; without a key it goes unsigned. */
export function writePackage(
  ebd: Ebd,
  key?: { readonly privateKey: string; readonly certificate: string },
): Uint8Array {
  const document = Buffer.from(writeEbd(ebd), 'utf8');
  const { ebdId } = ebd;
  const files = [{ name: `EBDB_${ebdId}.xml`, bytes: document }];
  if (key) {
    const value = sign(document, key.privateKey);
    const text = writeSignature({ ebdId, certificate: key.certificate, value });
    files.push({ name: `EBDS_EBDB_${ebdId}.xml`, bytes: Buffer.from(text, 'utf8') });
  }
  return writeTar(files, ebd.time);
}

/** Unpacks and checks one. With a key, what is unsigned or signed by anyone else is refused. Throws DecodeError. */
export function readPackage(bytes: Uint8Array, publicKey?: string): EbdPackage {
  const files = readTar(bytes);
  const documents = files.filter(({ name }) => /^EBDB_\d{36}\.xml$/.test(name));
  const [document] = documents;
  if (!document || documents.length > 1)
    throw new DecodeError('malformed', 'not exactly one EBDB_<EBDID>.xml in the tar');
  const signed = files.find(({ name }) => name === `EBDS_${document.name}`);
  if (publicKey === undefined) return { ebd: ownName(document), signature: signed ? 'unchecked' : 'none' };
  if (!signed) throw new DecodeError('wrong-password', 'it is not signed');
  // The signature first: nothing of an unknown sender is read.
  const signature = readSignature(signed.bytes);
  if (!verify(document.bytes, signature.value, publicKey))
    throw new DecodeError('wrong-password', 'its signature is not the right one');
  const ebd = ownName(document);
  if (signature.ebdId !== ebd.ebdId) throw new DecodeError('wrong-password', 'its signature is of another document');
  return { ebd, signature: 'valid' };
}

/** The document, which must be the one that the file's name says. */
function ownName({ name, bytes }: { readonly name: string; readonly bytes: Uint8Array }): Ebd {
  const ebd = readEbd(bytes);
  if (name !== `EBDB_${ebd.ebdId}.xml`) throw new DecodeError('malformed', 'the EBDID is not that of the file name');
  return ebd;
}
