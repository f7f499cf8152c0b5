import type { WarningText } from '../../../model/record.js';
import type { WarningLevel } from '../../../model/warning.js';
import type { WarningContent, WarningMessage } from '../../../model/warning-message.js';
import {
  type AlertWriting,
  beijingEnd,
  beijingTime,
  COLOUR_WORDS,
  placesOf,
  ringsOf,
  STATUS_WORDS,
  TYPE_WORDS,
  textsOf,
  twelveDigits,
} from './alert-write.js';
import { CAP_NAMESPACES, COLOUR_PARAMETER, HUB_SOURCE } from './cap.js';
import { element, textElement, writable, XML_DECLARATION } from './xml-write.js';

export interface CapWriting extends AlertWriting {
  /** Where more is to be read: an absolute address. */
  readonly web?: string | undefined;
}

/** The colours as China's weather service gives them in CAP. */
export const SEVERITIES: Readonly<Record<WarningLevel, string>> = {
  RED: 'Extreme',
  ORANGE: 'Severe',
  YELLOW: 'Moderate',
  BLUE: 'Minor',
};

/** Categories by the beginning of the hazard's code; the longest that fits counts. */
const CATEGORIES: readonly (readonly [string, readonly string[]])[] = [
  ['11B25', ['Met', 'Fire']],
  ['11B37', ['Met', 'Geo']],
  ['11A', ['Met']],
  ['11B', ['Met']],
  ['11C', ['Geo']],
  ['11D', ['Geo']],
  ['11E', ['Met']],
  ['11F', ['Env']],
  ['11G', ['Fire']],
  ['12', ['Safety']],
  ['13', ['Health']],
  ['14', ['Security']],
];

/**
 * A message as CAP 1.2 (OASIS, 2010), valid by its schema and its rules: names without blank, comma, "<" and "&", Beijing times with their
 * zone, one info a language, GB/T 2260 codes of all divisions, lat,lon polygons. Ends with a line feed.
 */
export function writeCap(message: WarningMessage, writing: CapWriting): string {
  const { type, warning } = message;
  const alert = element(
    'alert',
    [
      textElement('identifier', capIdentifier(message.identifier)),
      textElement('sender', capSender(message.sender)),
      textElement('sent', beijingTime(message.sentAt)),
      textElement('status', STATUS_WORDS[warning.status]),
      textElement('msgType', TYPE_WORDS[type]),
      textElement('source', HUB_SOURCE),
      textElement('scope', 'Public'),
      textElement('references', message.references.map(tripleOf).join(' ')),
      ...textsOf(message).map((text) => infoOf(message, text, writing)),
    ],
    { xmlns: CAP_NAMESPACES[0] as string },
  );
  return `${XML_DECLARATION}${alert}\n`;
}

function infoOf(message: WarningMessage, text: WarningText, writing: CapWriting): string {
  const { type, warning } = message;
  const { hazardCode, level } = warning;
  return element('info', [
    textElement('language', languageOf(text.language)),
    ...categoriesOf(hazardCode).map((category) => textElement('category', category)),
    textElement('event', text.hazard || hazardCode),
    textElement('responseType', type === 'CANCEL' ? 'AllClear' : text.instruction ? 'Execute' : ''),
    textElement('urgency', urgencyOf(message)),
    textElement('severity', SEVERITIES[level]),
    // What is measured and what is forecast is not told apart by the domestic rules.
    textElement('certainty', 'Unknown'),
    hazardCode === 'UNKNOWN' ? '' : named('eventCode', 'eventType', hazardCode),
    textElement('effective', warning.effectiveAt && beijingTime(warning.effectiveAt)),
    textElement('onset', warning.onsetAt && beijingTime(warning.onsetAt)),
    textElement('expires', beijingEnd(warning.expiresAt)),
    textElement('senderName', text.senderName),
    textElement('headline', text.headline),
    textElement('description', text.description),
    textElement('instruction', text.instruction),
    textElement('web', writing.web),
    named('parameter', COLOUR_PARAMETER, COLOUR_WORDS[level]),
    areaOf(warning, text.language, writing),
  ]);
}

function areaOf(warning: WarningContent, language: string, writing: CapWriting): string {
  const rings = ringsOf(warning);
  const codes = twelveDigits(warning);
  if (rings.length === 0 && codes.length === 0) return '';
  return element('area', [
    textElement('areaDesc', placesOf(warning, language, writing)),
    ...rings.map((ring) => textElement('polygon', ring)),
    ...codes.map((code) => named('geocode', 'GB/T 2260', code)),
  ]);
}

const named = (list: string, name: string, value: string): string =>
  element(list, [textElement('valueName', name), textElement('value', value)]);

/** How soon it begins after it was sent (CAP 1.2 §3.2.2): Expected within the hour. */
function urgencyOf({ type, sentAt, warning: { onsetAt } }: WarningMessage): string {
  if (type === 'CANCEL') return 'Past';
  if (onsetAt === null) return 'Unknown';
  const ahead = Date.parse(onsetAt) - Date.parse(sentAt);
  return ahead <= 0 ? 'Immediate' : ahead <= 3_600_000 ? 'Expected' : 'Future';
}

const categoriesOf = (hazardCode: string): readonly string[] =>
  CATEGORIES.find(([beginning]) => hazardCode.startsWith(beginning))?.[1] ?? ['Other'];

/** What is no language tag (xs:language) is "und", undetermined. */
const languageOf = (language: string): string =>
  /^[a-zA-Z]{1,8}(-[a-zA-Z0-9]{1,8})*$/.test(language) ? language : 'und';

/** As CAP allows identifiers; those of the domestic system are so already. */
export const capIdentifier = (identifier: string): string =>
  writable(identifier).replace(/[\s,<&]/g, (found) => encodeURIComponent(found));

const capSender = (sender: string): string => writable(sender).replace(/[\s,<&]+/g, '_') || 'unknown';

const tripleOf = ({ identifier, sender, sentAt }: { identifier: string; sender: string; sentAt: string }): string =>
  `${capSender(sender)},${capIdentifier(identifier)},${beijingTime(sentAt)}`;
