import type { Connector } from '../../connector.js';
import { MAX_FIRMS_BYTES } from '../../shared/codecs/firms.js';
import { listedStations } from '../../shared/listed-stations.js';
import { PolledSource, pollRound, untagged } from '../../shared/transports/polled-source.js';
import { type Settings, settings } from './config.js';
import { normalize } from './normalize.js';

const connector: Connector<Settings> = {
  id: 'forestry/hotspots',
  department: 'FORESTRY',
  title: { en: 'Satellite fire hotspots', zh: '卫星火点' },
  freshness: 'contact',
  settings,
  create(own) {
    const files = own.urls.map(
      (url) =>
        new PolledSource({
          url,
          key: own.key,
          timeoutMs: own.timeoutMs,
          maxBytes: MAX_FIRMS_BYTES,
          read: (bytes, now, name) => normalize(bytes, own, now, name),
        }),
    );
    let listed = listedStations(own.stations, own.crs);
    return {
      everySeconds: own.pollSeconds,
      async run(context) {
        if (listed.length > 0) await context.take({ records: listed, rejects: [] });
        listed = [];
        await pollRound(files, context);
      },
      replay: (input, now) => normalize(untagged(input).body, own, now, 'kept'),
    };
  },
};

export default connector;
