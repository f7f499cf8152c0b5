import type { KeyObject } from 'node:crypto';
import { CompactSign, flattenedVerify } from 'jose';
import { sm2 } from 'sm-crypto-v2';
import { Refusal, type Signed } from '../model/exchange.js';
import { isValid, type OwnKey, type PeerKey, SM2_USER } from './keys.js';

/** What a signature is made over, in its protected header: a receipt's never stands for a bundle's. */
export type SignedType = 'fenghuo-bundle+jws' | 'fenghuo-receipt+jws' | 'fenghuo-export+jws';

const base64url = (text: string): string => Buffer.from(text, 'utf8').toString('base64url');

/** How every signature of a key begins. */
export const headerOfKey = ({ algorithm, kid }: Pick<OwnKey, 'algorithm' | 'kid'>, typ: SignedType): string =>
  base64url(JSON.stringify({ alg: algorithm, kid, typ }));

/** The detached JWS (RFC 7515 appendix F) of a text: protected header, two dots, signature. */
export async function sign(body: string, typ: SignedType, key: OwnKey): Promise<string> {
  const header = { alg: key.algorithm, kid: key.kid, typ };
  if (key.algorithm === 'SM2') {
    const first = base64url(JSON.stringify(header));
    return `${first}..${sm2Sign(`${first}.${base64url(body)}`, key.secret as string)}`;
  }
  const jws = await new CompactSign(Buffer.from(body, 'utf8')).setProtectedHeader(header).sign(key.secret as KeyObject);
  const [first, , last] = jws.split('.');
  return `${first}..${last}`;
}

/** The key that a signature names, without believing it. */
export const keyIdOf = (signature: string): string | undefined => headerOf(signature)?.kid;

/** Throws Refusal unless the text was signed so by one of these keys, which is valid now. Nothing that the header points at is fetched. */
export async function verify(
  { body, signature }: Signed,
  typ: SignedType,
  keys: readonly PeerKey[],
  now: Date,
): Promise<void> {
  const header = headerOf(signature);
  if (!header) throw new Refusal('BAD_SIGNATURE', 'the signature is no detached JWS: <protected header>..<signature>');
  const key = keys.find(({ kid }) => kid === header.kid);
  if (!key)
    throw new Refusal(
      'UNKNOWN_KEY',
      `no key "${header.kid.slice(0, 60)}" of this sender is known here: announce it first`,
    );
  if (!isValid(key, now)) throw new Refusal('KEY_EXPIRED', `the key "${key.kid}" is not valid at ${now.toISOString()}`);
  if (header.typ !== typ)
    throw new Refusal('BAD_SIGNATURE', `it is signed as "${header.typ.slice(0, 40)}", not as ${typ}`);
  if (!(await fits(body, signature, header, key)))
    throw new Refusal('BAD_SIGNATURE', `the signature is not of this text by the key "${key.kid}"`);
}

interface Header {
  readonly alg: string;
  readonly kid: string;
  readonly typ: string;
}

async function fits(body: string, signature: string, header: Header, key: PeerKey): Promise<boolean> {
  const [first = '', last = ''] = signature.split('..');
  if (key.algorithm === 'SM2')
    return header.alg === 'SM2' && sm2Verify(`${first}.${base64url(body)}`, last, key.open as string);
  try {
    const jws = { protected: first, payload: base64url(body), signature: last };
    await flattenedVerify(jws, key.open as KeyObject, { algorithms: [key.algorithm] });
    return true;
  } catch {
    return false;
  }
}

/** Exactly three names: `crit`, `jku`, `jwk` and the like have no place here. */
function headerOf(signature: string): Header | undefined {
  const match = /^([\w-]{1,1000})\.\.([\w-]{1,400})$/.exec(signature);
  // Base64 has several spellings of the same bytes: one is enough.
  if (!match?.slice(1).every((part) => Buffer.from(part, 'base64url').toString('base64url') === part)) return undefined;
  try {
    const header = JSON.parse(Buffer.from(match[1] as string, 'base64url').toString('utf8')) as Record<string, unknown>;
    const { alg, kid, typ, ...rest } = header;
    if (Object.keys(rest).length > 0) return undefined;
    return typeof alg === 'string' && typeof kid === 'string' && typeof typ === 'string'
      ? { alg, kid, typ }
      : undefined;
  } catch {
    return undefined;
  }
}

/** r and s as they are, 64 bytes (RFC 7518 §3.4 for P-256). */
const sm2Sign = (text: string, secret: string): string =>
  Buffer.from(
    sm2.doSignature(new Uint8Array(Buffer.from(text)), secret, { hash: true, userId: SM2_USER }),
    'hex',
  ).toString('base64url');

function sm2Verify(text: string, signature: string, point: string): boolean {
  const bytes = Buffer.from(signature, 'base64url');
  if (bytes.length !== 64) return false;
  try {
    const data = new Uint8Array(Buffer.from(text));
    return sm2.doVerifySignature(data, bytes.toString('hex'), point, { hash: true, userId: SM2_USER });
  } catch {
    return false;
  }
}
