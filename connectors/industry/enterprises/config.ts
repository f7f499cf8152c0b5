import { registerSettings } from '../../shared/registers/register-drop.js';

export const settings = registerSettings;
