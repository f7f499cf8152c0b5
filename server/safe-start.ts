import { type Config, ConfigError } from './config.js';
import type { Environment } from './environment.js';
import { isLoopback } from './limits/caller.js';

/** As short as this a key can be guessed by whoever has time. */
const MIN_KEY_CHARACTERS = 32;
/** A key made at random has more different characters, and none of these words. */
const MIN_DIFFERENT = 12;
const WELL_KNOWN = /password|secret|change.?me|admin|example|default|fenghuo|12345|qwerty|letmein/i;

/** Refuses a start that would open the hub to others with what is meant for trying it out. Throws ConfigError: what, where, why, what to do. */
export function assertSafe({ hub }: Pick<Config, 'hub'>, { HOST, HUB_ADMIN_KEY }: Environment): void {
  if (isLoopback(HOST)) return;
  if (hub.demo.enabled && !hub.demo.public)
    refuse(
      `HOST ${HOST}, hub.demo.enabled: the demo would be open to other machines, where anyone reads what its generated departments say`,
      'name your own settings with HUB_CONFIG, or set hub.demo.public: true if that is meant',
    );
  if (!hub.demo.enabled && !hub.behindTls)
    refuse(
      `HOST ${HOST}, hub.behindTls: keys and data would cross the network unencrypted`,
      'put a proxy that speaks TLS in front and set hub.behindTls: true, or listen on 127.0.0.1',
    );
  if (HUB_ADMIN_KEY !== undefined && isWeak(HUB_ADMIN_KEY))
    refuse(
      `HOST ${HOST}, HUB_ADMIN_KEY: the key can be guessed`,
      `take ${MIN_KEY_CHARACTERS} random characters or more (openssl rand -base64 32), or leave it out: the hub makes one`,
    );
}

function refuse(what: string, advice: string): never {
  throw new ConfigError(`${what}: ${advice}`);
}

const isWeak = (key: string): boolean =>
  key.length < MIN_KEY_CHARACTERS || new Set(key).size < MIN_DIFFERENT || WELL_KNOWN.test(key);
