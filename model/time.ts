/** Fixed offsets of the zones the feeds use, in minutes. China has had no summer time since 1991. 新疆时间 is Asia/Urumqi. */
const ZONES: Readonly<Record<string, number>> = { UTC: 0, Z: 0, 'Asia/Shanghai': 480, 'Asia/Urumqi': 360 };

const OFFSET = /^([+-])(\d{2}):?(\d{2})$/;
const TIME = /^(\d{4})-(\d{2})-(\d{2})(?:[T ](\d{2}):(\d{2})(?::(\d{2})(?:\.(\d{1,9}))?)?)?\s*(Z|[+-]\d{2}:?\d{2})?$/;

/** Minutes east of UTC of "UTC", "Asia/Shanghai", "Asia/Urumqi" or "+06:00"; undefined for any other name. */
export function zoneMinutes(zone: string): number | undefined {
  const offset = OFFSET.exec(zone);
  if (!offset) return ZONES[zone];
  return (offset[1] === '-' ? -1 : 1) * (Number(offset[2]) * 60 + Number(offset[3]));
}

/**
 * The instant of a calendar date and clock time in a zone; undefined when the calendar has no such moment
 * (month 13, 30 February, second 60) or the zone is unknown. `month` is 1–12. Hour 24 is midnight of the next day.
 */
export function instantOf(
  [year, month, day, hour = 0, minute = 0, second = 0, millisecond = 0]: readonly number[],
  zone: string,
): Date | undefined {
  const minutes = zoneMinutes(zone);
  if (minutes === undefined || year === undefined || month === undefined || day === undefined) return undefined;
  if (hour > 24 || (hour === 24 && minute + second > 0) || minute > 59 || second > 59) return undefined;
  const day0 = new Date(Date.UTC(year, month - 1, day));
  if (day0.getUTCFullYear() !== year || day0.getUTCMonth() !== month - 1 || day0.getUTCDate() !== day) return undefined;
  return new Date(day0.getTime() + ((hour * 60 + minute - minutes) * 60 + second) * 1000 + millisecond);
}

/** Parses "2020-02-05 10:45:00", with T or blank, with or without zone; the zone in the text wins over `zone`. */
export function parseTime(text: string, zone: string): Date | undefined {
  const match = TIME.exec(text.trim());
  if (!match) return undefined;
  const [, y, mo, d, h, mi, s, fraction = '', ownZone] = match;
  const numbers = [y, mo, d, h ?? '0', mi ?? '0', s ?? '0'].map(Number);
  return instantOf([...numbers, Number(fraction.slice(0, 3).padEnd(3, '0'))], ownZone ?? zone);
}
