import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';

/** Where credentials named in the settings come from. */
export interface Secrets {
  /** An environment variable's value. */
  readonly env: (name: string) => string | undefined;
  /** Made at random when first asked for, and kept with the hub's data: for keys that the hub hands out itself. */
  readonly generated: (name: string) => string;
  /** Where given, a credential that is not to be had is told to it and replaced by what it returns: for a check, which connects nowhere. */
  readonly missing?: (what: string) => string;
  /** Relative `file:` paths start here. */
  readonly folder?: string;
}

/**
 * Copies settings, replacing `${demo.<name>}` inside strings, and `{env: NAME}`, `{file: path}`, `{generated: name}` by the
 * credential they name. Throws with the reason where one is missing; a credential itself is never in the message.
 */
export function substitute(value: unknown, demo: Readonly<Record<string, string>>, secrets: Secrets): unknown {
  if (typeof value === 'string')
    return value.replaceAll(/\$\{demo\.([a-z-]+)\}/g, (_, name: string) => demoAddress(name, demo));
  if (Array.isArray(value)) return value.map((each) => substitute(each, demo, secrets));
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value);
  const [only] = entries;
  if (only && entries.length === 1 && typeof only[1] === 'string') {
    if (only[0] === 'env') return fromEnvironment(only[1], secrets);
    if (only[0] === 'file') return fromFile(only[1], secrets);
    if (only[0] === 'generated') return secrets.generated(only[1]);
  }
  return Object.fromEntries(entries.map(([key, each]) => [key, substitute(each, demo, secrets)]));
}

function demoAddress(name: string, demo: Readonly<Record<string, string>>): string {
  const address = demo[name];
  if (address === undefined)
    throw new Error(
      `\${demo.${name}} is known only while the demo runs (hub.demo.enabled); it has: ${Object.keys(demo).join(', ') || 'nothing'}`,
    );
  return address;
}

function fromEnvironment(name: string, secrets: Secrets): string {
  const found = secrets.env(name);
  if (found) return found;
  return absent(`the environment variable ${name} is not set`, secrets);
}

function fromFile(path: string, secrets: Secrets): string {
  try {
    return readFileSync(resolve(secrets.folder ?? '.', path), 'utf8').trim();
  } catch (error) {
    return absent(`the file ${path} cannot be read: ${(error as NodeJS.ErrnoException).code}`, secrets);
  }
}

function absent(what: string, { missing }: Secrets): string {
  if (missing) return missing(what);
  throw new Error(what);
}
