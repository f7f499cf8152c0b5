import { generateKeyPairSync, type KeyObject, sign } from 'node:crypto';

export interface TestKey {
  /** Both PEM. */
  readonly key: string;
  readonly certificate: string;
}

const KINDS = {
  rsa: () => generateKeyPairSync('rsa', { modulusLength: 2048 }),
  'rsa-short': () => generateKeyPairSync('rsa', { modulusLength: 1024 }),
  'p-256': () => generateKeyPairSync('ec', { namedCurve: 'P-256' }),
  ed25519: () => generateKeyPairSync('ed25519'),
} as const;
export type KeyKind = keyof typeof KINDS;

/** A new private key with a certificate that it has signed itself, as an authority would make them. */
export function testKey(kind: KeyKind): TestKey {
  const { privateKey, publicKey } = KINDS[kind]() as { privateKey: KeyObject; publicKey: KeyObject };
  const algorithm = sequence(SIGNATURES[kind === 'rsa-short' ? 'rsa' : kind]);
  const name = sequence(set(sequence(oid('550403'), der(0x0c, Buffer.from('Wusu test')))));
  const until = [der(0x17, Buffer.from('250101000000Z')), der(0x17, Buffer.from('450101000000Z'))];
  const info = publicKey.export({ type: 'spki', format: 'der' });
  const version = der(0xa0, der(2, Buffer.from([2])));
  const body = sequence(version, der(2, Buffer.from([1])), algorithm, name, sequence(...until), name, info);
  const signature = sign(kind === 'ed25519' ? null : 'sha256', body, privateKey);
  const certificate = sequence(body, algorithm, der(3, Buffer.from([0]), signature));
  const lines = certificate.toString('base64').replace(/.{64}/g, '$&\n');
  return {
    key: privateKey.export({ type: 'pkcs8', format: 'pem' }) as string,
    certificate: `-----BEGIN CERTIFICATE-----\n${lines}\n-----END CERTIFICATE-----\n`,
  };
}

/** One value of ASN.1 in DER. */
function der(tag: number, ...content: Buffer[]): Buffer {
  const body = Buffer.concat(content);
  if (body.length < 128) return Buffer.concat([Buffer.from([tag, body.length]), body]);
  const length = Buffer.from(body.length.toString(16).padStart(4, '0'), 'hex');
  return Buffer.concat([Buffer.from([tag, 0x82]), length, body]);
}

const sequence = (...content: Buffer[]): Buffer => der(0x30, ...content);
const set = (...content: Buffer[]): Buffer => der(0x31, ...content);
const oid = (hex: string): Buffer => der(6, Buffer.from(hex, 'hex'));

/** sha256WithRSAEncryption, ecdsa-with-SHA256, Ed25519. */
const SIGNATURES = {
  rsa: Buffer.concat([oid('2a864886f70d01010b'), Buffer.from([5, 0])]),
  'p-256': oid('2a8648ce3d040302'),
  ed25519: oid('2b6570'),
} as const;
