import type { DropWorld } from './file-drop-folders.js';
import { type Counted, gapFile } from './file-drop-names.js';

/** What is missing of theirs, since when, and that it is asked for once it has been missing long enough. */
export class Gaps {
  readonly #missing = new Map<Counted, { readonly expected: number; since: number }>();

  constructor(private readonly world: DropWorld) {}

  /** Called with each refusal for what must come first. Asks anew where nothing has come for as long again. */
  async missing(what: Counted, expected: number | undefined, signal: AbortSignal): Promise<void> {
    if (expected === undefined) return;
    const { own, peer, settings, store, now, report } = this.world;
    const known = this.#missing.get(what);
    if (known?.expected !== expected) {
      this.#missing.set(what, { expected, since: now().getTime() });
      return;
    }
    if (now().getTime() - known.since < settings.gapSeconds * 1000) return;
    const text = `${JSON.stringify({ from: own.orgCode, to: peer.orgCode, what, expected, at: now().toISOString() })}\n`;
    await store.write(`${settings.folders.answer}/${gapFile(own, peer, what, expected)}`, Buffer.from(text), signal);
    known.since = now().getTime();
    report({ what: 'gap', asked: 'them', of: what, expected });
  }

  closed(what: Counted): void {
    this.#missing.delete(what);
  }
}
