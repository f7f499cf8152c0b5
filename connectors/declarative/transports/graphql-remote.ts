import { createHash } from 'node:crypto';
import { pollGraphql } from '../../shared/transports/graphql-remote.js';
import type { Reader } from '../reader.js';
import { type SettingsOf, type Transport, takeReading } from './transport.js';

/** Asks a department's own GraphQL service one query again and again; an answer with errors in it counts as a broken link. */
export function graphqlRemote(own: SettingsOf<'graphql-remote'>, reader: Reader): Transport {
  let held: string | undefined;
  return {
    everySeconds: own.pollSeconds,
    async run(context) {
      const bytes = await pollGraphql(context, own.graphql);
      const digest = createHash('sha256').update(bytes).digest('base64');
      if (digest === held) return context.contact();
      await takeReading(await reader.read({ bytes, about: {} }), context);
      held = digest;
    },
  };
}
