import type { Connector } from '../../connector.js';
import { receivePushes } from '../../shared/transports/http-push.js';
import { type Settings, settings } from './config.js';
import { listed, normalize } from './normalize.js';

const ID = 'tourism/visitor-flow';

const connector: Connector<Settings> = {
  id: ID,
  department: 'TOURISM',
  title: { en: 'Visitor flow of scenic areas', zh: '景区客流' },
  freshness: 'observation',
  settings,
  create(own) {
    return {
      async run(context) {
        const areas = listed(own);
        if (areas.length > 0) await context.take({ records: areas, rejects: [] });
        await receivePushes(context, { feedId: ID, ...own }, (body) => normalize(body, own, context.now(), 'message'));
      },
      replay: (input, now) => normalize(input, own, now, 'message'),
    };
  },
};

export default connector;
