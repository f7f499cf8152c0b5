import { SCENIC_SERVICE } from '../../../model/live/scenic-service.js';
import type { Connector } from '../../connector.js';
import { liveFeed } from '../../shared/live/feed.js';
import { type Settings, settings } from './config.js';

const ID = 'tourism/scenic-service';

const connector: Connector<Settings> = {
  id: ID,
  department: 'TOURISM',
  title: { en: "Scenic areas: the bureau's own service (live)", zh: '景区自有服务（实时直连）' },
  freshness: 'contact',
  answersFor: SCENIC_SERVICE.noun,
  settings,
  create: (own) => liveFeed(ID, SCENIC_SERVICE, own),
};

export default connector;
