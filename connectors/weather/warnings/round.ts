import { createHash } from 'node:crypto';
import type { Outcome, Reject } from '../../../model/record.js';
import type { FeedContext } from '../../connector.js';
import { DecodeError } from '../../shared/codecs/decode-error.js';
import { MAX_XML_BYTES } from '../../shared/codecs/xml.js';
import { FetchError, type Fetched, fetchBytes, nameOf } from '../../shared/transports/http-poll.js';
import { withInput } from '../../shared/with-input.js';
import type { Settings, Source } from './config.js';
import { type Link, type Links, readLinks } from './links.js';
import { normalize } from './normalize.js';

const AT_ONCE = 4;

/** What is known of a document already taken in; kept while its index names it. */
interface Copy {
  readonly marker: string;
  readonly etag: string | undefined;
  readonly lastModified: string | undefined;
  readonly hash: string;
}

interface Answer {
  readonly link: Link;
  readonly fetched?: Fetched;
  readonly error?: FetchError;
}

/** One source of the feed, with its memory of what it has read. The memory only saves work: reading again changes nothing. */
export class SourceReader {
  readonly #copies = new Map<string, Copy>();
  readonly #failed = new Set<string>();
  readonly #told = new Set<string>();
  constructor(
    private readonly source: Source,
    private readonly settings: Settings,
  ) {}

  /** Takes in what is new, oldest first; resolves to one line for each address that could not be read. */
  async round(context: FeedContext): Promise<string[]> {
    const listed = await this.#list(context);
    if (typeof listed === 'string') return [listed];
    await this.#refuseForeign(listed.foreign, context);
    const wanted = this.#choose(listed.links);
    const faults: string[] = [];
    for (let at = 0; at < wanted.length; at += AT_ONCE) {
      const answers = await Promise.all(wanted.slice(at, at + AT_ONCE).map((link) => this.#fetch(link, context)));
      faults.push(...(await this.#takeIn(answers, context)));
    }
    return faults;
  }

  async #list(context: FeedContext): Promise<Links | string> {
    const url = this.source.url;
    if (this.source.index === 'none') return { links: [{ url, marker: '' }], foreign: [] };
    const { fetched, error } = await this.#fetch({ url, marker: '' }, context);
    if (!fetched || fetched.unchanged) return error?.message ?? `${nameOf(new URL(url))} has no content`;
    try {
      return readLinks(this.source, fetched.bytes, this.settings);
    } catch (fault) {
      if (!(fault instanceof DecodeError)) throw fault;
      return `${nameOf(new URL(url))} is no ${this.source.index} index: ${fault.message}`;
    }
  }

  /** The newest documents up to the limit: new ones before known ones, those that failed last time at the end. */
  #choose(links: readonly Link[]): Link[] {
    const named = new Set(links.map(({ url }) => url));
    for (const memory of [this.#copies, this.#failed])
      for (const url of memory.keys()) if (!named.has(url)) memory.delete(url);
    const current = ({ url, marker }: Link): boolean => marker !== '' && this.#copies.get(url)?.marker === marker;
    const open = links.filter((link) => !current(link));
    const rank = ({ url }: Link): number => (this.#failed.has(url) ? 2 : this.#copies.has(url) ? 1 : 0);
    const chosen = [0, 1, 2].flatMap((each) => open.filter((link) => rank(link) === each).reverse());
    const within = new Set(chosen.slice(0, this.settings.maxDocuments));
    return [...open.filter((link) => within.has(link))].sort((a, b) => Math.max(rank(a), 1) - Math.max(rank(b), 1));
  }

  async #fetch(link: Link, context: FeedContext): Promise<Answer> {
    const { etag, lastModified } = this.#copies.get(link.url) ?? {};
    const { timeoutMs, headers } = this.settings;
    const allow = [new URL(this.source.url).origin];
    const { signal, outbound } = context;
    const options = { timeoutMs, headers, allow, outbound, maxBytes: MAX_XML_BYTES, signal, etag, lastModified };
    try {
      return { link, fetched: await fetchBytes(link.url, options) };
    } catch (error) {
      if (!(error instanceof FetchError) || error.failure === 'stopped') throw error;
      return { link, error };
    }
  }

  /** Stores a handful of answers in one transaction and only then remembers them. */
  async #takeIn(answers: readonly Answer[], context: FeedContext): Promise<string[]> {
    const faults: string[] = [];
    const fresh: [string, Copy][] = [];
    const outcomes: Outcome[] = [];
    for (const { link, fetched, error } of answers) {
      if (error) {
        if (error.failure !== 'too-large') faults.push(error.message);
        else outcomes.push({ records: [], rejects: this.#once(link.url, 'too-large', error.message) });
        this.#failed.add(link.url);
        continue;
      }
      this.#failed.delete(link.url);
      const known = this.#copies.get(link.url);
      if (known && fetched?.unchanged) fresh.push([link.url, { ...known, marker: link.marker }]);
      if (!fetched || fetched.unchanged) continue;
      const hash = createHash('sha256').update(fetched.bytes).digest('hex');
      if (known?.hash !== hash)
        outcomes.push(
          withInput(normalize(fetched.bytes, this.settings, context.now(), fileNameOf(link.url)), () => fetched.bytes),
        );
      fresh.push([link.url, { marker: link.marker, etag: fetched.etag, lastModified: fetched.lastModified, hash }]);
    }
    const records = outcomes.flatMap((outcome) => outcome.records);
    const rejects = outcomes.flatMap((outcome) => outcome.rejects);
    if (records.length + rejects.length > 0) await context.take({ records, rejects });
    for (const [url, copy] of fresh) this.#copies.set(url, copy);
    for (const { raw } of rejects) if (typeof raw === 'string') this.#told.add(raw);
    return faults;
  }

  async #refuseForeign(foreign: readonly string[], context: FeedContext): Promise<void> {
    const rejects = foreign.flatMap((url) =>
      this.#once(url, 'unsupported', 'the index links to another host, which is not followed: name it as a source'),
    );
    if (rejects.length === 0) return;
    await context.take({ records: [], rejects });
    for (const url of foreign) this.#told.add(url);
  }

  /** A reject about an address, not about bytes: told once while the feed runs, or every round would repeat it. */
  #once(raw: string, reason: Reject['reason'], detail: string): Reject[] {
    return this.#told.has(raw) || this.#told.size > 10_000 ? [] : [{ raw, reason, detail }];
  }
}

const fileNameOf = (url: string): string => new URL(url).pathname.split('/').at(-1) || new URL(url).host;
