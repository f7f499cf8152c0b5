import { XMLParser, XMLValidator } from 'fast-xml-parser';
import { DecodeError } from './decode-error.js';
import { decodeXmlText } from './xml-text.js';

/** 1 MB: the longest alert seen is 30 kB; beyond it parsing time and memory are the sender's to choose. */
export const MAX_XML_BYTES = 1_000_000;
const MAX_TAGS = 60_000;
const MAX_EQUALS = 20_000;
const MAX_DEPTH = 40;
const SPANS = [
  ['<!--', '-->'],
  ['<?', '?>'],
  ['<![CDATA[', ']]>'],
] as const;

export interface XmlOptions {
  readonly maxBytes?: number;
  /** True for elements that are lists even where only one is there. */
  readonly isArray?: (name: string) => boolean;
  /** Keeps attributes, as "@name"; left out otherwise. */
  readonly attributes?: boolean;
}

/** An element with children: name without prefix → text, element, or array of these. Text is trimmed and stays text ("007"). */
export type XmlElement = { readonly [name: string]: unknown };

export interface XmlDocument {
  readonly root: string;
  readonly namespace: string | undefined;
  readonly element: XmlElement;
}

/**
 * The only way XML comes into the hub: one complete, well-formed document as `{ [root]: element }`. Throws DecodeError
 * for anything else: DOCTYPE, over-long, wrongly encoded, cut off, unknown entities, forbidden control characters.
 */
export function readXml(bytes: Uint8Array, options: XmlOptions = {}): XmlElement {
  const { root, element } = readXmlDocument(bytes, options);
  return { [root]: element };
}

/** As readXml, with the root's name and namespace apart. A root that only holds text is `{ '#text': … }`. */
export function readXmlDocument(bytes: Uint8Array, options: XmlOptions = {}): XmlDocument {
  const maxBytes = options.maxBytes ?? MAX_XML_BYTES;
  if (bytes.length > maxBytes)
    throw new DecodeError('too-large', `${bytes.length} bytes, at most ${maxBytes} are read`);
  const text = decodeXmlText(bytes).trim();
  const root = checkText(text);
  const tree = parse(text, options);
  const names = Object.keys(tree);
  const element = tree[root.name];
  if (names.length !== 1 || Array.isArray(element) || element === undefined)
    throw new DecodeError('malformed', 'not exactly one root element');
  return { root: root.name, namespace: root.namespace, element: isElement(element) ? element : { '#text': element } };
}

/** The trimmed text of the only child of that name: undefined where absent, '' where empty; throws where it repeats or holds elements. */
export function textOf(element: XmlElement, name: string): string | undefined {
  const value = Object.hasOwn(element, name) ? element[name] : undefined;
  const single = Array.isArray(value) && value.length === 1 ? value[0] : value;
  if (single === undefined || typeof single === 'string') return single;
  if (isElement(single) && typeof single['#text'] === 'string') return single['#text'];
  throw new DecodeError(
    'malformed',
    Array.isArray(single) ? `<${name}> occurs more than once` : `<${name}> is no text`,
  );
}

/** The children of that name that are elements; children that hold only text (also none) are left out. */
export function elementsOf(element: XmlElement, name: string): XmlElement[] {
  return valuesOf(element, name).filter(isElement);
}

/** The trimmed texts of the children of that name, empty ones too. */
export function textsOf(element: XmlElement, name: string): string[] {
  return valuesOf(element, name).filter((value) => typeof value === 'string');
}

const valuesOf = (element: XmlElement, name: string): unknown[] => {
  const value = Object.hasOwn(element, name) ? element[name] : undefined;
  return value === undefined ? [] : Array.isArray(value) ? value : [value];
};

