import type { Connector } from '../../connector.js';
import { listedStations } from '../../shared/listed-stations.js';
import { receivePushes } from '../../shared/transports/http-push.js';
import { type Settings, settings } from './config.js';
import { normalize } from './normalize.js';

const ID = 'industry/hazardous-chemicals-push';

const connector: Connector<Settings> = {
  id: ID,
  department: 'INDUSTRY',
  title: { en: 'Hazardous chemicals monitoring (HTTP)', zh: '危险化学品监测（HTTP 推送）' },
  freshness: 'observation',
  settings,
  create(own) {
    return {
      async run(context) {
        const stations = listedStations(own.stations, own.crs);
        if (stations.length > 0) await context.take({ records: stations, rejects: [] });
        await receivePushes(context, { feedId: ID, ...own }, (body) => normalize(body, own, context.now(), 'message'));
      },
      replay: (input, now) => normalize(input, own, now, 'message'),
    };
  },
};

export default connector;
