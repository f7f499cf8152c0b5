import { BUILDING } from '../../../model/registers/housing.js';
import { registerDrop } from '../../shared/registers/register-drop.js';

/** The registers of this feed, a sheet each. */
export const drop = registerDrop([BUILDING]);
export const { normalize } = drop;
