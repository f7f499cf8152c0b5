import { registerConnector } from '../../shared/registers/register-drop.js';
import { drop } from './normalize.js';

export default registerConnector(
  'natural-resources/hazard-sites',
  { en: 'Geological hazard sites', zh: '地质灾害隐患点' },
  drop,
);
