import { expect, test } from '@jest/globals';
import type { HubSettings } from './config.js';
import { readEnvironment } from './environment.js';
import { assertSafe } from './safe-start.js';

const STRONG = 'mQ7f0dWk3Zr9Xc1Vb6Nn8Lp4Hs2Jt5Gy';

function start(hub: { demo?: boolean; public?: boolean; behindTls?: boolean }, env: Record<string, string>): string {
  const settings = {
    demo: { enabled: hub.demo ?? false, public: hub.public ?? false },
    behindTls: hub.behindTls ?? false,
  };
  try {
    assertSafe({ hub: settings as unknown as HubSettings }, readEnvironment(env));
    return 'starts';
  } catch (error) {
    return (error as Error).message;
  }
}

test.each([
  ['anything on loopback, whatever its key', { demo: true }, { HUB_ADMIN_KEY: 'password-password' }],
  ['the hub itself on ::1', {}, { HOST: '::1' }],
  ['the demo for others, where that is meant', { demo: true, public: true }, { HOST: '0.0.0.0' }],
  ['the hub behind TLS with a key of its own', { behindTls: true }, { HOST: '0.0.0.0' }],
  ['the hub behind TLS with a strong key', { behindTls: true }, { HOST: '10.0.0.1', HUB_ADMIN_KEY: STRONG }],
])('%s starts', (_name, hub, env) => {
  expect(start(hub, env)).toBe('starts');
});

test.each([
  [
    'the demo for other machines',
    { demo: true },
    { HOST: '0.0.0.0' },
    /^HOST 0\.0\.0\.0, hub\.demo\.enabled: .*hub\.demo\.public: true/,
  ],
  ['the hub without TLS', {}, { HOST: '::' }, /^HOST ::, hub\.behindTls: .*unencrypted: .*hub\.behindTls: true/],
  [
    'a short key',
    { behindTls: true },
    { HOST: '0.0.0.0', HUB_ADMIN_KEY: 'k8Jq2VVP12Tbm7g1' },
    /HUB_ADMIN_KEY: the key can be guessed: take 32/,
  ],
  [
    'a long key of few characters',
    { behindTls: true },
    { HOST: '0.0.0.0', HUB_ADMIN_KEY: 'ab'.repeat(30) },
    /can be guessed/,
  ],
  [
    'a well-known word',
    { behindTls: true },
    { HOST: '0.0.0.0', HUB_ADMIN_KEY: `${STRONG}-changeme` },
    /can be guessed/,
  ],
  [
    'a weak key of the open demo',
    { demo: true, public: true },
    { HOST: '0.0.0.0', HUB_ADMIN_KEY: 'a'.repeat(40) },
    /can be guessed/,
  ],
])('%s does not start, and one line says what, why and what to do', (_name, hub, env, message) => {
  const said = start(hub, env);
  expect(said).toMatch(message);
  expect(said).not.toContain('\n');
  // The key itself is not repeated.
  if ('HUB_ADMIN_KEY' in env) expect(said).not.toContain(env.HUB_ADMIN_KEY);
});
