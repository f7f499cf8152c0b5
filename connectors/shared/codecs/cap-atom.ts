import { createHash } from 'node:crypto';
import { CAP_NAMESPACES } from './cap.js';
import { element, textElement, XML_DECLARATION } from './xml-write.js';

const ATOM = 'http://www.w3.org/2005/Atom';

/** One message in a feed. */
export interface AtomAlert {
  readonly identifier: string;
  readonly title: string;
  /** BCP 47, of title and summary. */
  readonly language: string;
  readonly author: string;
  readonly published: Date;
  readonly updated: Date;
  readonly summary: string;
  readonly category: { readonly term: string; readonly label: string };
  /** Where the CAP message is, and where its domestic form. */
  readonly href: string;
  readonly domesticHref: string;
  /** CAP's own elements by their names, so that a reader need not fetch what does not concern it. */
  readonly cap: Readonly<Record<string, string>>;
}

export interface AtomFeed {
  /** Names the feed for ever, whatever its address. */
  readonly id: string;
  readonly title: string;
  readonly subtitle: string;
  readonly author: string;
  readonly selfHref: string;
  readonly updated: Date;
  /** Newest first. */
  readonly alerts: readonly AtomAlert[];
}

/** A feed of CAP messages: Atom 1.0 (RFC 4287), addresses relative to the feed's own where they are not absolute. */
export function writeAtom(feed: AtomFeed): string {
  const root = element(
    'feed',
    [
      textElement('id', uuidOf(feed.id)),
      textElement('title', feed.title),
      textElement('subtitle', feed.subtitle),
      textElement('updated', feed.updated.toISOString()),
      element('author', [textElement('name', feed.author)]),
      element('link', [], { rel: 'self', type: 'application/atom+xml', href: feed.selfHref }),
      ...feed.alerts.map(entryOf),
    ],
    { xmlns: ATOM, 'xmlns:cap': CAP_NAMESPACES[0] as string, 'xml:lang': 'zh-CN' },
  );
  return `${XML_DECLARATION}${root}\n`;
}

function entryOf(alert: AtomAlert): string {
  const language = { 'xml:lang': alert.language };
  return element('entry', [
    textElement('id', uuidOf(alert.identifier)),
    textElement('title', alert.title, language) || '<title/>',
    textElement('updated', alert.updated.toISOString()),
    textElement('published', alert.published.toISOString()),
    element('author', [textElement('name', alert.author)]),
    element('category', [], alert.category),
    element('link', [], { rel: 'alternate', type: 'application/cap+xml', href: alert.href }),
    element('link', [], { rel: 'related', type: 'application/xml', title: '12379', href: alert.domesticHref }),
    textElement('summary', alert.summary, language),
    ...Object.entries(alert.cap).map(([name, value]) => textElement(`cap:${name}`, value)),
  ]);
}

/** A URN that is the same for the same name, everywhere (RFC 9562, version 8). */
function uuidOf(name: string): string {
  const bytes = createHash('sha256').update(`fenghuo cap ${name}`).digest().subarray(0, 16);
  bytes[6] = ((bytes[6] as number) & 0x0f) | 0x80;
  bytes[8] = ((bytes[8] as number) & 0x3f) | 0x80;
  const hex = bytes.toString('hex');
  const parts = [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)];
  return `urn:uuid:${parts.join('-')}`;
}
