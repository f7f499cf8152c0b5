/** The day of the year in China, "MMDD": levels that hold by calendar follow the clock of Beijing. */
const dayOf = (at: Date): string => new Date(at.getTime() + 8 * 3_600_000).toISOString().slice(5, 10).replace('-', '');

/** Whether `at` lies in a season from "MMDD" to "MMDD", both days included; one may run over the end of the year. "" holds all year. */
export function inSeason(from: string, to: string, at: Date): boolean {
  if (from === '' || to === '') return true;
  const day = dayOf(at);
  return from <= to ? day >= from && day <= to : day >= from || day <= to;
}
