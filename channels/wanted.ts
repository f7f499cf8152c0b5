import type { Audience } from '../model/audience.js';
import { divisionsOverlap } from '../model/division.js';
import type { WarningSnapshot } from '../model/entry.js';
import { WARNING_LEVELS } from '../model/warning.js';
import type { ChannelSettings } from './settings.js';

type Wishes = Pick<ChannelSettings, 'audiences' | 'divisions' | 'minLevel' | 'hazards' | 'departments'>;

/** Whether the channel's settings ask for this warning. `audiences`: whom it is meant for; none said is anyone. */
export function wants(settings: Wishes, warning: WarningSnapshot, audiences: readonly Audience[]): boolean {
  const { minLevel, hazards, departments, divisions, audiences: groups } = settings;
  return (
    (!minLevel || WARNING_LEVELS.indexOf(warning.level) >= WARNING_LEVELS.indexOf(minLevel)) &&
    (!hazards || hazards.some((code) => warning.hazardCode.startsWith(code))) &&
    (!departments || departments.some((code) => code === warning.departmentCode)) &&
    (!divisions || warning.divisionCodes.some((code) => divisions.some((wanted) => divisionsOverlap(code, wanted)))) &&
    (!groups || audiences.length === 0 || audiences.some(({ group }) => groups.includes(group)))
  );
}
