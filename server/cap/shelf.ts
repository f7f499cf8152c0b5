import { etagOf } from './conditional.js';

interface Made {
  readonly version: string;
  readonly body: Buffer;
  readonly etag: string;
}

/** Documents that were made, by address, each for the version of what it was made of; the longest unused give way. */
export class Shelf {
  readonly #made = new Map<string, Made>();
  #bytes = 0;

  constructor(private readonly mostBytes: number) {}

  /** The document of that version, made now where it is not here. */
  get(address: string, version: string, make: () => string): Made {
    const kept = this.#made.get(address);
    this.#drop(address);
    if (kept?.version === version) return this.#put(address, kept);
    const body = Buffer.from(make());
    return this.#put(address, { version, body, etag: etagOf(body) });
  }

  #put(address: string, made: Made): Made {
    this.#made.set(address, made);
    this.#bytes += made.body.length;
    for (const oldest of this.#made.keys()) {
      if (this.#bytes <= this.mostBytes || oldest === address) break;
      this.#drop(oldest);
    }
    return made;
  }

  #drop(address: string): void {
    this.#bytes -= this.#made.get(address)?.body.length ?? 0;
    this.#made.delete(address);
  }
}
