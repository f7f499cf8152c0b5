import { CONSTRUCTION_SITE } from '../../../model/registers/housing.js';
import { registerDrop } from '../../shared/registers/register-drop.js';

/** The registers of this feed, a sheet each. */
export const drop = registerDrop([CONSTRUCTION_SITE]);
export const { normalize } = drop;
