import { PASSING_REFUSALS, type Refusal } from '../../model/exchange.js';

/** How long files wait that could not be taken for a reason that passes. */
export class Patience {
  readonly #since = new Map<string, number>();

  constructor(private readonly limitMs: number) {}

  /** Whether the file is left where it is. What misses its predecessor is left for as long as it takes. */
  waits(name: string, { code }: Refusal, now: Date): boolean {
    if (!PASSING_REFUSALS.includes(code)) return false;
    if (code === 'SEQ_GAP' || code === 'NOT_NOW') return true;
    const since = this.#since.get(name) ?? now.getTime();
    this.#since.set(name, since);
    return now.getTime() - since < this.limitMs;
  }

  /** Forgets files that are no longer there. */
  keep(names: ReadonlySet<string>): void {
    for (const name of this.#since.keys()) if (!names.has(name)) this.#since.delete(name);
  }
}
