/** Wait before try number `failures` + 1: doubling from half a second to a minute, with up to half of it as jitter. */
export function backoffMs(failures: number, random: () => number = Math.random): number {
  const full = Math.min(500 * 2 ** Math.min(failures, 10), 60_000);
  return full / 2 + (full / 2) * random();
}

/** Resolves after `ms`, or at once when `signal` aborts; never rejects. */
export function pause(ms: number, signal: AbortSignal): Promise<void> {
  if (signal.aborted) return Promise.resolve();
  return new Promise((resolve) => {
    const end = (): void => {
      clearTimeout(timer);
      signal.removeEventListener('abort', end);
      resolve();
    };
    const timer = setTimeout(end, ms);
    signal.addEventListener('abort', end, { once: true });
  });
}
