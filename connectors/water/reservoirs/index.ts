import { registerConnector } from '../../shared/registers/register-drop.js';
import { drop } from './normalize.js';

export default registerConnector('water/reservoirs', { en: 'Reservoirs', zh: '水库' }, drop);
