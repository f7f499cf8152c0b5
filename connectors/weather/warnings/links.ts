import { DecodeError } from '../../shared/codecs/decode-error.js';
import { elementsOf, readXmlDocument, textOf, textsOf, type XmlElement } from '../../shared/codecs/xml.js';
import type { Settings, Source } from './config.js';

/** A document an index names. `marker` is what the index says of its version ("" where it says nothing). */
export interface Link {
  readonly url: string;
  readonly marker: string;
}

export interface Links {
  /** Oldest first, each address once. */
  readonly links: readonly Link[];
  /** Addresses on other hosts, which are not followed. */
  readonly foreign: readonly string[];
}

const HREF = /<a\b[^<>]*?\bhref\s*=\s*(?:"([^"<>]*)"|'([^'<>]*)')/gi;

/** Reads an index page of the source's kind. Throws DecodeError where the page is none. */
export function readLinks(source: Source, page: Uint8Array, settings: Settings): Links {
  if (source.index === 'html') {
    const found = htmlLinks(page).filter(({ url }) =>
      settings.suffixes.some((end) => pathOf(url, source).endsWith(end)),
    );
    return resolve(found, source, (a, b) => (a.url < b.url ? -1 : 1));
  }
  // Feeds list the newest first.
  return resolve((source.index === 'rss' ? rssLinks(page) : atomLinks(page)).reverse(), source);
}

function htmlLinks(page: Uint8Array): Link[] {
  const text = Buffer.from(page).toString('utf8');
  return [...text.matchAll(HREF)].map(([, double, single]) => ({
    url: (double ?? single ?? '').replaceAll('&amp;', '&'),
    marker: '',
  }));
}

function rssLinks(page: Uint8Array): Link[] {
  const { root, element } = readXmlDocument(page, { isArray: (name) => name === 'item' || name === 'channel' });
  if (root !== 'rss' && root !== 'RDF') throw new DecodeError('malformed', `<${root.slice(0, 40)}> is no RSS`);
  const items = [element, ...elementsOf(element, 'channel')].flatMap((parent) => elementsOf(parent, 'item'));
  return items.flatMap((item) => {
    const url = textsOf(item, 'link')[0];
    return url ? [{ url, marker: textOf(item, 'pubDate') ?? '' }] : [];
  });
}

function atomLinks(page: Uint8Array): Link[] {
  const isArray = (name: string): boolean => name === 'entry' || name === 'link';
  const { root, element } = readXmlDocument(page, { attributes: true, isArray });
  if (root !== 'feed') throw new DecodeError('malformed', `<${root.slice(0, 40)}> is no Atom feed`);
  return elementsOf(element, 'entry').flatMap((entry) => {
    const usable = elementsOf(entry, 'link').filter((link) =>
      ['alternate', 'enclosure', ''].includes(attribute(link, 'rel')),
    );
    const best = usable.find((link) => attribute(link, 'type') === 'application/cap+xml') ?? usable[0];
    const url = best ? attribute(best, 'href') : '';
    return url ? [{ url, marker: textOf(entry, 'updated') ?? '' }] : [];
  });
}

const attribute = (element: XmlElement, name: string): string => {
  const value = element[`@${name}`];
  return typeof value === 'string' ? value : '';
};

const pathOf = (url: string, source: Source): string =>
  URL.canParse(url, source.url) ? new URL(url, source.url).pathname : '';

function resolve(found: readonly Link[], source: Source, order?: (a: Link, b: Link) => number): Links {
  const base = new URL(source.url);
  const links = new Map<string, Link>();
  const foreign = new Set<string>();
  for (const { url, marker } of found) {
    if (!URL.canParse(url, source.url)) continue;
    const target = new URL(url, source.url);
    target.hash = '';
    if (target.origin !== base.origin || target.username || target.password)
      foreign.add(target.origin + target.pathname);
    else if (target.href !== base.href) links.set(target.href, { url: target.href, marker });
  }
  const sorted = [...links.values()];
  return { links: order ? sorted.sort(order) : sorted, foreign: [...foreign] };
}
