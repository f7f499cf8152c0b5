/** Keeps what was read for a moment, and has those who ask meanwhile share one reading. A failed reading is not kept. */
export class Briefly<K, V> {
  readonly #held = new Map<K, { readonly value: Promise<V>; readonly until: number }>();

  constructor(
    private readonly read: (key: K) => Promise<V>,
    private readonly holdMs: number,
    private readonly most = 10_000,
  ) {}

  get(key: K): Promise<V> {
    const held = this.#held.get(key);
    if (held && held.until > performance.now()) return held.value;
    const value = this.read(key);
    // Counted from the start of the reading: what it finds may be as old as that.
    this.#held.delete(key);
    this.#held.set(key, { value, until: performance.now() + this.holdMs });
    const [oldest] = this.#held.keys();
    if (this.#held.size > this.most && oldest !== undefined) this.#held.delete(oldest);
    value.catch(() => this.forget(key));
    return value;
  }

  forget(key: K): void {
    this.#held.delete(key);
  }

  forgetAll(): void {
    this.#held.clear();
  }
}
