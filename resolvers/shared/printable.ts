import { isUtf8 } from 'node:buffer';

const MAX_CHARACTERS = 2000;
/** Control and format characters: they would move the cursor, hide text or turn its direction. Line feeds may stay. */
const UNSAFE = /[\p{Cc}\p{Cf}\u2028\u2029]/u;

/** Bytes as safe text: UTF-8 as it is, control characters and bytes that are no UTF-8 as \xNN, cut at 2,000 characters and saying so. */
export function printable(raw: Uint8Array, wholeSize = raw.length): string {
  const bytes = Buffer.from(raw.buffer, raw.byteOffset, raw.byteLength);
  const note = `… (cut; ${wholeSize} bytes in all)`;
  let shown = '';
  for (let at = 0; at < bytes.length; ) {
    const piece = characterAt(bytes, at);
    const text = safe(piece);
    if (shown.length + text.length > MAX_CHARACTERS) return shown + note;
    shown += text;
    at += piece.length;
  }
  return bytes.length < wholeSize ? shown + note : shown;
}

/** The bytes of the character that begins here, or the one byte that begins none. */
function characterAt(bytes: Buffer, at: number): Buffer {
  const lead = bytes[at] ?? 0;
  const length = lead < 0xc0 ? 1 : lead < 0xe0 ? 2 : lead < 0xf0 ? 3 : 4;
  const piece = bytes.subarray(at, at + length);
  return isUtf8(piece) ? piece : bytes.subarray(at, at + 1);
}

function safe(piece: Buffer): string {
  const text = piece.toString('utf8');
  if (text === '\n' || (isUtf8(piece) && !UNSAFE.test(text))) return text;
  return [...piece].map((byte) => `\\x${byte.toString(16).padStart(2, '0')}`).join('');
}

/** Mobile numbers of mainland China and identity numbers, however many stand in the text. */
const PERSONAL = /(?<!\d)(?:1[3-9]\d{9}|\d{17}[\dXx])(?![\dXx])/g;

/** A text without the numbers that lead to a person. */
export const withoutPersonalNumbers = (text: string): string => text.replace(PERSONAL, '***');
