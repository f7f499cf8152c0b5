import iconv from 'iconv-lite';
import { DecodeError } from './decode-error.js';

const DECLARED = /^<\?xml\b[^>]{0,200}?\bencoding\s*=\s*["']([A-Za-z0-9._-]{1,40})["']/;
const GB = new Set(['gb18030', 'gb2312', 'gbk', 'cp936', 'x-gbk']);
const LATIN1 = new Set(['iso-8859-1', 'latin1', 'us-ascii', 'ascii']);

/**
 * The text of an XML file, exactly as written, without byte order mark. UTF-8 (also where nothing is declared), UTF-16
 * with its mark, GB2312, GBK and GB18030 (all read as GB18030), ISO-8859-1. Bytes that do not fit the declared encoding,
 * or that plainly are another one, throw: a wrong character is never let through.
 */
export function decodeXmlText(bytes: Uint8Array): string {
  const utf16 = bytes[0] === 0xff && bytes[1] === 0xfe ? 'utf-16le' : undefined;
  const wide = utf16 ?? (bytes[0] === 0xfe && bytes[1] === 0xff ? 'utf-16be' : undefined);
  const head = Buffer.from(bytes.subarray(0, 300)).toString('latin1');
  const marked = head.startsWith('\u00ef\u00bb\u00bf');
  const declared = DECLARED.exec(marked ? head.slice(3) : head)?.[1]?.toLowerCase();
  if (wide) return strict(bytes, wide, 'UTF-16');
  if (head.includes('\0')) throw new DecodeError('bad-encoding', 'zero bytes but no UTF-16 byte order mark');
  if (declared === undefined || declared === 'utf-8' || declared === 'utf8') return strict(bytes, 'utf-8', 'UTF-8');
  if (marked) throw new DecodeError('bad-encoding', `has the UTF-8 byte order mark but declares ${declared}`);
  if (GB.has(declared)) return decodeGb18030(bytes, declared);
  if (LATIN1.has(declared)) return latin1(bytes, declared);
  throw new DecodeError('bad-encoding', `declares the encoding ${declared}, which is not read here`);
}

/** GB18030 text (GB2312 and GBK are parts of it); throws where the bytes are not, or are UTF-8 in truth. */
export function decodeGb18030(bytes: Uint8Array, declared: string): string {
  refuseDisguisedUtf8(bytes, declared);
  const text = iconv.decode(Buffer.from(bytes), 'gb18030', { stripBOM: false });
  if (text.includes('\ufffd')) throw new DecodeError('bad-encoding', `declares ${declared} but holds bytes it has not`);
  return text;
}

function latin1(bytes: Uint8Array, declared: string): string {
  refuseDisguisedUtf8(bytes, declared);
  const highest = declared.endsWith('ascii') ? 0x7f : 0xff;
  if (bytes.some((byte) => byte > highest || (byte >= 0x80 && byte < 0xa0)))
    throw new DecodeError('bad-encoding', `declares ${declared} but holds bytes it has not`);
  return Buffer.from(bytes).toString('latin1');
}

function strict(bytes: Uint8Array, encoding: string, title: string): string {
  const decoder = new TextDecoder(encoding, { fatal: true });
  let text: string;
  try {
    text = decoder.decode(bytes, { stream: true });
  } catch {
    throw new DecodeError('bad-encoding', `is not valid ${title}; declare the encoding or send UTF-8`);
  }
  try {
    return text + decoder.decode();
  } catch {
    throw new DecodeError('truncated', 'ends inside a character');
  }
}

/** Chinese in UTF-8 has three-byte characters; a run of GB18030 or Latin text that happens to be valid UTF-8 with such is not found in practice. */
function refuseDisguisedUtf8(bytes: Uint8Array, declared: string): void {
  let text: string;
  try {
    text = new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    return;
  }
  if (/[\u0800-\u{10ffff}]/u.test(text))
    throw new DecodeError('bad-encoding', `declares ${declared} but is written in UTF-8`);
}
