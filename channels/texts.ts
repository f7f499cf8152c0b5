import type { WarningSnapshot } from '../model/entry.js';
import type { WarningText } from '../model/record.js';

/** The warning's texts in these languages, in this order; where it has none of them, Chinese, else whatever there is. */
export function textsIn(warning: WarningSnapshot, languages: readonly string[]): WarningText[] {
  const find = (wanted: string): WarningText | undefined => {
    const name = wanted.toLowerCase();
    return (
      warning.texts.find(({ language }) => language.toLowerCase() === name) ??
      warning.texts.find(({ language }) => language.toLowerCase().split('-')[0] === name.split('-')[0])
    );
  };
  const found = [...new Set(languages.flatMap((language) => find(language) ?? []))];
  if (found.length > 0) return found;
  const other = find('zh') ?? warning.texts[0];
  return other ? [other] : [];
}

/** At most `limit` characters, the last one an ellipsis where something was left out. */
export function cut(text: string, limit: number): string {
  const characters = [...text];
  return characters.length <= limit ? text : `${characters.slice(0, limit - 1).join('')}…`;
}

/** Without runs of digits that could be someone's number: for what another side says of a call. */
export const withoutNumbers = (text: string): string => text.replaceAll(/\d[\d\s-]{4,}\d/g, '…');
