import type { Connector } from '../../connector.js';
import { hj212Source } from '../../shared/hj212/source.js';
import { type Settings, settings } from './config.js';

const connector: Connector<Settings> = {
  id: 'housing/site-dust',
  department: 'HOUSING',
  title: { en: 'Construction dust and noise', zh: '工地扬尘噪声' },
  freshness: 'observation',
  settings,
  create: hj212Source,
};

export default connector;
