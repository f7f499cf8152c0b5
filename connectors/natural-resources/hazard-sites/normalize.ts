import { HAZARD_SITE } from '../../../model/registers/hazard-site.js';
import { registerDrop } from '../../shared/registers/register-drop.js';

/** The registers of this feed, a sheet each. */
export const drop = registerDrop([HAZARD_SITE]);
export const { normalize } = drop;
