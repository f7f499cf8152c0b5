/** What XML 1.0 §2.2 does not allow at all, escaped or not: control characters, halves of surrogate pairs, U+FFFE, U+FFFF. */
const FORBIDDEN = /[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\u{10000}-\u{10ffff}]/gu;
const ESCAPES: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' };

export const XML_DECLARATION = '<?xml version="1.0" encoding="UTF-8"?>\n';

/** Text without what cannot be written, and without blanks at its ends, which are not read back. */
export const writable = (text: string): string => text.replace(FORBIDDEN, '').trim();

/** Text as it stands between tags; forbidden characters are left out, everything else is read back as it was. */
export const xmlText = (text: string): string =>
  // A bare carriage return would be read as a line feed (§2.11).
  text
    .replace(FORBIDDEN, '')
    .replace(/[&<>]/g, (found) => ESCAPES[found] as string)
    .replaceAll('\r', '&#13;');

/** The same inside double quotes. */
const xmlAttribute = (text: string): string =>
  xmlText(text).replace(/["\t\n]/g, (found) => ESCAPES[found] ?? `&#${found.charCodeAt(0)};`);

export type XmlAttributes = Readonly<Record<string, string>>;

/** An element that holds text; nothing at all where there is none. */
export const textElement = (name: string, text: string | null | undefined, attributes?: XmlAttributes): string =>
  text ? element(name, [xmlText(text)], attributes, '') : '';

/** An element that holds text, also where that is empty. */
export const anyTextElement = (name: string, text: string | null | undefined): string =>
  textElement(name, text) || `<${name}/>`;

/** An element around markup; what is '' among it is left out. */
export function element(
  name: string,
  inner: readonly string[],
  attributes: XmlAttributes = {},
  between = '\n',
): string {
  const said = Object.entries(attributes).map(([key, value]) => ` ${key}="${xmlAttribute(value)}"`);
  const content = inner.filter(Boolean).join(between);
  if (content === '') return `<${name}${said.join('')}/>`;
  return `<${name}${said.join('')}>${between}${content}${between}</${name}>`;
}
