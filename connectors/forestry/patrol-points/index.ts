import { registerConnector } from '../../shared/registers/register-drop.js';
import { drop } from './normalize.js';

export default registerConnector(
  'forestry/patrol-points',
  { en: 'Forest fire stations and patrol points', zh: '森林草原防火站及巡护点' },
  drop,
);
