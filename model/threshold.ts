/** Thresholds that are passed by falling: alarm limits L and LL of a plant, the dead level of a reservoir. All others by rising. */
const BELOW: ReadonlySet<string> = new Set(['low', 'low-low', 'dead']);

export const isBelow = (name: string): boolean => BELOW.has(name);

/** Whether a value has reached a threshold or gone beyond it. */
export const isBeyond = (
  { name, value }: { readonly name: string; readonly value: number },
  observed: number,
): boolean => (isBelow(name) ? observed <= value : observed >= value);
