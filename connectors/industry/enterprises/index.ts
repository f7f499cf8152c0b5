import { registerConnector } from '../../shared/registers/register-drop.js';
import { drop } from './normalize.js';

export default registerConnector(
  'industry/enterprises',
  { en: 'Enterprises and major hazards', zh: '企业和重大危险源台账' },
  drop,
);
