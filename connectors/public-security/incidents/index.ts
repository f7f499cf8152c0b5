import type { Connector } from '../../connector.js';
import { receivePushes } from '../../shared/transports/http-push.js';
import { clear } from './clear.js';
import { type Settings, settings } from './config.js';
import { normalize } from './normalize.js';

const ID = 'public-security/incidents';

const connector: Connector<Settings> = {
  id: ID,
  department: 'PUBLIC_SECURITY',
  title: { en: 'Incidents called in', zh: '接处警事件' },
  freshness: 'contact',
  settings,
  create(own) {
    return {
      run: (context) =>
        receivePushes(context, { feedId: ID, ...own, redact: (body) => clear(body, own) }, (body) =>
          normalize(body, own, context.now(), 'message'),
        ),
      replay: (input, now) => normalize(input, own, now, 'message'),
    };
  },
};

export default connector;
