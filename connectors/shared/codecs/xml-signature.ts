import { type KeyObject, X509Certificate } from 'node:crypto';
import { DOMParser, type Element } from '@xmldom/xmldom';
import { SignedXml } from 'xml-crypto';
import { methodOf, type SignatureMethod, type SigningKey } from './signing-key.js';
import { MAX_XML_BYTES, readXmlDocument } from './xml.js';

const DSIG = 'http://www.w3.org/2000/09/xmldsig#';
const ENVELOPED = `${DSIG}enveloped-signature`;
const EXCLUSIVE = 'http://www.w3.org/2001/10/xml-exc-c14n#';
const SHA256 = 'http://www.w3.org/2001/04/xmlenc#sha256';

/**
 * The document with an enveloped signature over the whole of it as the root's last child (XML-DSig, exclusive canonical form, SHA-256),
 * the certificate in its KeyInfo. The same bytes each time with RSA and Ed25519; ECDSA signs anew.
 */
export function signXml(xml: string, { privateKey, certificate, method }: SigningKey): string {
  const signer = only(method, new SignedXml({ privateKey, publicCert: certificate.toString() }));
  signer.signatureAlgorithm = method.uri;
  signer.canonicalizationAlgorithm = EXCLUSIVE;
  signer.addReference({ xpath: '/*', isEmptyUri: true, transforms: [ENVELOPED, EXCLUSIVE], digestAlgorithm: SHA256 });
  signer.computeSignature(xml, { prefix: 'ds', location: { reference: '/*', action: 'append' } });
  return signer.getSignedXml();
}

/**
 * Whether the document is signed, whole and by the holder of this certificate (PEM), just as `signXml` signs. False for everything else, never
 * a throw: a second signature, another place or extent of it, SHA-1, comments, repeated Ids. A certificate in the document itself counts for nothing.
 */
export function verifyXml(bytes: Uint8Array, certificatePem: string): boolean {
  try {
    const { publicKey } = new X509Certificate(certificatePem);
    const method = methodOf(publicKey);
    if (!method || bytes.length > MAX_XML_BYTES) return false;
    readXmlDocument(bytes);
    const xml = new TextDecoder('utf-8', { fatal: true }).decode(bytes);
    const signature = signatureOf(xml, method);
    return signature !== undefined && checks(xml, signature, method, publicKey);
  } catch {
    return false;
  }
}

function checks(xml: string, signature: Element, method: SignatureMethod, publicKey: KeyObject): boolean {
  const verifier = only(method, new SignedXml({ publicCert: publicKey, getCertFromKeyInfo: () => null }));
  verifier.loadSignature(signature as unknown as Node);
  return verifier.checkSignature(xml) && verifier.getSignedReferences().length === 1;
}

/** Takes from the library every algorithm but ours. */
function only({ uri, sign, verify }: SignatureMethod, signed: SignedXml): SignedXml {
  class Ours {
    getSignature = (data: unknown, key: unknown): string =>
      sign(Buffer.from(data as string), key as KeyObject).toString('base64');
    verifySignature = (data: string, key: unknown, value: string): boolean => {
      const signature = Buffer.from(value, 'base64');
      // Written in one way only: the last character of base64 has bits to spare.
      return signature.toString('base64') === value.trim() && verify(Buffer.from(data), key as KeyObject, signature);
    };
    getAlgorithmName = (): string => uri;
  }
  const pick = <T>(from: Record<string, T>, ...names: string[]): Record<string, T> =>
    Object.fromEntries(names.map((name) => [name, from[name] as T]));
  signed.SignatureAlgorithms = { [uri]: Ours };
  signed.HashAlgorithms = pick(signed.HashAlgorithms, SHA256);
  signed.CanonicalizationAlgorithms = pick(signed.CanonicalizationAlgorithms, EXCLUSIVE, ENVELOPED);
  return signed;
}

/** The document's only signature, where it stands and says just what it must. */
function signatureOf(xml: string, method: SignatureMethod): Element | undefined {
  const root = parse(xml);
  const all = [root, ...root.getElementsByTagName('*')];
  const signatures = all.filter(({ localName, namespaceURI }) => localName === 'Signature' && namespaceURI === DSIG);
  const [signature] = signatures;
  if (!signature || signatures.length > 1 || signature !== childrenOf(root).at(-1)) return undefined;
  if (all.some(hasOtherNodes) || repeated(all.flatMap(idsOf))) return undefined;
  return isAsExpected(shapeOf(signature), method) ? signature : undefined;
}

function parse(xml: string): Element {
  const refuse = (level: string, message: string): void => {
    throw new Error(`${level}: ${message}`);
  };
  const root = new DOMParser({ onError: refuse }).parseFromString(xml, 'text/xml').documentElement;
  if (!root) throw new Error('no root');
  return root;
}

const childrenOf = (node: Element): Element[] =>
  [...node.childNodes].filter((child): child is Element => child.nodeType === 1);

/** Beside elements and text: comments, which are not signed, and instructions. */
const hasOtherNodes = (node: Element): boolean =>
  [...node.childNodes].some(({ nodeType }) => nodeType !== 1 && nodeType !== 3 && nodeType !== 4);

const idsOf = (node: Element): string[] =>
  [...node.attributes].filter(({ localName }) => localName?.toLowerCase() === 'id').map(({ value }) => value);

const repeated = (values: readonly string[]): boolean => new Set(values).size < values.length;

/** The elements of a signature with the attributes that decide what it covers. */
function shapeOf(node: Element): string {
  if (node.namespaceURI !== DSIG) return `{${node.namespaceURI}}${node.localName}`;
  const attributes = [...node.attributes].filter(({ name }) => name !== 'xmlns' && !name.startsWith('xmlns:'));
  const said = attributes.map(({ name, value }) => `${name}=${value}`).join(' ');
  return `${node.localName}[${said}](${childrenOf(node).map(shapeOf).join()})`;
}

/** KeyInfo is not signed: it may be left out, and may hold a certificate and nothing else. */
const isAsExpected = (shape: string, { uri }: SignatureMethod): boolean =>
  shape.replace(',KeyInfo[](X509Data[](X509Certificate[]()))', '') ===
  `Signature[](SignedInfo[](CanonicalizationMethod[Algorithm=${EXCLUSIVE}](),SignatureMethod[Algorithm=${uri}](),` +
    `Reference[URI=](Transforms[](Transform[Algorithm=${ENVELOPED}](),Transform[Algorithm=${EXCLUSIVE}]()),` +
    `DigestMethod[Algorithm=${SHA256}](),DigestValue[]())),SignatureValue[]())`;
