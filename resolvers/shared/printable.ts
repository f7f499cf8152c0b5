const MAX_CHARACTERS = 2000;

/** Bytes as safe text: valid UTF-8 as it is, control and broken bytes as \xNN, cut at 2,000 characters and saying so. */
export function printable(raw: Uint8Array, wholeSize = raw.length): string {
  const text = /\p{Cc}|\ufffd/u;
  let shown = '';
  let used = 0;
  for (const character of new TextDecoder('utf-8').decode(raw)) {
    const bytes = Buffer.byteLength(character);
    shown += !text.test(character) || character === '\n' ? character : escapeBytes(character);
    used += bytes;
    if (shown.length > MAX_CHARACTERS) return `${shown.slice(0, MAX_CHARACTERS)}… (cut; ${wholeSize} bytes in all)`;
  }
  return used < wholeSize && raw.length < wholeSize ? `${shown}… (cut; ${wholeSize} bytes in all)` : shown;
}

const escapeBytes = (character: string): string =>
  character === '\ufffd'
    ? '\\x??'
    : [...Buffer.from(character)].map((byte) => `\\x${byte.toString(16).padStart(2, '0')}`).join('');
