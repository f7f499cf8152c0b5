import { inSeason } from './season.js';

/** Thresholds that are passed by falling: alarm limits L and LL of a plant, the dead level of a reservoir. All others by rising. */
const BELOW: ReadonlySet<string> = new Set(['low', 'low-low', 'dead']);

export const isBelow = (name: string): boolean => BELOW.has(name);

/** Whether a value has reached a threshold or gone beyond it. */
export const isBeyond = (
  { name, value }: { readonly name: string; readonly value: number },
  observed: number,
): boolean => (isBelow(name) ? observed <= value : observed >= value);

/** A threshold with the season that it holds in, "MMDD"; "" all year. */
export interface Limit {
  readonly name: string;
  readonly value: number;
  readonly seasonFrom: string;
  readonly seasonTo: string;
}

/** Those that a value of this moment has reached or gone beyond, the gravest first. */
export const exceeded = <L extends Limit>(limits: readonly L[], value: number, at: Date): L[] =>
  limits
    .filter((each) => inSeason(each.seasonFrom, each.seasonTo, at) && isBeyond(each, value))
    .sort((a, b) => Math.abs(value - a.value) - Math.abs(value - b.value));

/** The gravest of them by name, else "normal"; null where none holds at that moment. */
export function gradeOf(limits: readonly Limit[], value: number, at: Date): string | null {
  if (!limits.some(({ seasonFrom, seasonTo }) => inSeason(seasonFrom, seasonTo, at))) return null;
  return exceeded(limits, value, at)[0]?.name ?? 'normal';
}
