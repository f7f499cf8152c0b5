import { type OutgoingChange, retracts } from '../../model/delivery.js';
import type { WarningText } from '../../model/record.js';
import { labelOf } from '../rule.js';
import { cut, textsIn } from '../texts.js';
import type { Settings } from './config.js';

export interface SmsText {
  readonly language: string;
  readonly text: string;
}

type Own = Pick<Settings, 'brand' | 'languages' | 'maxCharacters'>;

/** What is sent, a text a language, each of at most `maxCharacters`; an exercise says so before anything else. */
export const smsTexts = (change: OutgoingChange, own: Own): SmsText[] =>
  textsIn(change.warning, own.languages).map((text) => ({
    language: text.language,
    text: cut(`【${own.brand}】${labelOf(change.warning.status)}${wordsOf(change, text)}`, own.maxCharacters),
  }));

function wordsOf(change: OutgoingChange, text: WarningText): string {
  const label = labelOf(change.warning.status);
  const headline = label !== '' && text.headline.startsWith(label) ? text.headline.slice(label.length) : text.headline;
  const chinese = text.language.toLowerCase().startsWith('zh');
  if (retracts(change)) return chinese ? `解除：${headline}` : `ENDED: ${headline}`;
  const stop = chinese ? '。' : '. ';
  return [headline, text.instruction ?? text.description]
    .filter((part) => part !== '')
    .map((part) => part.replace(/[。.\s]+$/, ''))
    .join(stop)
    .concat(chinese ? '。' : '.');
}
