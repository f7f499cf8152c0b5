import type { Connector } from '../../connector.js';
import { type Settings, settings } from './config.js';
import { table } from './normalize.js';

const connector: Connector<Settings> = {
  id: 'transport/road-events',
  department: 'TRANSPORT',
  title: { en: 'Blocked roads (forms)', zh: '公路交通阻断信息' },
  freshness: 'contact',
  settings,
  table: table.form,
  create: table.create,
};

export default connector;
