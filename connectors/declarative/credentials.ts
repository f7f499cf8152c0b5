/** Where a credential stands written out, and what to do about it. */
export interface WrittenSecret {
  readonly path: readonly string[];
  readonly reason: string;
}

const ADVICE = 'a credential is named, never written: { env: NAME } or { file: path }';
/** Settings, header names and query parameters that are credentials by their name. */
const SECRET_NAME =
  /^(.*[-_.])?(key|appkey|apikey|accesskey|privatekey|secretkey|passphrase|token|access[-_]?token|secret|password|passwd|pwd|pass|auth|authorization|cookie|signature|sig|sign|ak|sk)$/i;

/**
 * The credentials that a feed's settings hold themselves, before any reference in them is followed: by the name of the setting, in
 * headers, in an address. An empty list is what the file should give.
 */
export function writtenSecrets(value: unknown, path: readonly string[] = []): WrittenSecret[] {
  if (typeof value === 'string') return secretsOfText(value, path);
  if (typeof value !== 'object' || value === null || isReference(value)) return [];
  return Object.entries(value).flatMap(([name, each]) => {
    const at = [...path, name];
    if (SECRET_NAME.test(name) && !isReference(each) && typeof each !== 'object') return [{ path: at, reason: ADVICE }];
    return writtenSecrets(each, at);
  });
}

const isReference = (value: unknown): boolean =>
  typeof value === 'object' &&
  value !== null &&
  Object.keys(value).length === 1 &&
  ['env', 'file', 'generated'].includes(Object.keys(value)[0] ?? '');

function secretsOfText(text: string, path: readonly string[]): WrittenSecret[] {
  if (!/^[a-z][a-z0-9+.-]*:\/\//i.test(text) || !URL.canParse(text)) return [];
  const url = new URL(text);
  if (url.password !== '') return [{ path, reason: `the address holds a password: ${ADVICE}` }];
  const named = [...url.searchParams].find(([name, value]) => SECRET_NAME.test(name) && !/^(\{.*\}|)$/.test(value));
  return named
    ? [
        {
          path,
          reason: `the address holds "${named[0]}": write ${named[0]}={key}, and name the key beside it; ${ADVICE}`,
        },
      ]
    : [];
}
