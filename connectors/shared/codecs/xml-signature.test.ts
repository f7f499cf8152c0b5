import { afterAll, describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { SignedXml } from 'xml-crypto';
import { capSchema } from '../../../tests/support/cap-schema.js';
import { testKey } from '../../../tests/support/certificate.js';
import { warningRecord } from '../../../tests/support/records.js';
import { messageOfRecord } from '../../../tests/support/warning-messages.js';
import { writeCap } from './cap-write.js';
import { signingKey } from './signing-key.js';
import { signXml, verifyXml } from './xml-signature.js';

const own = testKey('ed25519');
const rsa = testKey('rsa');
const other = testKey('rsa');
const text = { language: 'zh-CN', hazard: '暴雨', senderName: '台', headline: 'a & <b>\r\n"c"', instruction: null };
const xml = writeCap(
  messageOfRecord(
    warningRecord('W-1', new Date('2026-08-07T10:00:00Z'), { texts: [{ ...text, description: '雨\t😀' }] }),
  ),
  { placeName: () => undefined },
);
const signed = signXml(xml, signingKey(rsa.key, rsa.certificate));
const verified = (document: string, { certificate } = rsa): boolean => verifyXml(Buffer.from(document), certificate);
const schema = capSchema();
afterAll(() => schema.close());

/** Signs as `signXml` would not. */
function signedOtherwise(
  change: Partial<{ signature: string; digest: string; canonical: string; xpath: string; id: boolean }>,
  document = xml,
): string {
  const signer = new SignedXml({ privateKey: rsa.key, publicCert: rsa.certificate });
  signer.signatureAlgorithm = change.signature ?? 'http://www.w3.org/2001/04/xmldsig-more#rsa-sha256';
  const canonical = change.canonical ?? 'http://www.w3.org/2001/10/xml-exc-c14n#';
  signer.canonicalizationAlgorithm = canonical;
  signer.addReference({
    xpath: change.xpath ?? '/*',
    isEmptyUri: !change.id,
    transforms: ['http://www.w3.org/2000/09/xmldsig#enveloped-signature', canonical],
    digestAlgorithm: change.digest ?? 'http://www.w3.org/2001/04/xmlenc#sha256',
  });
  signer.computeSignature(document, { location: { reference: '/*', action: 'append' } });
  return signer.getSignedXml();
}

describe('a signed message', () => {
  test.each([
    'rsa',
    'p-256',
    'ed25519',
  ] as const)('by %s is valid by the schema of CAP, and by its certificate', (kind) => {
    const pair = testKey(kind);
    const key = signingKey(pair.key, pair.certificate);
    const document = signXml(xml, key);
    expect(schema.faultOf(document)).toBeUndefined();
    expect(verified(document, pair)).toBe(true);
    expect(verified(document)).toBe(false);
    expect(signXml(xml, key) === document).toBe(kind !== 'p-256');
  });

  test('is not, once any byte of what it says or of its signature is another', () => {
    expect(verified(signed)).toBe(true);
    const keyInfo = signed.indexOf('<ds:KeyInfo>');
    const bytes = Buffer.from(signed);
    fc.assert(
      fc.property(fc.integer({ min: 40, max: Buffer.byteLength(signed.slice(0, keyInfo)) - 1 }), (at) => {
        const tampered = Buffer.from(bytes);
        tampered[at] = (tampered[at] as number) ^ 1;
        return !verifyXml(tampered, rsa.certificate);
      }),
      { numRuns: 150 },
    );
  });

  test.each<[string, string]>([
    ['unsigned', xml],
    ['its word changed', signed.replace('Moderate', 'Extreme')],
    ['a block added', signed.replace('</info>', '</info><info/>')],
    ['its signature moved into a block', moved(signed, '</info>')],
    ['its signature moved to the front', moved(signed, '<identifier>')],
    ['its signature twice', signed.replace(/<ds:Signature .*<\/ds:Signature>/s, '$&$&')],
    [
      'wrapped beside an unsigned copy',
      `<alert xmlns="urn:oasis:names:tc:emergency:cap:1.2">${root(xml)}${root(signed)}</alert>`,
    ],
    [
      'an unsigned copy around it',
      root(xml)
        .replace('</alert>', `${signatureOf(signed)}</alert>`)
        .replace('Moderate', 'Minor'),
    ],
    ['the signed one hidden in an object', hidden()],
    ['the signed one hidden beside the certificate', signed.replace('<ds:X509Data>', `${root(xml)}<ds:X509Data>`)],
    ['a comment in a word', signed.replace('Moderate', 'Mode<!-- -->rate')],
    ['an instruction in it', signed.replace('<identifier>', '<?x y?><identifier>')],
    ['a DOCTYPE', signed.replace('<alert', '<!DOCTYPE alert><alert')],
    ['SHA-1 in the signature', signedOtherwise({ signature: 'http://www.w3.org/2000/09/xmldsig#rsa-sha1' })],
    ['SHA-1 in the digest', signedOtherwise({ digest: 'http://www.w3.org/2000/09/xmldsig#sha1' })],
    ['another canonical form', signedOtherwise({ canonical: 'http://www.w3.org/TR/2001/REC-xml-c14n-20010315' })],
    ['only a part signed', signedOtherwise({ xpath: "//*[local-name()='info']", id: true })],
    ['named by an Id', signedOtherwise({ id: true })],
    ['an Id twice', signedOtherwise({}, xml.replace('<info>', '<info Id="x">').replace('<area>', '<area ID="x">'))],
    ['by another key, its own certificate inside', signXml(xml, signingKey(other.key, other.certificate))],
    ['by another key, the right certificate inside', disguised()],
    ['cut off', signed.slice(0, -20)],
    ['empty', ''],
  ])('is not: %s', (_what, document) => {
    expect(verified(document)).toBe(false);
  });

  test('would be, signed that way but rightly: the control of the tests above', () => {
    expect(verified(signedOtherwise({}))).toBe(true);
    expect(verified(signedOtherwise({}, xml.replace('<info>', '<info Id="x">')))).toBe(true);
    expect(verified(signed.replace(/<ds:KeyInfo>.*<\/ds:KeyInfo>/s, ''))).toBe(true);
  });
});

describe('a key that is not fit to sign is refused with the reason, and never quoted', () => {
  const short = testKey('rsa-short');
  test.each([
    ['no key', 'hush-hush', own.certificate, /^key: no private key/],
    ['no certificate', own.key, 'hush-hush', /^certificate: no X.509/],
    ['too short', short.key, short.certificate, /^key: RSA of 2048/],
    ['of another certificate', rsa.key, other.certificate, /^certificate: it is of another key/],
  ])('%s', (_what, key, certificate, reason) => {
    expect(() => signingKey(key, certificate)).toThrow(reason);
    expect(() => signingKey(key, certificate)).not.toThrow(/hush/);
  });
});

function root(document: string): string {
  return document.slice(document.indexOf('<alert')).trim();
}
function signatureOf(document: string): string {
  return /<ds:Signature .*<\/ds:Signature>/s.exec(document)?.[0] ?? '';
}
function moved(document: string, before: string): string {
  const signature = signatureOf(document);
  return document.replace(signature, '').replace(before, signature + before);
}
function hidden(): string {
  const inside = signatureOf(signed).replace('</ds:Signature>', `<ds:Object>${root(xml)}</ds:Object></ds:Signature>`);
  return root(xml).replace('Moderate', 'Extreme').replace('</alert>', `${inside}</alert>`);
}
function disguised(): string {
  const forged = signXml(xml, signingKey(other.key, other.certificate));
  return forged.replace(certificateOf(forged), certificateOf(signed));
}
function certificateOf(document: string): string {
  return /<ds:X509Certificate>([^<]*)</.exec(document)?.[1] ?? '';
}
