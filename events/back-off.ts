/** Wait before try number `failures` + 1, in milliseconds: doubling from `first` to `most`, with up to half of it as jitter. */
export function backOffMs(failures: number, first: number, most: number): number {
  const full = Math.min(first * 2 ** Math.min(failures, 20), most);
  return full * (0.5 + Math.random() / 2);
}
