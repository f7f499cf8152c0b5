/** How crowded a scenic area feels, as gates and operators say it: 舒适 较舒适 一般 较拥挤 拥挤. */
export const COMFORT_LEVELS = ['COMFORTABLE', 'FAIRLY_COMFORTABLE', 'FAIR', 'FAIRLY_CROWDED', 'CROWDED'] as const;
export type ComfortLevel = (typeof COMFORT_LEVELS)[number];

/** What part of a capacity is used, 1 being all of it, in four decimals; null where either is not known. */
export function shareOf(people: number | null, capacity: number | null): number | null {
  if (people === null || capacity === null || capacity <= 0) return null;
  return Math.round((people / capacity) * 10_000) / 10_000;
}
