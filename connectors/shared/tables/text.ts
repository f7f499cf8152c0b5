/** One line as people compare it: full-width digits, letters and blanks as half-width ones, blanks at the ends gone. */
export const plainText = (text: string): string => text.normalize('NFKC').replace(/\s+/g, ' ').trim();

/** A column's name without blanks, marks of what is required, and what stands in brackets. */
export function headerKeys(text: string): readonly string[] {
  const whole = plainText(text)
    .replace(/[\s*※:]/g, '')
    .toLowerCase();
  const bare = whole.replace(/[([【〔][^)\]】〕]*[)\]】〕]/g, '');
  return bare === whole || bare === '' ? [whole] : [whole, bare];
}

/** A cell that a spreadsheet would run as a formula, made text. For every cell of every table this hub writes. */
export const neutralised = (text: string): string => (/^[=+\-@\t\r]/.test(text) ? `'${text}` : text);
