import type { Connector } from '../../connector.js';
import { Sl651Splitter } from '../../shared/codecs/sl651-splitter.js';
import { listedStations } from '../../shared/listed-stations.js';
import { answerDevices } from '../../shared/transports/answering-devices.js';
import { type Settings, settings } from './config.js';
import { readFrames, TelemetryReader } from './normalize.js';

const connector: Connector<Settings> = {
  id: 'water/telemetry',
  department: 'WATER',
  title: { en: 'Hydrological telemetry', zh: '水文遥测' },
  freshness: 'observation',
  settings,
  create(own) {
    return {
      async run(context) {
        const stations = listedStations(own.stations, own.crs);
        if (stations.length > 0) await context.take({ records: stations, rejects: [] });
        await answerDevices(own.listen, context, {
          splitter: () => new Sl651Splitter(),
          reader: () => new TelemetryReader(own),
        });
      },
      replay: (input, now) => readFrames(input, own, now),
    };
  },
};

export default connector;
