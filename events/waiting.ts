/** A sleep that can be ended from outside, also before it has begun: no wake is lost between two looks. */
export class Waiting {
  #woken = false;
  #end: (() => void) | undefined;

  constructor(private readonly signal: AbortSignal) {
    signal.addEventListener('abort', () => this.wake(), { once: true });
  }

  wake(): void {
    this.#woken = true;
    this.#end?.();
  }

  /** Resolves after so long, without a number only when woken; at once where it was woken since the last sleep. */
  async sleep(ms: number | undefined): Promise<void> {
    if (!this.#woken && !this.signal.aborted)
      await new Promise<void>((resolve) => {
        const timer = ms === undefined ? undefined : setTimeout(resolve, ms);
        this.#end = () => {
          clearTimeout(timer);
          resolve();
        };
      });
    this.#end = undefined;
    this.#woken = false;
  }
}
