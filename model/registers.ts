import type { RegisterNoun } from './register.js';
import { PLAN, RESCUE_TEAM, SHELTER, SUPPLY_DEPOT, SUPPLY_ITEM } from './registers/emergency.js';
import { DUTY_SHIFT, EXPERT, INFORMATION_OFFICER } from './registers/emergency-people.js';
import { FIRE_STATION } from './registers/fire-station.js';
import { HAZARD_SITE } from './registers/hazard-site.js';
import { BUILDING, CONSTRUCTION_SITE } from './registers/housing.js';
import { ENTERPRISE, MAJOR_HAZARD } from './registers/industry.js';
import { RESERVOIR } from './registers/reservoir.js';
import { SCENIC_AREA } from './registers/tourism.js';
import { WARNING_RECIPIENT } from './registers/warning-recipient.js';

/** Every kind of thing that departments keep lists of. A new one is a description in registers/ and a line here. */
export const REGISTERS: readonly RegisterNoun[] = [
  SUPPLY_DEPOT,
  SUPPLY_ITEM,
  RESCUE_TEAM,
  SHELTER,
  PLAN,
  EXPERT,
  INFORMATION_OFFICER,
  DUTY_SHIFT,
  BUILDING,
  CONSTRUCTION_SITE,
  HAZARD_SITE,
  RESERVOIR,
  FIRE_STATION,
  ENTERPRISE,
  MAJOR_HAZARD,
  SCENIC_AREA,
  WARNING_RECIPIENT,
];

const BY_NOUN: ReadonlyMap<string, RegisterNoun> = new Map(REGISTERS.map((each) => [each.noun, each]));

/** The description of a noun; undefined for a name that is none. */
export const registerOf = (noun: string): RegisterNoun | undefined => BY_NOUN.get(noun);
