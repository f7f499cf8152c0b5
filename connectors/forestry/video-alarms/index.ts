import type { Connector } from '../../connector.js';
import { listedStations } from '../../shared/listed-stations.js';
import { receivePushes } from '../../shared/transports/http-push.js';
import { type Settings, settings } from './config.js';
import { normalize } from './normalize.js';

const ID = 'forestry/video-alarms';

const connector: Connector<Settings> = {
  id: ID,
  department: 'FORESTRY',
  title: { en: 'Video smoke and fire alarms', zh: '视频烟火告警' },
  freshness: 'contact',
  settings,
  create(own) {
    return {
      async run(context) {
        const stations = listedStations(own.stations, own.crs);
        if (stations.length > 0) await context.take({ records: stations, rejects: [] });
        await receivePushes(context, { feedId: ID, ...own }, (body) => normalize(body, own, context.now(), 'alarm'));
      },
      replay: (input, now) => normalize(input, own, now, 'alarm'),
    };
  },
};

export default connector;
