import type { LiveValue } from '../../../model/live.js';

/** The newest value of each code, in memory alone; of too many the ones that came first are forgotten. */
export class LastKnown {
  readonly #values = new Map<string, LiveValue>();
  constructor(private readonly limits: { readonly codes: number; readonly keepMs: number }) {}

  keep(code: string, value: LiveValue): void {
    this.#values.delete(code);
    this.#values.set(code, value);
    for (const oldest of this.#values.keys()) {
      if (this.#values.size <= this.limits.codes) break;
      this.#values.delete(oldest);
    }
  }

  /** Undefined where there is none that is young enough to be told. */
  find(code: string, now: Date): LiveValue | undefined {
    const found = this.#values.get(code);
    if (!found || now.getTime() - found.receivedAt.getTime() <= this.limits.keepMs) return found;
    this.#values.delete(code);
    return undefined;
  }
}
