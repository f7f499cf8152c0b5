import { registerConnector } from '../../shared/registers/register-drop.js';
import { drop } from './normalize.js';

export default registerConnector('emergency/registries', { en: 'Emergency registries', zh: '应急管理台账' }, drop);
