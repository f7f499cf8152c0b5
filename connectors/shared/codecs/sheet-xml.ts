import { DecodeError } from './decode-error.js';

/** What happens while a part of a workbook is read: an element opens, text stands, an element closes. Names without prefix. */
export interface SheetXmlReader {
  open?(name: string, attribute: (name: string) => string | undefined): void;
  text?(text: string): void;
  close?(name: string): void;
}

const ENTITIES: Readonly<Record<string, string>> = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'" };
const ENTITY = /&(?:#x([0-9a-f]{1,6})|#(\d{1,7})|(\w{2,4}));/gi;

/**
 * Walks once through the XML of a workbook's part, in time linear to its length, whatever it holds. A DOCTYPE, an end
 * that is missing and bytes that are no UTF-8 throw DecodeError; nothing is ever fetched or expanded but the five entities.
 */
export function walkXml(bytes: Uint8Array, part: string, reader: SheetXmlReader): void {
  const xml = decode(bytes, part);
  let depth = 0;
  let at = 0;
  for (;;) {
    const open = xml.indexOf('<', at);
    if (open === -1) break;
    if (open > at && depth > 0) reader.text?.(plain(xml.slice(at, open)));
    const special = skipped(xml, open, part);
    if (special) {
      if (special.text !== undefined) reader.text?.(special.text);
      at = special.end;
      continue;
    }
    const end = endOfTag(xml, open, part);
    const closing = xml[open + 1] === '/';
    const tag = xml.slice(open + (closing ? 2 : 1), end);
    const name = nameOf(tag);
    if (!closing) reader.open?.(name, (wanted) => attributeOf(tag, wanted));
    const empty = !closing && tag.endsWith('/');
    if (closing || empty) reader.close?.(name);
    if (!empty) depth += closing ? -1 : 1;
    at = end + 1;
  }
  if (depth !== 0) throw new DecodeError('truncated', `${part} ends too early: the file is cut or damaged`);
}

function decode(bytes: Uint8Array, part: string): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    throw new DecodeError('bad-encoding', `${part} is not valid UTF-8`);
  }
}

/** Comment, processing instruction and CDATA, whose text counts. */
function skipped(xml: string, open: number, part: string): { end: number; text?: string } | undefined {
  const next = xml[open + 1];
  if (next === '?') return { end: after(xml, '?>', open, part) };
  if (next !== '!') return undefined;
  if (xml.startsWith('<!--', open)) return { end: after(xml, '-->', open + 4, part) };
  if (!xml.startsWith('<![CDATA[', open)) throw new DecodeError('doctype', `${part} declares a document type`);
  const end = after(xml, ']]>', open + 9, part);
  return { end, text: xml.slice(open + 9, end - 3) };
}

function after(xml: string, mark: string, from: number, part: string): number {
  const at = xml.indexOf(mark, from);
  if (at === -1) throw new DecodeError('truncated', `${part} ends too early: the file is cut or damaged`);
  return at + mark.length;
}

/** The index of the tag's ">": one within quotes is part of a value. */
function endOfTag(xml: string, open: number, part: string): number {
  let quote = '';
  for (let at = open + 1; at < xml.length; at++) {
    const character = xml[at] as string;
    if (quote === '') {
      if (character === '>') return at;
      if (character === '"' || character === "'") quote = character;
    } else if (character === quote) quote = '';
  }
  throw new DecodeError('truncated', `${part} ends within a tag: the file is cut or damaged`);
}

function nameOf(tag: string): string {
  let end = 0;
  while (end < tag.length && !/[\s/>]/.test(tag[end] as string)) end++;
  const name = tag.slice(0, end);
  return name.slice(name.indexOf(':') + 1);
}

/** An attribute by its name, with or without prefix. */
function attributeOf(tag: string, wanted: string): string | undefined {
  for (const [, name = '', double, single] of tag.matchAll(/(?<![\w:.-])([\w:.-]+)\s*=\s*(?:"([^"]*)"|'([^']*)')/g))
    if (name === wanted || name.endsWith(`:${wanted}`)) return plain(double ?? single ?? '');
  return undefined;
}

function plain(text: string): string {
  if (!text.includes('&')) return text;
  return text.replace(ENTITY, (whole, hex?: string, decimal?: string, name?: string) => {
    if (name !== undefined) return ENTITIES[name] ?? whole;
    const code = hex === undefined ? Number(decimal) : Number.parseInt(hex, 16);
    return code > 0 && code <= 0x10ffff && (code < 0xd800 || code > 0xdfff) ? String.fromCodePoint(code) : '\ufffd';
  });
}
