import { registerConnector } from '../../shared/registers/register-drop.js';
import { drop } from './normalize.js';

export default registerConnector('housing/sites', { en: 'Construction sites', zh: '建筑工地' }, drop);
