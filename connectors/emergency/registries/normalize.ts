import { PLAN, RESCUE_TEAM, SHELTER, SUPPLY_DEPOT, SUPPLY_ITEM } from '../../../model/registers/emergency.js';
import { DUTY_SHIFT, EXPERT, INFORMATION_OFFICER } from '../../../model/registers/emergency-people.js';
import { WARNING_RECIPIENT } from '../../../model/registers/warning-recipient.js';
import { registerDrop } from '../../shared/registers/register-drop.js';

/** The registers of this feed, a sheet each. */
export const drop = registerDrop([
  SUPPLY_DEPOT,
  SUPPLY_ITEM,
  RESCUE_TEAM,
  SHELTER,
  PLAN,
  EXPERT,
  INFORMATION_OFFICER,
  DUTY_SHIFT,
  WARNING_RECIPIENT,
]);
export const { normalize } = drop;
