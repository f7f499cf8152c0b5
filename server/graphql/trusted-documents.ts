import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { z } from 'zod';
import { HubError } from '../../model/errors.js';
import type { Params } from './params.js';

export const trustedDocumentsSettings = z.strictObject({
  /** A JSON object of hash → document, as the client preset of GraphQL Code Generator writes it (persisted-documents.json). */
  file: z.string().min(1),
  /** Who may send nothing but these. */
  required: z.enum(['anonymous', 'everyone', 'nobody']).default('anonymous'),
});
export type TrustedDocumentsSettings = z.infer<typeof trustedDocumentsSettings>;

const HASH = /^(sha256:)?[0-9a-f]{40,64}$/;

/** Operations that were registered with the hub, by the hash that a front-end sends in place of their text. */
export class TrustedDocuments {
  readonly #texts: ReadonlySet<string>;

  constructor(
    private readonly documents: ReadonlyMap<string, string> = new Map(),
    private readonly required: TrustedDocumentsSettings['required'] = 'nobody',
  ) {
    this.#texts = new Set(documents.values());
  }

  /**
   * The parameters with the text of the operation. NOT_FOUND for a hash that is not registered, BAD_INPUT for one that is none or is not the
   * text's, FORBIDDEN where only registered operations are taken. Nothing that callers send is kept.
   */
  resolve(params: Params, known: boolean): Params {
    const hash = hashIn(params);
    const { documentId: _, ...rest } = params;
    if (hash !== undefined) {
      if (!HASH.test(hash)) throw new HubError('BAD_INPUT', 'the hash of a document: sha256 in hexadecimal');
      const bare = hash.replace('sha256:', '');
      const text = this.documents.get(bare);
      if (params.query !== undefined && params.query !== text && sha256(params.query) !== bare)
        throw new HubError('BAD_INPUT', 'the hash is not that of the query');
      if (text !== undefined) return { ...rest, query: text };
      if (params.query === undefined) throw new HubError('NOT_FOUND', 'no operation is registered under this hash');
    }
    if (this.required === 'nobody' || (this.required === 'anonymous' && known)) return rest;
    if (params.query !== undefined && this.#texts.has(params.query)) return rest;
    throw new HubError('FORBIDDEN', 'this hub takes registered operations only: send the hash of one');
  }
}

/** Reads the registered operations. Throws with the reason. */
export function readTrustedDocuments(path: string): ReadonlyMap<string, string> {
  const known = z.record(z.string().regex(HASH), z.string()).safeParse(JSON.parse(readFileSync(path, 'utf8')));
  if (!known.success) throw new Error('not a JSON object of hash → document');
  return new Map(Object.entries(known.data).map(([hash, text]) => [hash.replace('sha256:', ''), text]));
}

function hashIn({ documentId, extensions }: Params): string | undefined {
  if (documentId !== undefined) return documentId;
  const persisted = extensions?.persistedQuery;
  if (persisted === undefined || persisted === null) return undefined;
  const hash = (persisted as { sha256Hash?: unknown }).sha256Hash;
  return typeof hash === 'string' ? hash : '';
}

const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex');
