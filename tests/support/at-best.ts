/**
 * The least of up to three takes, in the take's own unit; it ends with the first that is below `limit`. For limits that belong to a promise:
 * a busy machine holds up one take or another, a fault holds up all.
 */
export async function atBest(limit: number, take: () => number | Promise<number>): Promise<number> {
  let least = Number.POSITIVE_INFINITY;
  for (let n = 0; n < 3 && least >= limit; n += 1) least = Math.min(least, await take());
  return least;
}
