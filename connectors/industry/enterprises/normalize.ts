import { ENTERPRISE, MAJOR_HAZARD } from '../../../model/registers/industry.js';
import { registerDrop } from '../../shared/registers/register-drop.js';

/** The registers of this feed, a sheet each. */
export const drop = registerDrop([ENTERPRISE, MAJOR_HAZARD]);
export const { normalize } = drop;
