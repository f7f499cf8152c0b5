import { FIRE_STATION } from '../../../model/registers/fire-station.js';
import { registerDrop } from '../../shared/registers/register-drop.js';

/** The registers of this feed, a sheet each. */
export const drop = registerDrop([FIRE_STATION]);
export const { normalize } = drop;
