import type { Connector } from '../../connector.js';
import { MAX_QUAKE_BYTES } from '../../shared/codecs/quakes/quake.js';
import { PolledSource, pollRound, untagged } from '../../shared/transports/polled-source.js';
import { type Settings, settings } from './config.js';
import { normalize } from './normalize.js';

const connector: Connector<Settings> = {
  id: 'seismic/catalogue',
  department: 'SEISMIC',
  title: { en: 'Earthquake catalogues', zh: '地震目录' },
  freshness: 'contact',
  settings,
  create(own) {
    const sources = own.sources.map(
      (source) =>
        new PolledSource({
          url: source.url,
          timeoutMs: own.timeoutMs,
          maxBytes: MAX_QUAKE_BYTES,
          tag: source.url,
          read: (bytes, now, name) => normalize(bytes, own, now, { name, source }),
        }),
    );
    return {
      everySeconds: own.pollSeconds,
      run: (context) => pollRound(sources, context),
      replay: (input, now) => {
        const { tag, body } = untagged(input);
        return normalize(body, own, now, { name: 'kept', source: own.sources.find(({ url }) => url === tag) });
      },
    };
  },
};

export default connector;
