import type { Connector } from '../../connector.js';
import { MAX_AQI_BYTES } from '../../shared/codecs/aqi-json.js';
import { listedStations } from '../../shared/listed-stations.js';
import { PolledSource, pollRound, untagged } from '../../shared/transports/polled-source.js';
import { type Settings, settings } from './config.js';
import { normalize } from './normalize.js';

const connector: Connector<Settings> = {
  id: 'ecology/air-quality',
  department: 'ECOLOGY',
  title: { en: 'Air quality (AQI)', zh: '环境空气质量' },
  freshness: 'observation',
  settings,
  create(own) {
    const services = own.sources.map(
      ({ url, place }) =>
        new PolledSource({
          url,
          key: own.key,
          timeoutMs: own.timeoutMs,
          maxBytes: MAX_AQI_BYTES,
          // The answer itself may not say which place it was asked for.
          tag: place?.code,
          read: (bytes, now, name) => normalize(bytes, own, now, { name, place }),
        }),
    );
    let listed = listedStations(own.stations, own.crs);
    return {
      everySeconds: own.pollSeconds,
      async run(context) {
        if (listed.length > 0) await context.take({ records: listed, rejects: [] });
        listed = [];
        await pollRound(services, context);
      },
      replay: (input, now) => {
        const { tag, body } = untagged(input);
        const place = own.sources.find((source) => source.place?.code === tag)?.place;
        return normalize(body, own, now, { name: 'kept', place });
      },
    };
  },
};

export default connector;