const isElement = (value: unknown): value is XmlElement =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** Everything that can be said before parsing; gives the root's name and namespace. */
function checkText(text: string): { name: string; namespace: string | undefined } {
  if (/^(?:<\?xml[^>]*>\s*)?<(?:!doctype\s+html|html)\b/i.test(text))
    throw new DecodeError('malformed', 'an HTML page');
  if (/<!DOCTYPE/i.test(text)) throw new DecodeError('doctype', 'holds a DOCTYPE, which is never read');
  if (!text.startsWith('<')) throw new DecodeError('malformed', text === '' ? 'empty' : 'not XML');
  if (count(text, '<') > MAX_TAGS || count(text, '=') > MAX_EQUALS)
    throw new DecodeError('too-large', `more than ${MAX_TAGS} tags or ${MAX_EQUALS} attributes`);
  if (/[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]/.test(text))
    throw new DecodeError('malformed', 'holds control characters');
  const markup = withoutSpans(text);
  checkReferences(markup);
  const start = /<(?:([\p{L}_][\p{L}\p{N}._-]*):)?([\p{L}_][\p{L}\p{N}._-]*)((?:"[^"]*"|'[^']*'|[^"'>])*)/u.exec(
    markup,
  );
  const [, prefix, name, attributes = ''] = start ?? [];
  if (name === undefined) throw new DecodeError('malformed', 'no root element');
  const verdict = XMLValidator.validate(text);
  if (verdict !== true) {
    const closed = new RegExp(`</(?:[^<>/]*:)?${name}\\s*>`, 'u').test(text);
    if (!closed) throw new DecodeError('truncated', `<${name}> does not end`);
    throw new DecodeError('malformed', `line ${verdict.err.line}: ${verdict.err.msg}`);
  }
  const declaration = prefix ? `xmlns:${prefix}` : 'xmlns';
  const namespace = new RegExp(`(?:^|\\s)${declaration}\\s*=\\s*(?:"([^"]*)"|'([^']*)')`, 'u').exec(attributes);
  return { name, namespace: namespace?.[1] ?? namespace?.[2] };
}

function parse(text: string, options: XmlOptions): XmlElement {
  try {
    const parser = new XMLParser({
      ignoreAttributes: !options.attributes,
      attributeNamePrefix: '@',
      parseTagValue: false,
      parseAttributeValue: false,
      removeNSPrefix: true,
      // Numeric references come with it; HTML's own names never get here (checkReferences).
      htmlEntities: true,
      ignoreDeclaration: true,
      ignorePiTags: true,
      maxNestedTags: MAX_DEPTH,
      isArray: (name) => options.isArray?.(name) ?? false,
    });
    return parser.parse(text) as XmlElement;
  } catch (error) {
    throw new DecodeError('malformed', error instanceof Error ? error.message.slice(0, 200) : 'cannot be parsed');
  }
}

/** The parser leaves unknown entities as they stand and drops references to forbidden characters: both are refused here. */
function checkReferences(markup: string): void {
  for (const [reference, hex, decimal] of markup.matchAll(
    /&(?:#x([0-9a-f]+)|#(\d+)|amp|lt|gt|quot|apos|[^;\s<&]*)(?:;|)/gi,
  )) {
    if (/^&(amp|lt|gt|quot|apos);$/.test(reference)) continue;
    const code = hex ? Number.parseInt(hex, 16) : decimal ? Number(decimal) : -1;
    const allowed = code === 9 || code === 10 || code === 13 || (code >= 0x20 && code <= 0xd7ff);
    const high = (code >= 0xe000 && code <= 0xfffd) || (code >= 0x10000 && code <= 0x10ffff);
    if (!reference.endsWith(';') || !(allowed || high))
      throw new DecodeError('malformed', `unknown reference ${reference.slice(0, 20)}`);
  }
}

/** Without comments, processing instructions and CDATA. Linear in the length, unlike a lazy expression over unclosed ones. */
function withoutSpans(text: string): string {
  const kept: string[] = [];
  let from = 0;
  for (let at = text.indexOf('<'); at !== -1; at = text.indexOf('<', at)) {
    const span = SPANS.find(([opening]) => text.startsWith(opening, at));
    if (!span) {
      at += 1;
      continue;
    }
    kept.push(text.slice(from, at));
    const end = text.indexOf(span[1], at + span[0].length);
    if (end === -1) return kept.join('');
    from = at = end + span[1].length;
  }
  return kept.join('') + text.slice(from);
}

function count(text: string, character: string): number {
  let found = 0;
  for (let at = text.indexOf(character); at !== -1; at = text.indexOf(character, at + 1)) found += 1;
  return found;
}
