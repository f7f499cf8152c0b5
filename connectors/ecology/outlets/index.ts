import type { Connector } from '../../connector.js';
import { hj212Source } from '../../shared/hj212/source.js';
import { type Settings, settings } from './config.js';

const connector: Connector<Settings> = {
  id: 'ecology/outlets',
  department: 'ECOLOGY',
  title: { en: 'Outlets and stacks', zh: '污染源在线监测' },
  freshness: 'observation',
  settings,
  create: hj212Source,
};

export default connector;
