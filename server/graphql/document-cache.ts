import type { DocumentNode } from 'graphql';

/** Longer documents are parsed each time. */
const MOST_CHARACTERS = 8000;
const MOST_DOCUMENTS = 500;

/** Parsed documents, the ones used last: of so bounded a size that whoever sends ever new ones fills no memory. */
export class DocumentCache {
  readonly #held = new Map<string, DocumentNode>();

  get(text: string): DocumentNode | undefined {
    const document = this.#held.get(text);
    if (document) {
      this.#held.delete(text);
      this.#held.set(text, document);
    }
    return document;
  }

  set(text: string, document: DocumentNode): void {
    if (text.length > MOST_CHARACTERS) return;
    this.#held.set(text, document);
    const [oldest] = this.#held.keys();
    if (this.#held.size > MOST_DOCUMENTS && oldest !== undefined) this.#held.delete(oldest);
  }
}
