import { HAZARDS } from '../../../model/hazard.js';
import type { WarningText } from '../../../model/record.js';
import { officeOf, senderCodeOf, type WarningMessage } from '../../../model/warning-message.js';
import {
  type AlertWriting,
  beijingEnd,
  beijingTime,
  COLOUR_WORDS,
  isChinese,
  placesOf,
  ringsOf,
  STATUS_WORDS,
  TYPE_WORDS,
  textsOf,
  twelveDigits,
} from './alert-write.js';
import { capIdentifier } from './cap-write.js';
import { anyTextElement, element, textElement, writable, XML_DECLARATION } from './xml-write.js';

/**
 * A message in the domestic warning XML (GB/T 34283-2017 as the 12379 platform writes it): no namespace, a blank in its times, the colour as
 * severity, 12-digit codes joined by commas, bare identifiers as references. `senderName` is the office: the hub keeps no forecaster's name.
 */
export function write12379(message: WarningMessage, writing: AlertWriting): string {
  const texts = textsOf(message);
  const alert = element('alert', [
    anyTextElement('identifier', capIdentifier(message.identifier)),
    anyTextElement('sender', officeOf(texts) || writable(message.sender) || 'unknown'),
    anyTextElement('senderCode', senderCodeOf(message.identifier)),
    anyTextElement('sendTime', beijingTime(message.sentAt, ' ')),
    anyTextElement('status', STATUS_WORDS[message.warning.status]),
    anyTextElement('msgType', TYPE_WORDS[message.type]),
    anyTextElement('scope', 'Public'),
    element('code', [methodOf(texts)]),
    anyTextElement('secClassification', 'None'),
    '<note/>',
    anyTextElement('references', message.references.map(({ identifier }) => capIdentifier(identifier)).join(',')),
    ...texts.map((text) => infoOf(message, text, writing)),
  ]);
  return `${XML_DECLARATION}${alert}\n`;
}

/** What the web is told to say; the other channels take their words from it. */
const methodOf = ([text]: readonly WarningText[]): string =>
  element('method', [
    anyTextElement('methodName', 'WEB'),
    anyTextElement('message', text?.description),
    '<audienceGrp/>',
    '<audenceprt/>',
  ]);

function infoOf({ warning }: WarningMessage, text: WarningText, writing: AlertWriting): string {
  const { hazardCode, effectiveAt, onsetAt, expiresAt } = warning;
  const known = HAZARDS[hazardCode];
  const coded = known && text.hazard === (isChinese(text.language) ? known.zh : known.en);
  const rings = ringsOf(warning);
  return element('info', [
    anyTextElement('language', text.language),
    // Not of the standard: only where the code does not tell the hazard.
    coded ? '' : textElement('event', text.hazard),
    anyTextElement('eventType', hazardCode === 'UNKNOWN' ? '' : hazardCode),
    anyTextElement('urgency', 'Unknown'),
    anyTextElement('severity', COLOUR_WORDS[warning.level]),
    anyTextElement('certainty', 'Unknown'),
    anyTextElement('effective', effectiveAt && beijingTime(effectiveAt, ' ')),
    anyTextElement('onset', onsetAt && beijingTime(onsetAt, ' ')),
    anyTextElement('expires', beijingEnd(expiresAt, ' ')),
    anyTextElement('senderName', text.senderName),
    anyTextElement('headline', text.headline),
    anyTextElement('description', text.description),
    anyTextElement('instruction', text.instruction),
    '<web/>',
    element('area', [
      anyTextElement('areaDesc', placesOf(warning, text.language, writing)),
      ...(rings.length > 0 ? rings.map((ring) => textElement('polygon', ring)) : ['<polygon/>']),
      '<circle/>',
      anyTextElement('geocode', twelveDigits(warning).join(',')),
    ]),
  ]);
}

/** The name of such a file: {senderCode}_{yyyyMMddHHmmss}_{eventType}_{COLOR}_{MsgType}.xml. */
export function fileName12379({ identifier, sentAt, type, warning }: WarningMessage): string {
  const stamp = /^\d{14}_(\d{14})$/.exec(identifier)?.[1] ?? beijingTime(sentAt).slice(0, 19).replaceAll(/[-T:]/g, '');
  const parts = [
    senderCodeOf(identifier) ?? '0'.repeat(14),
    stamp,
    warning.hazardCode,
    warning.level,
    TYPE_WORDS[type],
  ];
  return `${parts.map((part) => part.replaceAll(/[^A-Za-z0-9]/g, '-')).join('_')}.xml`;
}
