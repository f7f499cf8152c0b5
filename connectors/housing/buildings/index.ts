import { registerConnector } from '../../shared/registers/register-drop.js';
import { drop } from './normalize.js';

export default registerConnector('housing/buildings', { en: 'Buildings', zh: '房屋建筑' }, drop);
