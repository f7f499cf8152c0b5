import { RESERVOIR } from '../../../model/registers/reservoir.js';
import { registerDrop } from '../../shared/registers/register-drop.js';

/** The registers of this feed, a sheet each. */
export const drop = registerDrop([RESERVOIR]);
export const { normalize } = drop;
