import { createHash } from 'node:crypto';
import { FetchError, fetchBytes } from '../../shared/transports/http-poll.js';
import type { Reader } from '../reader.js';
import { type SettingsOf, type Transport, takeReading } from './transport.js';

/** Asks one address again and again. An answer that is the same as the last one stored is a sign of life and not read again. */
export function httpPoll(own: SettingsOf<'http-poll'>, reader: Reader): Transport {
  const { key = '', url, headers, timeoutMs, maxBytes } = own.http;
  const address = url.replaceAll('{key}', encodeURIComponent(key));
  let held: { etag: string | undefined; lastModified: string | undefined; digest: string } | undefined;
  return {
    everySeconds: own.pollSeconds,
    async run(context) {
      const { signal, outbound } = context;
      const limits = { timeoutMs, maxBytes, signal, allow: [new URL(address).origin], outbound, headers };
      const fetched = await fetchBytes(address, { ...limits, ...held }).catch((error: unknown) => {
        throw withoutKey(error, key);
      });
      if (fetched.unchanged) return context.contact();
      const { bytes, etag, lastModified } = fetched;
      const digest = createHash('sha256').update(bytes).digest('base64');
      if (digest === held?.digest) return context.contact();
      await takeReading(await reader.read({ bytes, about: {} }), context);
      held = { etag, lastModified, digest };
    },
  };
}

function withoutKey(error: unknown, key: string): unknown {
  if (key === '' || !(error instanceof FetchError)) return error;
  return new FetchError(error.failure, error.message.replaceAll(encodeURIComponent(key), '{key}'));
}
